/** The lockouts as operators see and lift them: of a user name, whatever the terminal. */

import type { Books } from "./ledger.ts";
import { LOGIN_FAILURES_MAX, attemptsAt, attemptsKey } from "./lockout.ts";

/** What is counted against a user name, by its keys. */
export const attemptKeysOf = ({ attempts }: Books, username: string): string[] =>
  [...attempts.keys()].filter((key) => key.startsWith(attemptsKey(username, "")));

/** The user names that are locked out somewhere. */
export const lockedNames = ({ attempts }: Books, at: number): ReadonlySet<string> =>
  new Set(
    [...attempts]
      .filter(([, tries]) => (attemptsAt(tries, at)?.failures ?? 0) >= LOGIN_FAILURES_MAX)
      .map(([key]) => key.slice(0, key.indexOf("\t"))),
  );
