/**
 * What stands in the customer's way, in words. The messages of the original system stand first,
 * word for word, and ours explain them.
 */

import {
  PASSWORD_CHARS_MAX,
  USERNAME_CHARS_MAX,
  type PasswordFault,
  type UsernameFault,
} from "../../src/bank/credentials.ts";
import { AMOUNT_CENTS_MAX } from "../../src/bank/money.ts";
import { passwordText, type Which } from "../../src/client/password-texts.ts";
import { MEMO_CHARS_MAX } from "../../src/protocol/fields.ts";
import { AMOUNT_CENTS_MIN, type AmountFault } from "./amount.ts";
import type { CodeFault } from "./code.ts";
import { money } from "./money-text.ts";
import { entryAdvice } from "./refusal-texts.ts";
import type { LineFault, Problem, View } from "./state.ts";

/** A message: what was said, and what it means for the customer. */
export type Told = { text: string; more: string };
/** The `id` of a field. */
export type Field =
  | "username"
  | "password"
  | "old-password"
  | "new-password"
  | "code"
  | "amount"
  | "to"
  | "memo"
  | "digits";
/** A problem in words, with the field that it is about. */
export type ProblemTold = Told & { field: Field | null };

/** What went wrong on the screen of `view`, to be listed at its top. */
export function problemsOf(view: View): ProblemTold[] {
  return "problems" in view ? (view.problems ?? []).map(problemText) : [];
}

function problemText(problem: Problem): ProblemTold {
  switch (problem.type) {
    case "log_in_first":
      return told(
        "Error: Please log in first.",
        "A reload ends the session, as its keys live in this tab only.",
      );
    case "authentication_failed":
      return told(
        "Authentication Failed",
        `The user name or the password is not right. ${LOCKOUT_TEXT}`,
        "username",
      );
    case "classic_failed":
      return told("Authentication Failed", CLASSIC_TEXT, "username");
    case "code":
      return told(...CODE_TEXT[problem.fault], "code");
    case "proof":
      return problem.withCode ? PROOF_TEXT.withCode : PROOF_TEXT.alone;
    case "short_alone":
      return SHORT_ALONE;
    case "secret_void":
      return SECRET_VOID;
    case "code_late":
      return told(
        "The line closed before a code came",
        "The bank does not wait for it for long. Enter your password again.",
      );
    case "username_taken":
      return told("Username already exists", "Choose another user name.", "username");
    case "username":
      return told(USERNAME_TEXT[problem.fault], "", "username");
    case "password":
      return told(PASSWORD_TEXT[problem.fault], "", "password");
    case "old_password":
      return told(OLD_PASSWORD_TEXT[problem.fault], "", "old-password");
    case "bad_password": {
      const { text, advice } = passwordText(
        problem.reason,
        problem.charsMin,
        whichIn(problem.field),
      );
      return told(text, advice, problem.field);
    }
    case "amount":
      return told(AMOUNT_TEXT[problem.fault], "", "amount");
    case "to":
      return told(RECIPIENT_TEXT[problem.fault], "", "to");
    case "memo":
      return told(MEMO_TEXT, "", "memo");
    case "digits":
      return told("These are not the last four digits of the new key", "", "digits");
    case "refused":
      return told(problem.text, entryAdvice(problem.kind));
    case "line":
      return LINE_TEXT[problem.fault];
  }
}

/** A sign-up has one field for a password. */
export const whichIn = (field: "password" | "new-password"): Which =>
  field === "password" ? "password" : "new password";

const told = (text: string, more: string, field: ProblemTold["field"] = null): ProblemTold => ({
  text,
  more,
  field,
});

const USERNAME_TEXT: Record<UsernameFault, string> = {
  empty: "Enter your user name",
  too_long: `The user name must have at most ${USERNAME_CHARS_MAX} characters`,
  bad_character: "The user name may have letters, digits and . _ - @ + only",
  not_normal: "The user name has letters written in an unusual way; type it again",
};

const PASSWORD_TEXT: Record<PasswordFault, string> = {
  empty: "Enter your password",
  too_long: `The password must have at most ${PASSWORD_CHARS_MAX} characters`,
  not_text: "The password has a character that is none; type it again",
};

/** Said at each failure alike: which account is locked is nobody's to learn. */
const LOCKOUT_TEXT =
  "After ten wrong tries no password opens an account at this ATM for at least half an hour.";

const CLASSIC_TEXT =
  "The user name or the password is not right, or the account has a second factor: the classic " +
  `protocol cannot ask for its code. The modern one can. ${LOCKOUT_TEXT}`;

const PROOF_TEXT = {
  alone: told("Your password is not right", "", "password"),
  withCode: told(
    "Your password or the code is not right",
    "A code works once: wait until your authenticator shows the next.",
    "password",
  ),
};

const SHORT_ALONE = told(
  "Your password is too short to do without a second factor",
  "Change it first, then turn the second factor off. Your code was not used up.",
  "password",
);

const SECRET_VOID = told(
  "The line was lost, and the secret with it",
  "Delete it from your authenticator, and begin again.",
);

const CODE_TEXT: Record<CodeFault | "wrong" | "mismatch", [text: string, more: string]> = {
  empty: ["Enter the code", ""],
  no_code: ["A code has six digits; a recovery code has 16 letters and digits", ""],
  no_digits: ["A code has six digits", ""],
  mismatch: [
    "That code does not fit the secret",
    "Compare the secret, and the clock of your authenticator: half a minute off is too much.",
  ],
  wrong: [
    "That code is not right",
    "Each works once: wait until your authenticator shows the next, or try another recovery " +
      "code. Ten wrong ones lock the account for at least half an hour.",
  ],
};

const OLD_PASSWORD_TEXT = {
  empty: "Enter your present password",
  wrong: "Your present password is not right",
  wrong_or_code: "Your present password or the code is not right",
};

const AMOUNT_TEXT: Record<AmountFault, string> = {
  empty: "Enter an amount",
  not_whole: "Enter whole dollars, in digits only",
  not_money: "Enter an amount in digits, such as 20 or 12.50",
  no_dollar: `Enter at least ${money(AMOUNT_CENTS_MIN.classic)}`,
  zero: `Enter at least ${money(AMOUNT_CENTS_MIN.modern)}`,
  too_large: `Enter at most ${money(AMOUNT_CENTS_MAX)}`,
};

const RECIPIENT_TEXT = {
  empty: "Enter the user name of the recipient",
  unknown: "There is no customer of this name",
  own: "That is your own account: choose another recipient",
};

const MEMO_TEXT = `The message must be one line of at most ${MEMO_CHARS_MAX} characters`;

const LINE_TEXT: Record<LineFault, ProblemTold> = {
  bank_unreachable: told(
    "The bank cannot be reached",
    "Make sure that the bank is running, then try again.",
  ),
  bank_not_authentic: told(
    "This is not your bank",
    "Who answered this ATM has not proved to be the bank, and was told nothing. Ask the bank.",
  ),
  atm_unreachable: told(
    "This ATM does not answer",
    "Make sure that its program is running, then try again.",
  ),
  atm_busy: told(
    "This ATM is in use",
    "Too many sessions are open at it. Close one, or try again shortly.",
  ),
  line_lost: told("The line to the bank was lost", "No session was opened. Try again."),
};
