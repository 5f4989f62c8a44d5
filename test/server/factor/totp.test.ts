/** One-time codes: those of RFC 4226 and RFC 6238, and how far from now one is taken. */

import { describe, expect, it } from "vitest";
import {
  AUTHENTICATOR,
  codeOf,
  enrolmentUri,
  matchingStep,
  newSecret,
  stepAt,
  type Profile,
} from "../../../src/server/factor/totp.ts";
import { readVectors } from "../../ciphers/vectors.ts";

type HotpVectors = {
  secretAscii: string;
  count: number;
  tests: { counter: number; hotp: string }[];
};
type TotpVectors = {
  count: number;
  tests: {
    time: number;
    digits: 8;
    algorithm: "SHA1" | "SHA256" | "SHA512";
    secretAscii: string;
    secretBase32: string;
    counterHex: string;
    totp: string;
    totp6: string;
  }[];
};

const hotp = readVectors<HotpVectors>("totp/rfc4226_hotp.json");
const totp = readVectors<TotpVectors>("totp/rfc6238.json");
const SECRET = totp.tests[0]!.secretBase32;
const NOW = 1_234_567_890_000;
const STEP = stepAt(NOW);

describe("row 32: one-time codes are those of the standards", () => {
  it("has all 10 + 18 vectors", () => {
    expect([hotp.tests.length, hotp.count]).toEqual([10, 10]);
    expect([totp.tests.length, totp.count]).toEqual([18, 18]);
  });

  it.for(hotp.tests)("RFC 4226, counter $counter", ({ counter, hotp: code }) => {
    expect(codeOf(Buffer.from(hotp.secretAscii), counter, AUTHENTICATOR)).toBe(code);
  });

  it.for(totp.tests)("RFC 6238, $algorithm at $time", (test) => {
    const step = stepAt(test.time * 1_000);
    const algorithm = test.algorithm.toLowerCase() as Profile["algorithm"];
    const secret = Buffer.from(test.secretAscii);
    expect(step).toBe(Number.parseInt(test.counterHex, 16));
    expect(codeOf(secret, step, { algorithm, digits: 8 })).toBe(test.totp);
    expect(codeOf(secret, step, { algorithm, digits: 6 })).toBe(test.totp6);
  });

  it.for(totp.tests.filter(({ algorithm }) => algorithm === "SHA1"))(
    "takes the code of RFC 6238 at $time",
    ({ time, totp6, secretBase32 }) => {
      expect(matchingStep(secretBase32, totp6, time * 1_000)).toBe(stepAt(time * 1_000));
    },
  );
});

describe("row 34: a code is taken at most one step away", () => {
  it.for([
    [-2, null],
    [-1, STEP - 1],
    [0, STEP],
    [1, STEP + 1],
    [2, null],
  ] as const)("the code of step %i", ([off, found]) => {
    expect(matchingStep(SECRET, codeOf(SECRET, STEP + off), NOW)).toBe(found);
  });

  it.for(["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "123 456", "-12345", "1e5555"])(
    "takes no code that is not six digits: %j",
    (text) => {
      expect(matchingStep(SECRET, text, NOW)).toBeNull();
    },
  );
});

describe("a secret", () => {
  it("is 160 bits and new each time", () => {
    const secrets = new Set(Array.from({ length: 100 }, newSecret));
    expect(secrets.size).toBe(100);
    for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/);
  });

  it("is told to the authenticator with the customer's name", () => {
    const uri = new URL(enrolmentUri("anna@home", SECRET));
    expect(uri.protocol).toBe("otpauth:");
    expect(uri.searchParams.get("secret")).toBe(SECRET);
    expect(uri.searchParams.get("issuer")).toBe("Secure ATM");
    expect(decodeURIComponent(uri.pathname)).toContain("anna@home");
  });
});
