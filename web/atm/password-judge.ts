/**
 * Judges a new password before it is sent, by the bank's own rules and its list of passwords that
 * are tried first. It refuses nothing that the bank would take; the bank has the last word.
 */

import { checkPassword } from "../../src/bank/credentials.ts";
import { readBlocklist } from "../../src/bank/password-blocklist.ts";
import {
  leastChars,
  passwordMinimum,
  passwordRefusal,
  type NewPassword,
  type PasswordMinimum,
  type PasswordReason,
} from "../../src/bank/password-policy.ts";

/** Why a password is refused; and how long one must be at least, as far as that is known. */
export type BadPassword = { reason: PasswordReason; charsMin: number | null };

/** Of the laxest profile, for as long as the bank has not said which it has. */
const LEAST = passwordMinimum("demo");

export class PasswordJudge {
  readonly #read: () => Promise<ReadonlySet<string>>;
  #common: ReadonlySet<string> | null = null;
  #reading: Promise<void> | null = null;

  constructor(read = readBlocklist) {
    this.#read = read;
  }

  /** Whether it knows which passwords are tried first. */
  get isPrepared(): boolean {
    return this.#common !== null;
  }

  /** Loads the list, once. Where that fails it judges without, and tries again when next asked. */
  prepare(): Promise<void> {
    this.#reading ??= this.#read().then(
      (common) => void (this.#common = common),
      () => void (this.#reading = null),
    );
    return this.#reading;
  }

  /** What the bank would say against it, or null. */
  judge(asked: NewPassword, told: PasswordMinimum | null): BadPassword | null {
    const minimum = told ?? LEAST;
    const isCommon = (text: string): boolean => this.#common?.has(text) ?? false;
    const reason = checkPassword(asked.password) ?? passwordRefusal(minimum, asked, isCommon);
    if (reason === null) return null;
    return { reason, charsMin: leastChars(minimum, asked.hasFactor) };
  }
}
