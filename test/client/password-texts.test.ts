/** Why a new password is refused, in words. */

import { expect, it } from "vitest";
import { PASSWORD_REASONS } from "../../src/bank/password-policy.ts";
import { charsMinFor, passwordText } from "../../src/client/password-texts.ts";

it("says something else for each reason, and never what no customer has", () => {
  const texts = PASSWORD_REASONS.map((reason) => passwordText(reason, 15, "new password").text);
  expect(new Set(texts).size).toBe(PASSWORD_REASONS.length);
  for (const reason of PASSWORD_REASONS) {
    for (const charsMin of [null, 8]) {
      const { text, advice } = passwordText(reason, charsMin, "new password");
      expect(`${text} ${advice}`).not.toMatch(/undefined|null|NaN/);
    }
  }
});

it("calls a password new only beside an old one", () => {
  for (const reason of PASSWORD_REASONS) {
    expect(passwordText(reason, 8, "new password").text).toMatch(/new password/);
    expect(passwordText(reason, 8, "password").text).toMatch(/^(The|Enter a) password/);
  }
});

it("says how long a password must be, if the bank has said it", () => {
  const strict = { alone: 15, withFactor: 8 };
  const tooShort = (charsMin: number | null): string =>
    passwordText("too_short", charsMin, "password").text;
  expect(tooShort(charsMinFor(strict, false))).toContain("15 characters");
  expect(tooShort(charsMinFor(strict, true))).toContain("8 characters");
  expect(tooShort(charsMinFor(null, false))).toBe("The password is too short");
});
