/** The sealed keys and the manifest: what is written is read, and nothing else. */

import { describe, expect, it } from "vitest";
import { encodeManifest, parseManifest, type Manifest } from "../../src/backup/manifest.ts";
import { openKeys, sealKeys, type BankKeys } from "../../src/backup/sealed-keys.ts";

const PASSPHRASE = "correct horse battery staple";
const KEYS: BankKeys = {
  manifest: "0".repeat(64),
  files: [
    { path: "keys/pepper.key", content: Buffer.from("a pepper that nobody must read\n") },
    { path: "tls/odd", content: Buffer.from([0, 255, 254, 10, 128]) },
  ],
};
const MANIFEST: Manifest = {
  ...{ takenAt: Date.UTC(2026, 10, 24), schema: 2, sum: 0 },
  database: { bytes: 4_096, sha256: "ab".repeat(32) },
  head: { accounts: 3, lastTransaction: 7, lastAudit: 12 },
};

/** The text with each of its bytes changed in turn. */
function* spoiled(text: string): Generator<string> {
  const bytes = Buffer.from(text);
  for (let place = 0; place < bytes.length; place++) {
    const copy = Buffer.from(bytes);
    copy[place]! ^= 1 << (place % 8);
    yield copy.toString("utf8");
  }
}

describe("sealed keys", () => {
  it("are opened by their passphrase alone, byte for byte", async () => {
    const sealed = await sealKeys(KEYS, PASSPHRASE);
    expect(sealed).not.toContain("pepper");
    const { manifest, files } = await openKeys(sealed, PASSPHRASE);
    expect(manifest).toBe(KEYS.manifest);
    expect(files.map(({ path }) => path)).toEqual(KEYS.files.map(({ path }) => path));
    for (const [index, { content }] of files.entries()) {
      expect(Buffer.from(content)).toEqual(KEYS.files[index]?.content);
    }
    for (const other of ["", "Correct horse battery staple", `${PASSPHRASE} `]) {
      await expect(openKeys(sealed, other)).rejects.toMatchObject({ reason: "passphrase" });
    }
  });

  it("do not mind how an accent was typed", async () => {
    const sealed = await sealKeys(KEYS, "caf\u00e9 at the corner");
    expect((await openKeys(sealed, "cafe\u0301 at the corner")).manifest).toBe(KEYS.manifest);
  });

  it("are never sealed the same twice", async () => {
    const [one, other] = [await sealKeys(KEYS, PASSPHRASE), await sealKeys(KEYS, PASSPHRASE)];
    const fieldsOf = (text: string) => JSON.parse(text) as Record<string, string>;
    for (const name of ["salt", "nonce", "sealed"]) {
      expect(fieldsOf(one)[name]).not.toBe(fieldsOf(other)[name]);
    }
  });

  it("are refused with any byte changed, before any passphrase is tried", async () => {
    const sealed = await sealKeys(KEYS, PASSPHRASE);
    for (const text of spoiled(sealed)) {
      await expect(openKeys(text, "another")).rejects.toMatchObject({ reason: "damaged" });
    }
  });

  it("of another version are refused", async () => {
    const text = (await sealKeys(KEYS, PASSPHRASE)).replace('"version":1', '"version":2');
    await expect(openKeys(text, PASSPHRASE)).rejects.toMatchObject({ reason: "damaged" });
  });
});

describe("a manifest", () => {
  it("is read as it was written", () => {
    expect(parseManifest(encodeManifest(MANIFEST))).toEqual(MANIFEST);
  });

  it("is refused where it could be read in two ways", () => {
    const text = encodeManifest(MANIFEST);
    for (const other of [
      text.trimEnd(),
      text.replace("4096", "4096.0"),
      text.replace("4096", "04096"),
      text.replace('"schema": 2,', '"schema": 2, "schema": 2,'),
      text.replace("2026-11-24T00:00:00.000Z", "2026-11-24"),
      text.replace('"version": 1', '"version": 2'),
      JSON.stringify(JSON.parse(text)),
      "null",
      "[]",
      "",
    ]) {
      expect(() => parseManifest(other)).toThrow(expect.objectContaining({ reason: "damaged" }));
    }
  });
});
