/**
 * The lockout: how many wrong passwords a pair of user name and terminal may try, and what follows.
 *
 * The pair is locked, not the account, so that nobody can lock a victim out from elsewhere. A try
 * is counted as pending before its password is checked, and the pending ones take up the places
 * that are left: so parallel guesses get no further than guesses one by one, and a guess that is
 * cut short by a crash counts as wrong.
 */

export const LOGIN_FAILURES_MAX = 10;
export const LOCKOUT_MS = 30 * 60_000;

/** The tries of one pair since its last success. */
export type Attempts = {
  /** Those that were wrong. */
  readonly failures: number;
  /** Those whose password is being checked. */
  readonly pending: number;
  /** When the latest began. */
  readonly lastAt: number;
};

/** Names the pair; a user name never holds a tab (src/bank/credentials.ts). */
export const attemptsKey = (username: string, terminal: string): string =>
  `${username}\t${terminal}`;

/**
 * What is left of earlier tries at the time `at`: nothing, once the lockout is over. Tries that
 * are as far in the future are of a clock that was set back, and nobody is to wait until then.
 */
export function attemptsAt(attempts: Attempts | undefined, at: number): Attempts | null {
  if (attempts === undefined || Math.abs(at - attempts.lastAt) >= LOCKOUT_MS) return null;
  return attempts;
}

/** One more try begun; or why it may not begin. A locked pair is not locked for longer by it. */
export function beginAttempt(
  attempts: Attempts | null,
  at: number,
): Attempts | "locked" | "too_many_attempts" {
  const { failures, pending } = attempts ?? { failures: 0, pending: 0 };
  if (failures >= LOGIN_FAILURES_MAX) return "locked";
  if (failures + pending >= LOGIN_FAILURES_MAX) return "too_many_attempts";
  return { failures, pending: pending + 1, lastAt: at };
}

/** How a try ended. `not_checked`: the bank was too busy, which is no failure. */
export type AttemptOutcome = "authenticated" | "wrong_password" | "not_checked";

/** What is remembered after it; null if nothing is. A success forgets the failures before it. */
export function endAttempt(
  attempts: Attempts | null,
  outcome: AttemptOutcome,
  at: number,
): Attempts | null {
  const before = attempts ?? { failures: 0, pending: 0, lastAt: at };
  const pending = Math.max(0, before.pending - 1);
  const failures = FAILURES_AFTER[outcome](before.failures);
  return failures === 0 && pending === 0 ? null : { failures, pending, lastAt: before.lastAt };
}

const FAILURES_AFTER: Record<AttemptOutcome, (failures: number) => number> = {
  authenticated: () => 0,
  wrong_password: (failures) => failures + 1,
  not_checked: (failures) => failures,
};
