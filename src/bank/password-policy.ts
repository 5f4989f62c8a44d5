/**
 * What a new password must be: long enough, and none that is guessed first. There are no rules of
 * composition (NIST SP 800-63B-4), and old passwords are never asked. Lengths are of characters.
 * The browser asks the same question before it sends one.
 */
import { PASSWORD_FAULTS, type PasswordFault } from "./credentials.ts";

export const PASSWORD_PROFILES = ["demo", "strict"] as const;
/** `strict` is that of SP 800-63B-4: 15, or 8 beside a second factor. `demo` is 8 for everybody. */
export type PasswordProfile = (typeof PASSWORD_PROFILES)[number];

export const PASSWORD_REFUSALS = ["too_short", "user_name", "bank_name", "common"] as const;
/** Why a password that could be one is refused as a new one. */
export type PasswordRefusal = (typeof PASSWORD_REFUSALS)[number];

/** Why a new password is refused, in the words that clients are told. */
export type PasswordReason = PasswordFault | PasswordRefusal;
export const PASSWORD_REASONS: readonly PasswordReason[] = [
  ...PASSWORD_FAULTS,
  ...PASSWORD_REFUSALS,
];

export type NewPassword = { password: string; username: string; hasFactor: boolean };

/** How many characters a new password has at least: alone, and beside a second factor. */
export type PasswordMinimum = { readonly alone: number; readonly withFactor: number };

const CHARS_MIN = 8;
const ALONE_CHARS_MIN = 15;
/** A name may be part of a password that has this much besides. */
export const BESIDE_NAME_MIN = 8;
/** A shorter name is in too many words to say anything. */
const NAME_CHARS_MIN = 3;

/** Ours, beside the list of common passwords. */
const OWN_NAMES = ["secure-atm", "secureatm", "secure atm"];
const OWN_WORDS = [
  "automatic teller",
  "bankpassword",
  "bank password",
  "atmpassword",
  "atm password",
];

export const passwordMinimum = (profile: PasswordProfile): PasswordMinimum => ({
  alone: profile === "strict" ? ALONE_CHARS_MIN : CHARS_MIN,
  withFactor: CHARS_MIN,
});

/** Of whoever has another role than a customer's, whatever the bank asks of customers. */
export const OPERATOR_PASSWORD_MINIMUM = passwordMinimum("strict");

export const leastChars = (minimum: PasswordMinimum, hasFactor: boolean): number =>
  hasFactor ? minimum.withFactor : minimum.alone;

/**
 * Why `password` is refused, or null.
 * @param isCommon Whether a text in lower case is on the list of common passwords.
 */
export function passwordRefusal(
  minimum: PasswordMinimum,
  { password, username, hasFactor }: NewPassword,
  isCommon: (text: string) => boolean,
): PasswordRefusal | null {
  if ([...password].length < leastChars(minimum, hasFactor)) return "too_short";
  const text = password.toLowerCase();
  if (isMostly(text, username.toLowerCase())) return "user_name";
  if (OWN_NAMES.some((name) => isMostly(text, name))) return "bank_name";
  return OWN_WORDS.includes(text) || isCommon(text) ? "common" : null;
}

const isMostly = (text: string, name: string): boolean =>
  name.length >= NAME_CHARS_MIN &&
  text.includes(name) &&
  [...text.replaceAll(name, "")].length < BESIDE_NAME_MIN;
