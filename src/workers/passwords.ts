/**
 * Passwords, as bcrypt hashes of a keyed hash: `bcrypt(base64(HMAC-SHA384(password, pepper)))`.
 *
 * bcrypt reads no more than 72 bytes and stops at a NUL; the keyed hash is always 64 characters
 * without one, so every character of a password counts, and a stolen database is of no use without
 * the pepper. (OWASP Password Storage Cheat Sheet, "Pre-hashing passwords with bcrypt".) Plain
 * bcrypt hashes that were brought from elsewhere are checked as well, until the next login replaces
 * them. Each call runs on a thread of its own: the synchronous functions are meant.
 */

import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import type Bcrypt from "bcrypt";
import { parseHash, schemeOf, type StoredHash } from "../bank/password-hash.ts";

const BCRYPT_BYTES_MAX = 72;

/**
 * Loaded with a thread's first password, and so within a task, which the pool waits for: a thread
 * that is ended while it loads a native library takes the whole process with it.
 */
const loadBcrypt = (): typeof Bcrypt => createRequire(import.meta.url)("bcrypt") as typeof Bcrypt;

export type Pepper = { readonly version: number; readonly key: Uint8Array };
/** `peppers`: the current one first, then those that old hashes may be under. */
export type PasswordHashing = { peppers: readonly [Pepper, ...Pepper[]]; cost: number };
export type HashPassword = PasswordHashing & { password: string };
/** `hash` is null for a name that nobody has. */
export type CheckPassword = HashPassword & { hash: string | null };

export function hashPassword({ password, peppers: [pepper], cost }: HashPassword): string {
  return schemeOf(pepper.version) + loadBcrypt().hashSync(peppered(password, pepper.key), cost);
}

/**
 * Takes as long for a name that nobody has as for a wrong password, whatever its hash cost: one
 * that cost less is followed by the work that it lacks.
 */
export function checkPassword({ password, peppers, cost, hash }: CheckPassword): boolean {
  const bcrypt = loadBcrypt();
  const stored = hash === null ? null : parseHash(hash);
  const text = stored === null ? null : hashedText(password, stored, peppers);
  if (stored === null || text === null) {
    bcrypt.compareSync(peppered(password, peppers[0].key), nobodysHash(cost));
    return false;
  }
  const isRight = bcrypt.compareSync(text, stored.bcrypt);
  for (const level of missingCosts(stored.cost, cost)) {
    bcrypt.compareSync(text, nobodysHash(level));
  }
  return isRight;
}

/** 2^from rounds and these are 2^to: 2^from + (2^from + … + 2^(to - 1)). */
export const missingCosts = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);

/** What bcrypt was given, or null where that can no longer be had: the password is then wrong. */
function hashedText(
  password: string,
  { pepper: version }: StoredHash,
  peppers: readonly Pepper[],
): string | null {
  // Plain bcrypt would not see all of such a password; then it must not be taken for the right one.
  if (version === null) return isWholeToBcrypt(password) ? password : null;
  const pepper = peppers.find((one) => one.version === version);
  return pepper === undefined ? null : peppered(password, pepper.key);
}

const isWholeToBcrypt = (password: string): boolean =>
  !password.includes("\0") && Buffer.byteLength(password) <= BCRYPT_BYTES_MAX;

const peppered = (password: string, pepper: Uint8Array): string =>
  createHmac("sha384", pepper).update(password, "utf8").digest("base64");

/** Well-formed, of the given cost, and the hash of no known text. */
export const nobodysHash = (cost: number): string =>
  `$2b$${String(cost).padStart(2, "0")}$${"N".repeat(21)}u${"o".repeat(30)}u`;
