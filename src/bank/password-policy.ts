/**
 * What a new password must be: long enough, and none that is guessed first. There are no rules of
 * composition (NIST SP 800-63B-4), and old passwords are never asked. Lengths are of characters.
 */

export const PASSWORD_PROFILES = ["demo", "strict"] as const;
/** `strict` is that of SP 800-63B-4: 15, or 8 beside a second factor. `demo` is 8 for everybody. */
export type PasswordProfile = (typeof PASSWORD_PROFILES)[number];

export const PASSWORD_REFUSALS = ["too_short", "common", "contains_name"] as const;
/** Why a new password was refused. */
export type PasswordRefusal = (typeof PASSWORD_REFUSALS)[number];

export type NewPassword = { password: string; username: string; hasFactor: boolean };

const CHARS_MIN = 8;
const ALONE_CHARS_MIN = 15;
/** A name may be part of a password that has this much besides. */
const BESIDE_NAME_MIN = 8;
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

/**
 * Why `password` is refused, or null.
 * @param isCommon Whether a text in lower case is on the list of common passwords.
 */
export function passwordFault(
  profile: PasswordProfile,
  { password, username, hasFactor }: NewPassword,
  isCommon: (text: string) => boolean,
): PasswordRefusal | null {
  const least = profile === "strict" && !hasFactor ? ALONE_CHARS_MIN : CHARS_MIN;
  if ([...password].length < least) return "too_short";
  const text = password.toLowerCase();
  const names = [username.toLowerCase(), ...OWN_NAMES].filter(
    (name) => name.length >= NAME_CHARS_MIN,
  );
  if (names.some((name) => isMostly(text, name))) return "contains_name";
  return OWN_WORDS.includes(text) || isCommon(text) ? "common" : null;
}

const isMostly = (text: string, name: string): boolean =>
  text.includes(name) && [...text.replaceAll(name, "")].length < BESIDE_NAME_MIN;
