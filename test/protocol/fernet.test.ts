/** Fernet against its specification's vectors, and against forgers. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64Url, encodeBase64Url } from "../../src/protocol/base64url.ts";
import type { Ciphers } from "../../src/protocol/ciphers.ts";
import { importFernetKey, openToken, sealToken, sealLines } from "../../src/protocol/fernet.ts";
import { CIPHER_SETS, toHex, utf8 } from "../ciphers/cipher-sets.ts";
import { readVectors } from "../ciphers/vectors.ts";
import { refusalOf } from "./refusal.ts";

interface FernetCase {
  token: string;
  now: string;
  secret: string;
}

const [generate] =
  readVectors<(FernetCase & { iv: number[]; src: string })[]>("fernet/generate.json");
const [verify] =
  readVectors<(FernetCase & { ttl_sec: number; src: string })[]>("fernet/verify.json");
const invalid =
  readVectors<(FernetCase & { desc: string; ttl_sec: number })[]>("fernet/invalid.json");

const SKEW_SECONDS = 60;
const INVALID_CODES = new Map([
  ["far-future TS (unacceptable clock skew)", "future_token"],
  ["expired TTL", "stale_token"],
]);

const secondsOf = (now: string): number => Date.parse(now) / 1000;
const keyOf = (ciphers: Ciphers, secret: string) =>
  importFernetKey(ciphers, decodeBase64Url(secret)!);

describe.for(CIPHER_SETS)("Fernet on %s", ([, ciphers]) => {
  const key = importFernetKey(ciphers, new Uint8Array(32).fill(7));
  const iv = new Uint8Array(16).fill(9);

  it("seals the specification's token", () => {
    const { secret, src, now, iv: itsIv, token } = generate!;
    const sealed = sealToken(
      keyOf(ciphers, secret),
      utf8(src),
      secondsOf(now),
      Uint8Array.from(itsIv),
    );
    expect(sealed).toBe(token);
    const [ivs, times] = [Uint8Array.from(itsIv), [secondsOf(now)]];
    const lines = sealLines(keyOf(ciphers, secret), [utf8(src)], times, ivs);
    expect(Buffer.from(lines).toString()).toBe(`${token}\n`);
  });

  it("opens the specification's token", () => {
    const { secret, token, now, ttl_sec: lifetime, src } = verify!;
    const opened = openToken(keyOf(ciphers, secret), token, secondsOf(now), lifetime, SKEW_SECONDS);
    expect(toHex(opened.plaintext)).toBe(toHex(utf8(src)));
    expect(opened.timeSeconds).toBe(secondsOf(now) - 1);
    expect(toHex(opened.tag)).toBe(toHex(decodeBase64Url(token)!.slice(-32)));
  });

  it.for(invalid.map((test) => [test.desc, test] as const))("refuses: %s", ([desc, test]) => {
    const open = () =>
      openToken(
        keyOf(ciphers, test.secret),
        test.token,
        secondsOf(test.now),
        test.ttl_sec,
        SKEW_SECONDS,
      );
    expect(refusalOf(open)).toBe(INVALID_CODES.get(desc) ?? "bad_token");
  });

  it.for([
    [-61, "future_token"], // Seconds that the token is old.
    [-60, null],
    [0, null],
    [60, null],
    [61, "stale_token"],
    [365 * 86_400, "stale_token"],
  ] as const)("of an age of %i s is refused with %s", ([age, code]) => {
    const now = 1_700_000_000;
    const token = sealToken(key, utf8("x"), now - age, iv);
    expect(refusalOf(() => openToken(key, token, now, 60, 60))).toBe(code);
  });

  it.for([0, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1])("keeps the time %i", (time) => {
    const token = sealToken(key, utf8("x"), time, iv);
    expect(openToken(key, token, time, 60, 60).timeSeconds).toBe(time);
  });

  it("refuses a time beyond every clock", () => {
    const bytes = decodeBase64Url(sealToken(key, utf8("x"), 0, iv))!;
    bytes.fill(0xff, 1, 9);
    bytes.set(key.signing.sign(bytes.subarray(0, -32)), bytes.length - 32);
    const open = () => openToken(key, encodeBase64Url(bytes), 1_700_000_000, 60, 60);
    expect(refusalOf(open)).toBe("future_token");
  });

  it("refuses every single changed bit, and every cut, alike", () => {
    const bytes = decodeBase64Url(sealToken(key, utf8("attack at dawn"), 1000, iv))!;
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const open = () => openToken(key, encodeBase64Url(changed), 1000, 60, 60);
      expect(refusalOf(open)).toBe("bad_token");
    }
    for (let length = 0; length < bytes.length; length++) {
      const open = () => openToken(key, encodeBase64Url(bytes.subarray(0, length)), 1000, 60, 60);
      expect(refusalOf(open)).toBe("bad_token");
    }
  });

  it("decrypts nothing before the HMAC has matched", () => {
    let decryptions = 0;
    const counting = {
      ...key,
      encryption: {
        ...key.encryption,
        decrypt: (itsIv: Uint8Array, cipher: Uint8Array) => {
          decryptions++;
          return key.encryption.decrypt(itsIv, cipher);
        },
      },
    };
    const token = sealToken(key, utf8("attack at dawn"), 1000, iv);
    openToken(counting, token, 1000, 60, 60);
    expect(decryptions).toBe(1);
    for (const forged of [token.replace(/.{4}$/, "AAA="), token.replace(/^gAAAAA/, "gBAAAA")]) {
      expect(refusalOf(() => openToken(counting, forged, 1000, 60, 60))).toBe("bad_token");
    }
    expect(decryptions).toBe(1);
  });

  it("opens whatever it sealed, and under no other key", () => {
    const other = importFernetKey(ciphers, new Uint8Array(32).fill(8));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(2 ** 31 - 1), (plain, time) => {
        const token = sealToken(key, plain, time, ciphers.randomBytes(16));
        expect(toHex(openToken(key, token, time, 0, 0).plaintext)).toBe(toHex(plain));
        expect(refusalOf(() => openToken(other, token, time, 0, 0))).toBe("bad_token");
      }),
      { numRuns: 50 },
    );
  });

  it("seals many as lines as it does one by one", () => {
    const texts = fc.uint8Array({ maxLength: 70 });
    const tokens = fc.tuple(texts, fc.nat(), fc.uint8Array({ minLength: 16, maxLength: 16 }));
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 40 }), (all) => {
        const plains = all.map(([plain]) => plain);
        const times = all.map(([, time]) => time);
        const ivs = Uint8Array.from(all.flatMap(([, , itsIv]) => [...itsIv]));
        const oneByOne = all.map(([plain, time, itsIv]) => sealToken(key, plain, time, itsIv));
        const lines = Buffer.from(sealLines(key, plains, times, ivs)).toString();
        expect(lines).toBe(oneByOne.map((token) => `${token}\n`).join(""));
      }),
      { numRuns: 50 },
    );
  });

  it("takes keys of 32 bytes only", () => {
    for (const length of [0, 16, 31, 33]) {
      expect(() => importFernetKey(ciphers, new Uint8Array(length))).toThrow(RangeError);
    }
  });
});
