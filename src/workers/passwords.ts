/**
 * Passwords, as bcrypt hashes of a keyed hash: `bcrypt(base64(HMAC-SHA384(password, pepper)))`.
 *
 * bcrypt reads no more than 72 bytes and stops at a NUL; the keyed hash is always 64 characters
 * without one, so every character of a password counts, and a stolen database is of no use without
 * the pepper. (OWASP Password Storage Cheat Sheet, "Pre-hashing passwords with bcrypt".) Each
 * call runs on a thread of its own: the synchronous functions are meant.
 */

import { createHmac } from "node:crypto";
import bcrypt from "bcrypt";

/** Marks how a stored hash was made, so that another way can stand beside it. */
const SCHEME = "hmac-sha384:";

export type HashPassword = { password: string; pepper: Uint8Array; cost: number };
/** `hash` is null for a name that nobody has. */
export type CheckPassword = HashPassword & { hash: string | null };

export const hashPassword = ({ password, pepper, cost }: HashPassword): string =>
  SCHEME + bcrypt.hashSync(peppered(password, pepper), cost);

/** Takes as long for a name that nobody has as for a wrong password. */
export function checkPassword({ password, pepper, cost, hash }: CheckPassword): boolean {
  const known = hash !== null && hash.startsWith(SCHEME);
  const stored = known ? hash.slice(SCHEME.length) : nobodysHash(cost);
  return bcrypt.compareSync(peppered(password, pepper), stored) && known;
}

const peppered = (password: string, pepper: Uint8Array): string =>
  createHmac("sha384", pepper).update(password, "utf8").digest("base64");

/** Well-formed, of the given cost, and the hash of no known text. */
export const nobodysHash = (cost: number): string =>
  `$2b$${String(cost).padStart(2, "0")}$${"N".repeat(21)}u${"o".repeat(30)}u`;
