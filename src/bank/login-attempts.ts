/** What a try of a password does to the counters that it counts for. */

import type { AccountId, Books } from "./ledger.ts";
import {
  COUNTERS_MAX,
  SIGN_UPS_MS,
  attemptsAt,
  beginAttempt,
  dailyCounter,
  endAttempt,
  forgottenMsOf,
  pairCounter,
  signUpsKey,
  strangersCounters,
  type AttemptOutcome,
  type Attempts,
  type Counter,
} from "./lockout.ts";

/** A counter as it is from now on; null: nothing is counted any more. */
export type CounterChange = { readonly key: string; readonly attempts: Attempts | null };

/** Whose password is tried, and where. */
export type Try = { readonly username: string; readonly terminal: string };

/** How many terminals an account is known at: a new one takes the place of the first of them. */
export const KNOWN_TERMINALS_MAX = 8;

export function isKnown(books: Books, { username, terminal }: Try): boolean {
  const account = books.customers.get(username);
  return account !== undefined && terminalsOf(books, account).includes(terminal);
}

/** The terminals that an account is known at after a login at this one; null: as before. */
export function terminalsAfter(
  books: Books,
  account: AccountId,
  terminal: string,
): readonly string[] | null {
  const known = terminalsOf(books, account);
  if (known.includes(terminal)) return null;
  return [...known, terminal].slice(-KNOWN_TERMINALS_MAX);
}

/** The counters with one more try pending in each, or why it may not begin. */
export function changesByBeginning(
  books: Books,
  tried: Try,
  at: number,
): readonly CounterChange[] | "locked" | "throttled" | "too_many_attempts" {
  const isStranger = !isKnown(books, tried);
  const changes: CounterChange[] = [];
  const pair = pairOf(tried);
  const others = isStranger ? strangersOf(tried) : [dailyOf(pair)];
  for (const counter of [pair, ...others]) {
    const attempts = beginAttempt(counter, current(books, counter, at), at);
    if (typeof attempts === "string") return attempts;
    changes.push({ key: counter.key, attempts });
  }
  return isStranger && books.attempts.size >= COUNTERS_MAX ? "throttled" : changes;
}

/**
 * The counters after the end of a try. Where a success makes the terminal known, the pair's tries
 * that are still pending stop counting as a stranger's: their ends will find a known terminal.
 */
export function changesByEnding(
  books: Books,
  tried: Try,
  outcome: AttemptOutcome,
  at: number,
): readonly CounterChange[] {
  const pair = pairOf(tried);
  const isSuccess = outcome === "authenticated";
  const isStranger = !isKnown(books, tried);
  // A success makes the terminal known, where this may have counted once before.
  const own = isStranger && !isSuccess ? [pair] : [pair, dailyOf(pair)];
  const changes = own.map((counter) => ({
    key: counter.key,
    attempts: endAttempt(current(books, counter, at), outcome, at),
  }));
  if (!isStranger) return changes;
  const ended = isSuccess ? Math.max(1, current(books, pair, at)?.pending ?? 0) : 1;
  for (const counter of strangersOf(tried)) {
    const left = current(books, counter, at);
    const counted = isSuccess ? "not_checked" : outcome;
    changes.push({ key: counter.key, attempts: endAttempt(left, counted, at, ended) });
  }
  return changes;
}

/** The counter of a source's sign-ups with one more, or null where it has had as many as it may. */
export function changeBySignUp(
  books: Books,
  source: string,
  signUpsMax: number,
  at: number,
): CounterChange | null {
  const key = signUpsKey(source);
  const counted = attemptsAt(books.attempts.get(key), at, SIGN_UPS_MS);
  if (counted === null && books.attempts.size >= COUNTERS_MAX) return null;
  const { failures, lastAt } = counted ?? { failures: 0, lastAt: at };
  if (failures >= signUpsMax) return null;
  return { key, attempts: { failures: failures + 1, pending: 0, lastAt } };
}

/** The keys of all that is over. */
export const expiredKeys = (books: Books, at: number): readonly string[] =>
  [...books.attempts]
    .filter(([key, attempts]) => attemptsAt(attempts, at, forgottenMsOf(key)) === null)
    .map(([key]) => key);

const NONE: readonly string[] = [];
const terminalsOf = (books: Books, account: AccountId): readonly string[] =>
  books.knownTerminals.get(account) ?? NONE;

const pairOf = ({ username, terminal }: Try): Counter => pairCounter(username, terminal);
/** Whoever is past it waits for a day, and is told what strangers are. */
const dailyOf = ({ key }: Counter): Counter => dailyCounter({ key, past: "throttled" });
const strangersOf = ({ username, terminal }: Try): readonly Counter[] =>
  strangersCounters(username, terminal);

const current = (books: Books, { key, forgottenMs }: Counter, at: number): Attempts | null =>
  attemptsAt(books.attempts.get(key), at, forgottenMs);
