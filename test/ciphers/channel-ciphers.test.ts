/** The channel's ciphers in both sets against published vectors: X25519, AES-256-GCM, SHA-256. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nobleCiphers } from "../../src/ciphers/noble.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { CIPHER_SETS, fromHex, toHex, utf8 } from "./cipher-sets.ts";
import { readVectors } from "./vectors.ts";

const rfc7748 = readVectors<{ tests: { scalar: string; u: string; out: string }[] }>(
  "x25519/rfc7748.json",
);
const wycheproof = readVectors<{
  testGroups: { tests: { public: string; private: string; shared: string; flags: string[] }[] }[];
}>("wycheproof/x25519_test.json");

const ZEROS = "00".repeat(32);
const EMPTY = new Uint8Array(0);

// NIST's submission of GCM (McGrew and Viega, 2005), appendix B, test cases 13 to 16.
const GCM = [
  {
    key: ZEROS,
    nonce: "00".repeat(12),
    ad: "",
    plain: "",
    sealed: "530f8afbc74536b9a963b4f1c4cb738b",
  },
  {
    key: ZEROS,
    nonce: "00".repeat(12),
    ad: "",
    plain: "00".repeat(16),
    sealed: "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
  },
  {
    key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
    nonce: "cafebabefacedbaddecaf888",
    ad: "",
    plain:
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
    sealed:
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" +
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad" +
      "b094dac5d93471bdec1a502270e3cc6c",
  },
  {
    key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
    nonce: "cafebabefacedbaddecaf888",
    ad: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
    plain:
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    sealed:
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" +
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662" +
      "76fc6ece0f4e1768cddf8853bb2d551b",
  },
];

describe.for(CIPHER_SETS)("%s", ([, ciphers]) => {
  it("gives RFC 7748's X25519 outputs", () => {
    expect(rfc7748.tests).toHaveLength(3);
    for (const { scalar, u, out } of rfc7748.tests) {
      expect(toHex(ciphers.sharedSecret(fromHex(scalar), fromHex(u))!)).toBe(out);
    }
  });

  it("gives RFC 7748's output after a thousand rounds", () => {
    let [scalar, u] = [fromHex(`09${"00".repeat(31)}`), fromHex(`09${"00".repeat(31)}`)];
    for (let round = 0; round < 1000; round++) {
      [scalar, u] = [ciphers.sharedSecret(scalar, u)!, scalar];
    }
    expect(toHex(scalar)).toBe("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
  });

  it("gives Wycheproof's X25519 outputs, and null for the 31 that are all zeros", () => {
    const cases = wycheproof.testGroups.flatMap((group) => group.tests);
    expect(cases).toHaveLength(518);
    expect(cases.filter(({ shared }) => shared === ZEROS)).toHaveLength(31);
    for (const test of cases) {
      const secret = ciphers.sharedSecret(fromHex(test.private), fromHex(test.public));
      expect(secret && toHex(secret)).toBe(test.shared === ZEROS ? null : test.shared);
    }
  });

  it("draws key pairs that agree on a secret", () => {
    const [a, b] = [ciphers.generateKeyPair(), ciphers.generateKeyPair()];
    expect(toHex(a.publicKey)).not.toBe(toHex(b.publicKey));
    expect(toHex(ciphers.publicKeyOf(a.privateKey))).toBe(toHex(a.publicKey));
    expect(toHex(ciphers.sharedSecret(a.privateKey, b.publicKey)!)).toBe(
      toHex(ciphers.sharedSecret(b.privateKey, a.publicKey)!),
    );
  });

  it.for([0, 31, 33])("takes no key of %i bytes", (length) => {
    const [wrong, right] = [new Uint8Array(length), new Uint8Array(32).fill(9)];
    expect(() => ciphers.publicKeyOf(wrong)).toThrow(RangeError);
    expect(() => ciphers.sharedSecret(wrong, right)).toThrow(RangeError);
    expect(() => ciphers.sharedSecret(right, wrong)).toThrow(RangeError);
    expect(() => ciphers.importAeadKey(wrong)).toThrow(RangeError);
  });

  it.for(GCM)("seals and opens GCM's published texts: $sealed", (test) => {
    const key = ciphers.importAeadKey(fromHex(test.key));
    const [nonce, ad] = [fromHex(test.nonce), fromHex(test.ad)];
    expect(toHex(key.seal(nonce, ad, fromHex(test.plain)))).toBe(test.sealed);
    expect(toHex(key.open(nonce, ad, fromHex(test.sealed))!)).toBe(test.plain);
  });

  it("opens nothing that was changed in any bit, cut, or meant for another place", () => {
    const key = ciphers.importAeadKey(new Uint8Array(32).fill(7));
    const [nonce, ad] = [new Uint8Array(12), utf8("place")];
    const sealed = key.seal(nonce, ad, utf8("a text"));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = sealed.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(key.open(nonce, ad, changed)).toBeNull();
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(key.open(nonce, ad, sealed.subarray(0, length))).toBeNull();
    }
    expect(key.open(nonce, EMPTY, sealed)).toBeNull();
    expect(key.open(new Uint8Array(12).fill(1), ad, sealed)).toBeNull();
    expect(new TextDecoder().decode(key.open(nonce, ad, sealed) ?? EMPTY)).toBe("a text");
  });

  it("keeps an AEAD key of its own: the caller may wipe the raw one", () => {
    const raw = new Uint8Array(32).fill(1);
    const key = ciphers.importAeadKey(raw);
    const before = toHex(key.seal(new Uint8Array(12), EMPTY, EMPTY));
    raw.fill(0);
    expect(toHex(key.seal(new Uint8Array(12), EMPTY, EMPTY))).toBe(before);
  });

  it.for([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ] as const)("gives FIPS 180's SHA-256 of %j", ([text, hash]) => {
    expect(toHex(ciphers.sha256(utf8(text)))).toBe(hash);
  });
});

describe("the two cipher sets", () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

  it("agree on every sealed text, and read each other's", () => {
    const text = fc.uint8Array({ maxLength: 100 });
    fc.assert(
      fc.property(bytes(32), bytes(12), text, text, (raw, nonce, ad, plain) => {
        const [node, noble] = [nodeCiphers, nobleCiphers].map((c) => c.importAeadKey(raw));
        const sealed = node!.seal(nonce, ad, plain);
        expect(toHex(noble!.seal(nonce, ad, plain))).toBe(toHex(sealed));
        expect(toHex(noble!.open(nonce, ad, sealed)!)).toBe(toHex(plain));
        expect(toHex(node!.open(nonce, ad, sealed)!)).toBe(toHex(plain));
      }),
    );
  });

  it("agree on public keys, secrets and hashes", () => {
    fc.assert(
      fc.property(bytes(32), bytes(32), (privateKey, publicKey) => {
        const [a, b] = [nodeCiphers, nobleCiphers].map((ciphers) => [
          toHex(ciphers.publicKeyOf(privateKey)),
          toHex(ciphers.sharedSecret(privateKey, publicKey) ?? EMPTY),
          toHex(ciphers.sha256(privateKey)),
        ]);
        expect(a).toEqual(b);
      }),
    );
  });
});
