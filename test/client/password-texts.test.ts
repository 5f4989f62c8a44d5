/** Why a new password is refused, in words. */

import { expect, it } from "vitest";
import { PASSWORD_REASONS } from "../../src/bank/password-policy.ts";
import { charsMinFor, passwordText } from "../../src/client/password-texts.ts";

it("says something else for each reason, and never what no customer has", () => {
  const texts = PASSWORD_REASONS.map((reason) => passwordText(reason, 15).text);
  expect(new Set(texts).size).toBe(PASSWORD_REASONS.length);
  for (const reason of PASSWORD_REASONS) {
    for (const charsMin of [null, 8]) {
      const { text, advice } = passwordText(reason, charsMin);
      expect(`${text} ${advice}`).not.toMatch(/undefined|null|NaN/);
    }
  }
});

it("says how long a password must be, if the bank has said it", () => {
  const strict = { alone: 15, withFactor: 8 };
  expect(passwordText("too_short", charsMinFor(strict, false)).text).toContain("15 characters");
  expect(passwordText("too_short", charsMinFor(strict, true)).text).toContain("8 characters");
  expect(passwordText("too_short", charsMinFor(null, false)).text).toBe(
    "The new password is too short",
  );
});
