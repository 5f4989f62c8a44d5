/**
 * The lockout: how many wrong passwords a pair of user name and terminal may try, and what follows.
 *
 * The pair is locked, not the account, so that nobody can lock a victim out from elsewhere. An
 * attempt is counted before its password is checked: parallel guesses, and guesses cut short by a
 * crash, count like any other.
 */

export const LOGIN_FAILURES_MAX = 10;
export const LOCKOUT_MS = 30 * 60_000;

/** The failures of one pair since its last success, with the time of the latest. */
export type Attempts = { readonly failures: number; readonly lastAt: number };

/** Names the pair; a user name never holds a tab (src/bank/credentials.ts). */
export const attemptsKey = (username: string, terminal: string): string =>
  `${username}\t${terminal}`;

/** What is left of earlier attempts at the time `at`: nothing, once the lockout is over. */
export function attemptsAt(attempts: Attempts | undefined, at: number): Attempts | null {
  if (attempts === undefined || at - attempts.lastAt >= LOCKOUT_MS) return null;
  return attempts;
}

/** The attempts with one more begun, or null if the pair is locked. A locked pair gains no time. */
export function beginAttempt(attempts: Attempts | null, at: number): Attempts | null {
  const failures = attempts?.failures ?? 0;
  return failures >= LOGIN_FAILURES_MAX ? null : { failures: failures + 1, lastAt: at };
}

/** The attempts without one that was never judged, as when the bank was too busy to check it. */
export function withdrawAttempt(attempts: Attempts | null): Attempts | null {
  if (attempts === null || attempts.failures <= 1) return null;
  return { ...attempts, failures: attempts.failures - 1 };
}
