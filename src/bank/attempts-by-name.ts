/**
 * What is counted against a user name, over all terminals: as operators see it, and forget it. The
 * books keep the keys of a name's counters together, so that nobody has to look through them all.
 */

import type { Books } from "./ledger.ts";
import { factorKey } from "./factor-rules.ts";
import { attemptsAt, failuresMaxOf, forgottenMsOf, nameInKeys, type Attempts } from "./lockout.ts";

/** The one way in which a counter changes; null: nothing is counted any more. */
export function setAttempts(
  { attempts, attemptKeys }: Books,
  key: string,
  counted: Attempts | null,
): void {
  if (counted !== null) attempts.set(key, counted);
  else attempts.delete(key);
  const name = nameOf(key);
  if (name === null) return;
  const keys = attemptKeys.get(name) ?? new Set();
  if (counted !== null) attemptKeys.set(name, keys.add(key));
  else if (keys.delete(key) && keys.size === 0) attemptKeys.delete(name);
}

/** What is counted against a user name, by its keys: passwords and codes. */
export const attemptKeysOf = ({ attemptKeys }: Books, username: string): readonly string[] => [
  ...(attemptKeys.get(nameInKeys(username)) ?? []),
];

/** Whether guesses have locked a user name out somewhere. */
export const isLockedOut = (books: Books, username: string, at: number): boolean =>
  attemptKeysOf(books, username).some((key) => {
    const left = attemptsAt(books.attempts.get(key), at, forgottenMsOf(key));
    return (left?.failures ?? 0) >= failuresMaxOf(key);
  });

const FACTOR = factorKey("");

/** The user name that a counter is about, as keys have it, or null for a source's. */
function nameOf(key: string): string | null {
  if (key.startsWith(FACTOR)) return key.slice(FACTOR.length).replace(/\t$/, "");
  return key.startsWith("\t") ? null : key.slice(0, key.indexOf("\t"));
}
