/** Where an ATM has the bank's public key from. */

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { followBankKey, parseBankKey, readBankKey } from "../../src/cli/bank-key.ts";
import { CommandFailed } from "../../src/cli/exit.ts";
import { encodeHex } from "../../src/protocol/hex.ts";
import { replacePublicFile } from "../../src/server/keys/secret-file.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const KEY = "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f";
const OTHER_KEY = "cd".repeat(32);

describe("--bank-key", () => {
  it.for([KEY, KEY.toUpperCase()])("takes 64 hex digits: %s", (text) => {
    expect(encodeHex(parseBankKey(text))).toBe(KEY);
  });

  it.for(["", KEY.slice(1), `${KEY}0`, `x${KEY.slice(1)}`])("refuses %j", (text) => {
    expect(() => parseBankKey(text)).toThrow(InvalidArgumentError);
  });
});

function folderWith(text: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "identity.pub"), text);
  return folder;
}

describe("--data", () => {
  it("is where a bank of this machine has left its key", () => {
    expect(readBankKey(folderWith(`${KEY}\n`))).toEqual(parseBankKey(KEY));
  });

  it("may be a folder without a key, or no folder at all", () => {
    expect(readBankKey(temporaryFolder())).toBe(null);
    expect(readBankKey(join(temporaryFolder(), "none"))).toBe(null);
  });

  it("with a damaged key is an error, not a reason to do without", () => {
    expect(() => readBankKey(folderWith("no key"))).toThrow(CommandFailed);
    expect(() => followBankKey(folderWith("no key"), () => undefined)).toThrow(CommandFailed);
  });
});

describe("a key that is followed", () => {
  it("is the bank's latest, from the day that there is one", () => {
    const folder = temporaryFolder();
    const file = join(folder, "identity.pub");
    const damages: string[] = [];
    const bankKey = followBankKey(folder, (damage) => damages.push(damage));
    expect(bankKey()).toBe(null);
    replacePublicFile(file, `${KEY}\n`);
    expect(bankKey()).toEqual(parseBankKey(KEY));
    replacePublicFile(file, `${OTHER_KEY}\n`);
    expect(bankKey()).toEqual(parseBankKey(OTHER_KEY));
    expect(damages).toEqual([]);
  });

  it("stays what it was while the file holds none, and that is told once", () => {
    const folder = folderWith(`${KEY}\n`);
    const file = join(folder, "identity.pub");
    const damages: string[] = [];
    const bankKey = followBankKey(folder, (damage) => damages.push(damage));
    replacePublicFile(file, "no key");
    expect([bankKey(), bankKey()]).toEqual([parseBankKey(KEY), parseBankKey(KEY)]);
    expect(damages).toEqual([`${file} does not hold a bank's key.`]);
    rmSync(file);
    expect(bankKey()).toEqual(parseBankKey(KEY));
    replacePublicFile(file, OTHER_KEY);
    expect(bankKey()).toEqual(parseBankKey(OTHER_KEY));
  });
});
