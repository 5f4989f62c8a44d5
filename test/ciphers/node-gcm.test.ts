/** The bank's AES-256-GCM against node:crypto's own objects, wherever it may go another way. */
import { createCipheriv, type Cipheriv } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { assembled } from "../../scripts/assemble.mjs";
import { importGcmKey } from "../../src/ciphers/node-gcm.ts";
import { toHex } from "./cipher-sets.ts";

const EMPTY = new Uint8Array(0);
const RAW = new Uint8Array(32).fill(0x5a);

/** Beyond the length from which an object seals, and that of the longest frame. */
const LENGTHS = [...Array(600).keys(), 1_000, 8_176, 8_192, 8_193];

function nonceOf(n: bigint): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(4, n);
  return nonce;
}

function sealedByObject(raw: Uint8Array, nonce: Uint8Array, text: Uint8Array): string {
  const cipher = createCipheriv("aes-256-gcm", raw, nonce);
  const sealed = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  return toHex(sealed);
}

const aesObject = (): Cipheriv => createCipheriv("aes-256-ecb", RAW, null);

const textOf = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => (at * 7 + length) & 0xff);

describe("GCM by one AES object of the key", () => {
  it("is node:crypto's for a text of any length", () => {
    const key = importGcmKey(RAW);
    LENGTHS.forEach((length, n) => {
      const [nonce, text] = [nonceOf(BigInt(n)), textOf(length)];
      const sealed = key.seal(nonce, EMPTY, text).slice();
      expect(toHex(sealed)).toBe(sealedByObject(RAW, nonce, text));
      key.seal(nonceOf(BigInt(n)), EMPTY, textOf(256)); // It lies in the same place.
      expect(toHex(key.open(nonce, EMPTY, sealed)!)).toBe(toHex(text));
    });
  });

  it.for([
    ["from the first on", 0n],
    ["past the last that has one byte", 0xfan],
    ["past the last that has a word", 0xffff_fffan],
    ["up to the last of all", 0xffff_ffff_ffff_fff0n],
  ] as const)("is node:crypto's for nonces that count %s", ([, first]) => {
    const key = importGcmKey(RAW);
    for (let n = first; n < first + 15n; n++) {
      const text = textOf(40);
      expect(toHex(key.seal(nonceOf(n), EMPTY, text))).toBe(sealedByObject(RAW, nonceOf(n), text));
    }
  });

  it("is node:crypto's for nonces in any order, of several keys by turns", () => {
    const raws = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
    const keys = raws.map(importGcmKey);
    // Near one another, so that some of the blocks are there already.
    const nonce = fc.oneof(
      fc.tuple(fc.nat(3), fc.nat(9)).map(([place, n]) => [place, n] as const),
      fc.tuple(fc.nat(11), fc.nat(255)).map(([place, n]) => [place, n] as const),
    );
    const step = fc.record({ key: fc.nat(2), nonce, text: fc.uint8Array({ maxLength: 160 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        for (const {
          key,
          nonce: [place, n],
          text,
        } of steps) {
          const bytes = new Uint8Array(12);
          bytes[11 - place] = n;
          const sealed = keys[key]!.seal(bytes, EMPTY, text);
          expect(toHex(sealed)).toBe(sealedByObject(raws[key]!, bytes, text));
          expect(toHex(keys[key]!.open(bytes, EMPTY, sealed)!)).toBe(toHex(text));
        }
      }),
    );
  });

  it.for([0, 1, 15, 16, 17, 120, 144, 145, 256, 257])(
    "opens no text of %i bytes of which a bit is changed",
    (length) => {
      const key = importGcmKey(RAW);
      const sealed = key.seal(nonceOf(5n), EMPTY, textOf(length)).slice();
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const changed = sealed.slice();
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(key.open(nonceOf(5n), EMPTY, changed)).toBeNull();
      }
      expect(key.open(nonceOf(6n), EMPTY, sealed)).toBeNull();
      expect(toHex(key.open(nonceOf(5n), EMPTY, sealed)!)).toBe(toHex(textOf(length)));
    },
  );

  it.for([0, 11, 13, 16])("takes no nonce of %i bytes", (length) => {
    const key = importGcmKey(RAW);
    const nonce = new Uint8Array(length);
    for (const associatedData of [EMPTY, textOf(5)]) {
      for (const bytes of [30, 300]) {
        expect(() => key.seal(nonce, associatedData, textOf(bytes))).toThrow(RangeError);
        expect(() => key.open(nonce, associatedData, textOf(bytes))).toThrow(RangeError);
      }
    }
  });

  it("masks no two texts alike if AES fails in between", () => {
    const key = importGcmKey(RAW);
    key.seal(nonceOf(0n), EMPTY, textOf(20));
    const failing = vi.spyOn(Object.getPrototypeOf(aesObject()) as Cipheriv, "update");
    failing.mockImplementationOnce(() => {
      throw new Error("no memory");
    });
    expect(() => key.seal(nonceOf(1n), EMPTY, textOf(20))).toThrow("no memory");
    failing.mockRestore();
    const sealed = key.seal(nonceOf(1n), EMPTY, textOf(20));
    expect(toHex(sealed)).toBe(sealedByObject(RAW, nonceOf(1n), textOf(20)));
  });

  it("runs the code that its source assembles to", async () => {
    const kept = new URL("../../src/ciphers/gcm-code.ts", import.meta.url);
    expect(readFileSync(kept, "utf8")).toBe(await assembled());
  });
});
