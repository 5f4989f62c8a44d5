/**
 * What a new user name and a new password may be. The browser asks the same question before it
 * sends them.
 */

export const USERNAME_CHARS_MAX = 32;
export const PASSWORD_CHARS_MAX = 128;

/**
 * At login any text up to here is let through, to fail there: accounts may be older than today's
 * rules.
 */
export const LOGIN_TEXT_LENGTH_MAX = 1024;

export type UsernameFault = "empty" | "too_long" | "not_normal" | "bad_character";

/** What no password can be, whatever the bank's policy. */
export const PASSWORD_FAULTS = ["empty", "too_long", "not_text"] as const;
export type PasswordFault = (typeof PASSWORD_FAULTS)[number];

// Letters and digits of any script, and what e-mail addresses need. No white space and no control
// characters, so that a name can stand in a line of the audit file; and none that is not shown
// (variation selectors, fillers that count as letters), or two names could look the same.
const USERNAME = /^(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{N}._\-@+])+$/u;

/**
 * Why `name` cannot be a user name, or null. It must be in NFC, or two names could look the same
 * and differ.
 */
export function checkUsername(name: string): UsernameFault | null {
  if (name === "") return "empty";
  if (isLonger(name, USERNAME_CHARS_MAX)) return "too_long";
  if (!USERNAME.test(name)) return "bad_character";
  return name.normalize("NFC") === name ? null : "not_normal";
}

/** Why `password` cannot be one, or null. Any character counts as one, the NUL too. */
export function checkPassword(password: string): PasswordFault | null {
  if (password === "") return "empty";
  if (isLonger(password, PASSWORD_CHARS_MAX)) return "too_long";
  return password.isWellFormed() ? null : "not_text";
}

/** Counts characters (code points), but not those of a text that is too long in any case. */
const isLonger = (text: string, charsMax: number): boolean =>
  text.length > charsMax && (text.length > 2 * charsMax || [...text].length > charsMax);
