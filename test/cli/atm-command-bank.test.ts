/** Which bank the terminal ATM trusts. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { trustedKey, type Ask, type TrustFlags } from "../../src/cli/atm-command-bank.ts";
import { encodeHex } from "../../src/protocol/hex.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const KEY = "ab".repeat(32);
const OTHER_KEY = "cd".repeat(32);
const NOBODY: Ask = null;

function flagsIn(folder: string, over: Partial<TrustFlags> = {}): TrustFlags {
  const knownBanks = join(folder, "atm", "known-banks.json");
  return { bank: { host: "127.0.0.1", port: 7000 }, knownBanks, trustNew: false, ...over };
}

const keyOf = async (flags: TrustFlags, ask: Ask = NOBODY) =>
  encodeHex(await trustedKey(flags, ask));

describe("the key of a bank", () => {
  it("is the one that is named, and is not remembered unasked", async () => {
    const flags = flagsIn(temporaryFolder(), { bankKey: KEY.toUpperCase() });
    expect(await keyOf(flags)).toBe(KEY);
    expect(existsSync(flags.knownBanks)).toBe(false);
  });

  it("is read from the folder of a bank of this machine", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "identity.pub"), `${KEY}\n`);
    expect(await keyOf(flagsIn(folder, { data: folder }))).toBe(KEY);
  });

  it("is remembered where that is asked for, beside those of other banks", async () => {
    const folder = temporaryFolder();
    const bank = { host: "127.0.0.1", port: 7001 };
    await keyOf(flagsIn(folder, { bankKey: OTHER_KEY, bank, trustNew: true }));
    const flags = flagsIn(folder, { bankKey: KEY, trustNew: true });
    await keyOf(flags);
    expect(await keyOf(flagsIn(folder))).toBe(KEY);
    expect(await keyOf(flagsIn(folder, { bank }))).toBe(OTHER_KEY);
    expect(JSON.parse(readFileSync(flags.knownBanks, "utf8"))).toEqual({
      "127.0.0.1:7000": KEY,
      "127.0.0.1:7001": OTHER_KEY,
    });
  });

  it("is asked for where it is not known, and remembered then", async () => {
    const flags = flagsIn(temporaryFolder());
    const asked: string[] = [];
    const ask = (question: string) => {
      asked.push(question);
      return Promise.resolve(` ${KEY} `);
    };
    expect(await keyOf(flags, ask)).toBe(KEY);
    expect(await keyOf(flags, ask)).toBe(KEY);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain("127.0.0.1:7000");
  });

  it.for([false, true])(
    "that has changed is refused, and never replaced (%s)",
    async (trustNew) => {
      const folder = temporaryFolder();
      await keyOf(flagsIn(folder, { bankKey: KEY, trustNew: true }));
      const flags = flagsIn(folder, { bankKey: OTHER_KEY, trustNew });
      const ask = () => Promise.reject(new Error("nobody is to be asked"));
      await expect(keyOf(flags, ask)).rejects.toMatchObject({
        name: "CommandFailed",
        code: 4,
        message: expect.stringContaining("another key than before"),
      });
      expect(await keyOf(flagsIn(folder))).toBe(KEY);
    },
  );

  it.for([
    ["where nobody knows it", {}, 2, "--bank-key"],
    ["that is none", { bankKey: "abc" }, 2, "64 hex digits"],
    ["of a folder without a bank", { data: "/nowhere" }, 3, "identity.pub"],
  ] as const)("%s is an error", async ([, over, code, message]) => {
    const failure = { code, message: expect.stringContaining(message) };
    await expect(keyOf(flagsIn(temporaryFolder(), over))).rejects.toMatchObject(failure);
  });

  it.for(["{", "[]", "null", '{"127.0.0.1:7000": "abc"}', '{"127.0.0.1:7000": 1}'])(
    "is not taken from a file that is damaged: %s",
    async (text) => {
      const folder = temporaryFolder();
      const knownBanks = join(folder, "known-banks.json");
      writeFileSync(knownBanks, text);
      const flags = flagsIn(folder, { knownBanks, bankKey: KEY });
      await expect(keyOf(flags)).rejects.toMatchObject({ code: 4 });
    },
  );
});
