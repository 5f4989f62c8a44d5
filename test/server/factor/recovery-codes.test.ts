/** Recovery codes: how many and how random they are, and how they may be typed. */

import { describe, expect, it } from "vitest";
import { newRecoveryCodes, recoveryHash } from "../../../src/server/factor/recovery-codes.ts";

describe("recovery codes", () => {
  it("are ten, of 80 random bits each", () => {
    const codes = Array.from({ length: 100 }, newRecoveryCodes).flat();
    expect(codes.length).toBe(1_000);
    expect(new Set(codes).size).toBe(1_000);
    for (const code of codes) expect(code).toMatch(/^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/);
    // Every place takes every character: none is fixed.
    for (const place of [0, 3, 18]) {
      expect(new Set(codes.map((code) => code[place])).size).toBe(32);
    }
  });

  it("are found however they are typed", () => {
    const [code = ""] = newRecoveryCodes();
    const hash = recoveryHash(code);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(recoveryHash(code.toLowerCase())).toBe(hash);
    expect(recoveryHash(` ${code.replaceAll("-", " ")} `)).toBe(hash);
    expect(recoveryHash(code.replaceAll("-", ""))).toBe(hash);
  });

  it.for(["", "123456", "ABCD-EFGH-IJKL-MNO", "ABCD-EFGH-IJKL-MNO1", "ABCD-EFGH-IJKL-MNOPQ"])(
    "are not taken for what cannot be one: %j",
    (text) => {
      expect(recoveryHash(text)).toBeNull();
    },
  );
});
