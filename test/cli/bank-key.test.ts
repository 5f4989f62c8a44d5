/** Where an ATM has the bank's public key from. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { parseBankKey, readBankKey } from "../../src/cli/bank-key.ts";
import { CommandFailed } from "../../src/cli/exit.ts";
import { encodeHex } from "../../src/protocol/hex.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const KEY = "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f";

describe("--bank-key", () => {
  it.for([KEY, KEY.toUpperCase()])("takes 64 hex digits: %s", (text) => {
    expect(encodeHex(parseBankKey(text))).toBe(KEY);
  });

  it.for(["", KEY.slice(1), `${KEY}0`, `x${KEY.slice(1)}`])("refuses %j", (text) => {
    expect(() => parseBankKey(text)).toThrow(InvalidArgumentError);
  });
});

describe("--data", () => {
  const folderWith = (text: string): string => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "identity.pub"), text);
    return folder;
  };

  it("is where a bank of this machine has left its key", () => {
    expect(readBankKey(folderWith(`${KEY}\n`))).toEqual(parseBankKey(KEY));
  });

  it("may be a folder without a key, or no folder at all", () => {
    expect(readBankKey(temporaryFolder())).toBe(null);
    expect(readBankKey(join(temporaryFolder(), "none"))).toBe(null);
  });

  it("with a damaged key is an error, not a reason to do without", () => {
    expect(() => readBankKey(folderWith("no key"))).toThrow(CommandFailed);
  });
});
