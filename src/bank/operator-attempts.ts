/** The lockouts as operators see and lift them: of a user name, whatever the terminal. */

import type { Books } from "./ledger.ts";
import { attemptsAt, attemptsKey, failuresMaxOf, forgottenMsOf } from "./lockout.ts";

/** What is counted against a user name, by its keys. */
export const attemptKeysOf = ({ attempts }: Books, username: string): string[] =>
  [...attempts.keys()].filter((key) => key.startsWith(attemptsKey(username, "")));

/** The user names that are locked out somewhere; a source's own counter has none. */
export const lockedNames = ({ attempts }: Books, at: number): ReadonlySet<string> =>
  new Set(
    [...attempts]
      .filter(([key, tries]) => {
        const left = attemptsAt(tries, at, forgottenMsOf(key));
        return !key.startsWith("\t") && (left?.failures ?? 0) >= failuresMaxOf(key);
      })
      .map(([key]) => key.slice(0, key.indexOf("\t"))),
  );
