/**
 * The lockout: how many wrong passwords may be tried, and what follows.
 *
 * Every try is counted for its pair of user name and terminal. The pair is locked, not the account,
 * so that nobody can lock a victim out from elsewhere. A terminal that the account has logged in
 * from is known, and there nothing but the pair counts: twice, for ten guesses each half hour would
 * be hundreds in a day. Everybody else is a stranger, counted twice more: over all strangers at one
 * name, or many terminals would give many guesses; and over all names at one source, or one
 * terminal could try a password at everybody. What no success clears are those two: else an account
 * of one's own would make room for guesses at others.
 *
 * A try is counted as pending before its password is checked, and the pending ones take up the
 * places that are left: so parallel guesses get no further than guesses one by one, and a guess
 * that is cut short by a crash counts as wrong.
 */

export const LOGIN_FAILURES_MAX = 10;
export const LOCKOUT_MS = 30 * 60_000;

/**
 * Of all strangers at one name, of a pair at a known terminal, and of an account's codes. They are
 * forgotten a day after the latest, so no day has more than these: half of the hundred that NIST SP
 * 800-63B-4 allows without a success.
 */
export const DAILY_FAILURES_MAX = 50;
export const DAY_MS = 24 * 60 * 60_000;

/** Of the strangers of one source, at whatever names; forgotten like a pair's. */
export const SOURCE_FAILURES_MAX = 100;

/** A source's sign-ups are counted for this long from the first of them. */
export const SIGN_UPS_MS = 60 * 60_000;

/** Past so many counters no stranger is let in, rather than that a counter is lost. */
export const COUNTERS_MAX = 100_000;

/** One thing that is counted: its place in the books, its limit, and how long it is kept. */
export type Counter = {
  readonly key: string;
  readonly failuresMax: number;
  readonly forgottenMs: number;
  /** What a try is told that comes too late. */
  readonly past: "locked" | "throttled";
};

/** The tries of one counter, of a pair's since its last success. */
export type Attempts = {
  /** Those that were wrong. */
  readonly failures: number;
  /** Those whose password is being checked. */
  readonly pending: number;
  /** When the latest began; of sign-ups, the first. */
  readonly lastAt: number;
};

/** A pair's name; no terminal has a tab in it. */
export const attemptsKey = (username: string, terminal: string): string =>
  `${nameInKeys(username)}\t${terminal}`;

/**
 * A user name as keys have it: never empty, and without a tab. No customer's name needs it; but who
 * tries to log in may say any text, and it must not name another counter.
 */
export const nameInKeys = (username: string): string =>
  username === "" ? "\\" : username.replaceAll("\\", "\\\\").replaceAll("\t", "\\t");

export const pairCounter = (username: string, terminal: string): Counter => ({
  ...{ key: attemptsKey(username, terminal), past: "locked" },
  ...{ failuresMax: LOGIN_FAILURES_MAX, forgottenMs: LOCKOUT_MS },
});

/** The daily one beside a shorter counter: its key is the other's, with a tab behind it. */
export const dailyCounter = ({ key, past }: Pick<Counter, "key" | "past">): Counter => ({
  ...{ key: `${key}\t`, past, failuresMax: DAILY_FAILURES_MAX, forgottenMs: DAY_MS },
});

/** What a stranger's try counts for besides its pair. */
export const strangersCounters = (username: string, source: string): readonly Counter[] => [
  {
    ...{ key: attemptsKey(username, ""), past: "throttled" },
    ...{ failuresMax: DAILY_FAILURES_MAX, forgottenMs: DAY_MS },
  },
  {
    ...{ key: `\t${source}`, past: "throttled" },
    ...{ failuresMax: SOURCE_FAILURES_MAX, forgottenMs: LOCKOUT_MS },
  },
];

/** Names the counter of a source's sign-ups; no source has a tab in it. */
export const signUpsKey = (source: string): string => `${SIGN_UPS}${source}`;
const SIGN_UPS = "\tsign-ups\t";

/** How many failures fill a name's counter with this key: a daily one, or a shorter one. */
export const failuresMaxOf = (key: string): number =>
  key.endsWith("\t") ? DAILY_FAILURES_MAX : LOGIN_FAILURES_MAX;

/** How long a counter with this key is kept. */
export function forgottenMsOf(key: string): number {
  if (key.startsWith(SIGN_UPS)) return SIGN_UPS_MS;
  return key.endsWith("\t") ? DAY_MS : LOCKOUT_MS;
}

/**
 * What is left of earlier tries at the time `at`: nothing, once they are to be forgotten. Tries
 * that are as far in the future are of a clock that was set back: nobody is to wait until then.
 */
export function attemptsAt(
  attempts: Attempts | undefined,
  at: number,
  forgottenMs: number,
): Attempts | null {
  if (attempts === undefined || Math.abs(at - attempts.lastAt) >= forgottenMs) return null;
  return attempts;
}

/** One more try begun; or why it may not begin. What is locked is not locked for longer by it. */
export function beginAttempt(
  { failuresMax, past }: Counter,
  attempts: Attempts | null,
  at: number,
): Attempts | "locked" | "throttled" | "too_many_attempts" {
  const { failures, pending } = attempts ?? { failures: 0, pending: 0 };
  if (failures >= failuresMax) return past;
  if (failures + pending >= failuresMax) return "too_many_attempts";
  return { failures, pending: pending + 1, lastAt: at };
}

/** How a try ended. `not_checked`: the bank was too busy, which is no failure. */
export type AttemptOutcome = "authenticated" | "wrong_password" | "not_checked";

/**
 * What is remembered after it; null if nothing is. A success forgets the failures before it.
 * @param ended How many tries were pending for this counter and are no more.
 */
export function endAttempt(
  attempts: Attempts | null,
  outcome: AttemptOutcome,
  at: number,
  ended = 1,
): Attempts | null {
  const before = attempts ?? { failures: 0, pending: 0, lastAt: at };
  const pending = Math.max(0, before.pending - ended);
  const failures = FAILURES_AFTER[outcome](before.failures);
  return failures === 0 && pending === 0 ? null : { failures, pending, lastAt: before.lastAt };
}

const FAILURES_AFTER: Record<AttemptOutcome, (failures: number) => number> = {
  authenticated: () => 0,
  wrong_password: (failures) => failures + 1,
  not_checked: (failures) => failures,
};
