/** The key ring: made once with the bank, for its owner's eyes, and never replaced. */

import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { KeyUnusable, openKeyRing, readAuditKeys } from "../../../src/server/keys/key-ring.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

const KEYS = ["audit.key", "factor.key", "pepper.key"];
const FILES = [...KEYS, "versions.json"];
const keyIn = (folder: string, name: string): string => join(folder, "keys", name);

/** As a folder looks once a bank has opened its store in it. */
function folderOfBank(): string {
  const folder = temporaryFolder();
  openKeyRing(folder);
  writeFileSync(join(folder, "bank.sqlite"), "");
  return folder;
}

describe("the keys of a new bank", () => {
  it("are made, differ from those of any other, and are the same when read again", () => {
    const folder = temporaryFolder();
    const keys = openKeyRing(folder);
    expect(keys.auditKeys[0].key).toHaveLength(32);
    expect(keys.peppers[0].key).toHaveLength(48);
    expect(openKeyRing(folder)).toEqual(keys);
    expect(readAuditKeys(folder)).toEqual([keys.auditKeys[0].key]);
    const others = openKeyRing(temporaryFolder());
    expect(others.auditKeys).not.toEqual(keys.auditKeys);
    expect(others.peppers).not.toEqual(keys.peppers);
  });

  it("are in files that other libraries read, for their owner's eyes alone", () => {
    const folder = temporaryFolder();
    openKeyRing(folder);
    expect(readdirSync(join(folder, "keys")).toSorted()).toEqual(FILES);
    expect(readFileSync(keyIn(folder, "audit.key"), "utf8")).toMatch(/^[\w-]{43}=\n$/);
    if (process.platform === "win32") return; // There are no such modes.
    expect(statSync(join(folder, "keys")).mode & 0o777).toBe(0o700);
    for (const name of FILES) expect(statSync(keyIn(folder, name)).mode & 0o777).toBe(0o600);
  });

  it("are completed if a crash came between them", () => {
    const folder = temporaryFolder();
    const { auditKeys } = openKeyRing(folder);
    rmSync(keyIn(folder, "pepper.key"));
    const keys = openKeyRing(folder);
    expect(keys.auditKeys).toEqual(auditKeys);
    expect(keys.peppers[0].key).toHaveLength(48);
  });

  it("are one set, however many banks start in the folder at once", async () => {
    const folder = temporaryFolder();
    const url = new URL("../../../src/server/keys/key-ring.ts", import.meta.url).href;
    const script = `
      const { openKeyRing } = await import(${JSON.stringify(url)});
      const { auditKeys, peppers } = openKeyRing(${JSON.stringify(folder)});
      process.stdout.write(Buffer.from([...auditKeys[0].key, ...peppers[0].key]).toString("hex"));`;
    const flags = ["--input-type=module", "--eval", script];
    const started = Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, flags));
    const rings = (await Promise.all(started)).map(({ stdout }) => stdout);
    const { auditKeys, peppers } = openKeyRing(folder);
    const expected = Buffer.from([...auditKeys[0].key, ...peppers[0].key]).toString("hex");
    expect(rings).toEqual([expected, expected, expected, expected]);
    expect(readdirSync(join(folder, "keys")).toSorted()).toEqual(FILES);
  });
});

describe("of a bank from before there were second factors, factor.key", () => {
  it("is made once, and is missed from then on", () => {
    const folder = folderOfBank();
    for (const name of ["factor.key", "versions.json"]) rmSync(keyIn(folder, name));
    expect(openKeyRing(folder).factorKeys[0].key).toHaveLength(32);
    rmSync(keyIn(folder, "factor.key"));
    expect(() => openKeyRing(folder)).toThrow(/factor\.key is missing/);
  });
});

describe.for(KEYS)("of a bank that has customers, %s", (name) => {
  it("is refused when it is missing, and not made anew", () => {
    const folder = folderOfBank();
    rmSync(keyIn(folder, name));
    expect(() => openKeyRing(folder)).toThrow(KeyUnusable);
    expect(() => openKeyRing(folder)).toThrow(/is missing/);
    expect(existsSync(keyIn(folder, name))).toBe(false);
  });

  it.for([
    ["empty", ""],
    ["cut", "AAAA\n"],
    ["too long", `${"A".repeat(88)}\n`],
    ["no base64", `${"!".repeat(43)}=\n`],
  ] as const)("is refused when it is %s, and not replaced", ([, text]) => {
    const folder = folderOfBank();
    writeFileSync(keyIn(folder, name), text);
    expect(() => openKeyRing(folder)).toThrow(/does not hold a key/);
    expect(readFileSync(keyIn(folder, name), "utf8")).toBe(text);
  });
});
