/** The lockouts as operators see and lift them: of a user name, whatever the terminal. */

import type { Books } from "./ledger.ts";
import { factorKey } from "./factor-rules.ts";
import { attemptsAt, failuresMaxOf, forgottenMsOf } from "./lockout.ts";

/** What is counted against a user name, by its keys: passwords and codes. */
export const attemptKeysOf = ({ attempts }: Books, username: string): string[] =>
  [...attempts.keys()].filter((key) => nameOf(key) === username);

/** The user names that are locked out somewhere; a source's own counter has none. */
export const lockedNames = ({ attempts }: Books, at: number): ReadonlySet<string> =>
  new Set(
    [...attempts]
      .filter(([key, tries]) => {
        const left = attemptsAt(tries, at, forgottenMsOf(key));
        return (left?.failures ?? 0) >= failuresMaxOf(key);
      })
      .map(([key]) => nameOf(key))
      .filter((name) => name !== null),
  );

/** The user name that a counter is about, or null for a source's. */
function nameOf(key: string): string | null {
  if (key.startsWith(factorKey(""))) return key.slice(factorKey("").length);
  return key.startsWith("\t") ? null : key.slice(0, key.indexOf("\t"));
}
