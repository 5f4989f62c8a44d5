/** Both cipher sets against the RFCs' and Wycheproof's vectors, and against each other. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nobleCiphers } from "../../src/ciphers/noble.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { HKDF_BYTES_MAX, MAC_BYTES } from "../../src/protocol/ciphers.ts";
import type { Ciphers } from "../../src/protocol/ciphers.ts";
import { readVectors } from "./vectors.ts";
import { CIPHER_SETS, fromHex, toHex } from "./cipher-sets.ts";

interface HkdfCase {
  ikm: string;
  salt: string;
  info: string;
  okm: string;
}
interface Groups<T> {
  testGroups: { keySize: number; tagSize: number; tests: (T & { result: string })[] }[];
}

const rfcHkdf = readVectors<{ tests: (HkdfCase & { L: number })[] }>("hkdf/rfc5869_sha256.json");
const rfcHmac = readVectors<{ tests: { key: string; msg: string; tag: string }[] }>(
  "hmac/rfc4231_sha256.json",
);
const hkdf = readVectors<Groups<HkdfCase & { size: number }>>("wycheproof/hkdf_sha256_test.json");
const hmac = readVectors<Groups<{ key: string; msg: string; tag: string }>>(
  "wycheproof/hmac_sha256_test.json",
);
const cbc = readVectors<Groups<{ key: string; iv: string; msg: string; ct: string }>>(
  "wycheproof/aes_cbc_pkcs5_test.json",
);

/** RFC 5869 written out over `sign`, since the protocol's own HKDF has no salt. */
function hkdfBySign(ciphers: Ciphers, test: HkdfCase, length: number): Uint8Array {
  const salted = ciphers.importMacKey(fromHex(test.salt)).sign(fromHex(test.ikm));
  const key = ciphers.importMacKey(salted);
  const blocks: Uint8Array[] = [];
  let block: Uint8Array = new Uint8Array(0);
  for (let counter = 1; blocks.length * MAC_BYTES < length; counter++) {
    block = key.sign(Buffer.concat([block, fromHex(test.info), Uint8Array.of(counter)]));
    blocks.push(block);
  }
  return Buffer.concat(blocks).subarray(0, length);
}

const all = <T>(groups: Groups<T>) => groups.testGroups.flatMap((group) => group.tests);

describe.for(CIPHER_SETS)("%s", ([, ciphers]) => {
  it("gives RFC 5869's and Wycheproof's HKDF-SHA256 outputs", () => {
    const cases = [
      ...rfcHkdf.tests.map((test) => ({ ...test, size: test.L, result: "valid" })),
      ...all(hkdf),
    ];
    expect(cases).toHaveLength(89);
    const unsalted = cases.filter((test) => test.salt === "");
    expect(unsalted).toHaveLength(24);
    for (const test of cases.filter(({ result }) => result === "valid")) {
      expect(toHex(hkdfBySign(ciphers, test, test.size))).toBe(test.okm);
    }
    for (const test of unsalted.filter(({ result }) => result === "valid")) {
      const okm = ciphers.hkdfSha256(fromHex(test.ikm), fromHex(test.info), test.size);
      expect(toHex(okm)).toBe(test.okm);
    }
  });

  it("refuses more output than HKDF has", () => {
    for (const test of all(hkdf).filter(({ result }) => result === "invalid")) {
      expect(test.size).toBeGreaterThan(HKDF_BYTES_MAX);
      expect(() => ciphers.hkdfSha256(fromHex(test.ikm), fromHex(test.info), test.size)).toThrow(
        RangeError,
      );
    }
  });

  it("gives RFC 4231's and Wycheproof's HMAC-SHA256 tags, and refuses changed ones", () => {
    const cases = [...rfcHmac.tests.map((test) => ({ ...test, result: "valid" })), ...all(hmac)];
    expect(cases).toHaveLength(181);
    for (const test of cases) {
      const tag = fromHex(test.tag);
      const signed = ciphers.importMacKey(fromHex(test.key)).sign(fromHex(test.msg));
      // Some tags are cut to 128 bits in their source.
      expect(ciphers.equal(signed.subarray(0, tag.length), tag)).toBe(test.result === "valid");
    }
  });

  it("gives Wycheproof's AES-128-CBC texts, and one null for every bad padding", () => {
    const cases = cbc.testGroups.filter(({ keySize }) => keySize === 128).flatMap((g) => g.tests);
    expect(cases).toHaveLength(72);
    for (const test of cases) {
      const key = ciphers.importCbcKey(fromHex(test.key));
      const valid = test.result === "valid";
      const plain = key.decrypt(fromHex(test.iv), fromHex(test.ct));
      expect(plain && toHex(plain)).toBe(valid ? test.msg : null);
      const cipher = toHex(key.encrypt(fromHex(test.iv), fromHex(test.msg)));
      expect(cipher === test.ct).toBe(valid);
      const [alone] = key.encryptAll(fromHex(test.iv), [fromHex(test.msg)]);
      expect(toHex(alone!)).toBe(cipher);
    }
  });

  it("encrypts many messages of any lengths at once, each under its own IV", () => {
    const key = ciphers.importCbcKey(fromHex("000102030405060708090a0b0c0d0e0f"));
    const plains = [47, 0, 16, 15, 33, 100, 48, 1].map((length) => ciphers.randomBytes(length));
    const ivs = ciphers.randomBytes(16 * plains.length);
    const each = plains.map((plain, index) => {
      return toHex(key.encrypt(ivs.subarray(16 * index, 16 * (index + 1)), plain));
    });
    for (let turn = 0; turn < 2; turn++) {
      expect(key.encryptAll(ivs, plains).map(toHex)).toEqual(each);
      expect(key.encryptAll(new Uint8Array(0), [])).toEqual([]);
    }
    expect(() => key.encryptAll(ivs.subarray(1), plains)).toThrow(RangeError);
  });

  it("takes no other AES than AES-128", () => {
    const others = cbc.testGroups.filter(({ keySize }) => keySize !== 128).flatMap((g) => g.tests);
    expect(others).toHaveLength(144);
    for (const { key } of others) {
      expect(() => ciphers.importCbcKey(fromHex(key))).toThrow(RangeError);
    }
  });

  it.for([
    ["", "", true],
    ["00ff", "00ff", true],
    ["00ff", "00fe", false],
    ["00ff", "80ff", false],
    ["00ff", "00", false],
    ["", "00", false],
  ] as const)("equal(%s, %s) is %s", ([a, b, outcome]) => {
    expect(ciphers.equal(fromHex(a), fromHex(b))).toBe(outcome);
  });

  it("keeps a key of its own: the caller may wipe the raw one", () => {
    const raw = fromHex("000102030405060708090a0b0c0d0e0f");
    const iv = new Uint8Array(16);
    const mac = ciphers.importMacKey(raw);
    const key = ciphers.importCbcKey(raw);
    const before = [mac.sign(iv), key.encrypt(iv, iv)].map(toHex);
    raw.fill(0);
    expect([mac.sign(iv), key.encrypt(iv, iv)].map(toHex)).toEqual(before);
  });

  it("leaves nothing of one message in the next under the same key", () => {
    const raw = fromHex("000102030405060708090a0b0c0d0e0f");
    const kept = ciphers.importCbcKey(raw);
    for (let length = 0; length < 70; length++) {
      const iv = new Uint8Array(16).fill(length);
      const plain = new Uint8Array(length).fill(255 - length);
      const fresh = ciphers.importCbcKey(raw).encrypt(iv, plain);
      expect(toHex(kept.encrypt(iv, plain))).toBe(toHex(fresh));
      expect(toHex(kept.decrypt(iv, fresh)!)).toBe(toHex(plain));
      // What does not open must not spoil what comes after it.
      kept.decrypt(iv, new Uint8Array(32).fill(length));
    }
  });

  it("never gives the same random bytes twice, at any length", () => {
    const seen = new Set<string>();
    for (let i = 0; i < 10_000; i++) seen.add(toHex(ciphers.randomBytes(16)));
    expect(seen.size).toBe(10_000);
    for (const length of [0, 1, 4095, 4096, 4097]) {
      expect(ciphers.randomBytes(length)).toHaveLength(length);
    }
  });
});

describe("the two cipher sets", () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

  it("agree on every text, and read each other's", () => {
    fc.assert(
      fc.property(bytes(16), bytes(16), fc.uint8Array({ maxLength: 100 }), (raw, iv, plain) => {
        const [node, noble] = [nodeCiphers, nobleCiphers].map((c) => c.importCbcKey(raw));
        const cipher = node!.encrypt(iv, plain);
        expect(toHex(noble!.encrypt(iv, plain))).toBe(toHex(cipher));
        expect(toHex(noble!.decrypt(iv, cipher)!)).toBe(toHex(plain));
        expect(toHex(node!.decrypt(iv, cipher)!)).toBe(toHex(plain));
      }),
    );
  });

  it("agree on which bytes are no ciphertext", () => {
    fc.assert(
      fc.property(bytes(16), bytes(16), fc.uint8Array({ maxLength: 80 }), (raw, iv, cipher) => {
        const [node, noble] = [nodeCiphers, nobleCiphers].map((c) =>
          c.importCbcKey(raw).decrypt(iv, cipher),
        );
        expect(node && toHex(node)).toBe(noble && toHex(noble));
      }),
    );
  });

  it("agree on HKDF and HMAC", () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.uint8Array(),
        fc.integer({ min: 1, max: 200 }),
        (secret, info, length) => {
          expect(toHex(nobleCiphers.hkdfSha256(secret, info, length))).toBe(
            toHex(nodeCiphers.hkdfSha256(secret, info, length)),
          );
          expect(toHex(nobleCiphers.importMacKey(secret).sign(info))).toBe(
            toHex(nodeCiphers.importMacKey(secret).sign(info)),
          );
        },
      ),
    );
  });
});
