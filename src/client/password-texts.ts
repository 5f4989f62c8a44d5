/** Why a bank refuses a new password, in plain words, and what its owner can do. */

import { PASSWORD_CHARS_MAX } from "../bank/credentials.ts";
import {
  BESIDE_NAME_MIN,
  leastChars,
  type PasswordMinimum,
  type PasswordReason,
} from "../bank/password-policy.ts";

export interface PasswordText {
  readonly text: string;
  readonly advice: string;
}

/** Whether there is an old one beside it: of an account that is made, it is simply the password. */
export type Which = "password" | "new password";

/** @param charsMin What the bank wants at least, where it is known. */
export function passwordText(
  reason: PasswordReason,
  charsMin: number | null,
  which: Which,
): PasswordText {
  switch (reason) {
    case "empty":
      return { text: `Enter a ${which}`, advice: "" };
    case "too_short":
      return {
        text:
          charsMin === null
            ? `The ${which} is too short`
            : `The ${which} must have at least ${charsMin} characters`,
        advice: "A few words in a row are long, and easy to keep in mind.",
      };
    case "too_long":
      return {
        text: `The ${which} must have at most ${PASSWORD_CHARS_MAX} characters`,
        advice: "",
      };
    case "not_text":
      return {
        text: `The ${which} has a character that is none`,
        advice: "Type it again.",
      };
    case "user_name":
      return {
        text: `The ${which} is little more than your user name`,
        advice: `Leave the name out, or add ${BESIDE_NAME_MIN} characters that are not in it.`,
      };
    case "bank_name":
      return {
        text: `The ${which} is little more than the bank's name`,
        advice: `Leave the name out, or add ${BESIDE_NAME_MIN} characters that are not in it.`,
      };
    case "common":
      return {
        text: `The ${which} is one of those that are guessed first`,
        advice: "Choose words that nobody but you would put in a row.",
      };
  }
}

/** How long a new password has to be at least; null where the bank has not said. */
export const charsMinFor = (minimum: PasswordMinimum | null, hasFactor: boolean): number | null =>
  minimum === null ? null : leastChars(minimum, hasFactor);
