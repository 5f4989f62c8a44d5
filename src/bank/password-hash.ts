/**
 * How a stored password hash is written: `hmac-sha384:` and a bcrypt hash, or `hmac-sha384-v2:` for
 * the second version of the pepper; or a plain bcrypt hash, as other banks have stored it.
 */

export type StoredHash = {
  /** The version of the pepper, null for a plain hash. */
  readonly pepper: number | null;
  /** bcrypt's: 2^cost rounds. */
  readonly cost: number;
  /** For the library, which knows `$2y$` by its other name. */
  readonly bcrypt: string;
};

const SCHEME = /^hmac-sha384(?:-v([1-9]\d{0,5}))?:(.*)$/s;
// The last character of the salt and that of the hash carry fewer bits than they could: one whose
// spare bits are set is not what bcrypt writes.
const BCRYPT =
  /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z\d]{21}[.Oeu][./A-Za-z\d]{30}[.CGKOSWaeimquy26]$/;
const NEWLINE = /[\r\n]/;

/** Null for anything that is not exactly such a hash: longer, cut, or of another scheme. */
export function parseHash(text: string): StoredHash | null {
  if (NEWLINE.test(text)) return null; // `$` would pass over one at the end.
  const [, version = "1", peppered] = SCHEME.exec(text) ?? [];
  const hash = peppered ?? text;
  const cost = BCRYPT.exec(hash)?.[1];
  if (cost === undefined) return null;
  const bcrypt = hash.replace("$2y$", "$2b$");
  return { pepper: peppered === undefined ? null : Number(version), cost: Number(cost), bcrypt };
}

/** What marks a hash under this version of the pepper. */
export const schemeOf = (pepper: number): string =>
  pepper === 1 ? "hmac-sha384:" : `hmac-sha384-v${pepper}:`;

/** Whether a hash is to be made anew, now that its password is at hand. */
export function isOutdatedHash(text: string, current: { pepper: number; cost: number }): boolean {
  const stored = parseHash(text);
  return stored === null || stored.pepper !== current.pepper || stored.cost !== current.cost;
}
