/**
 * The rules for names and passwords: who may sign up, when a password may be tried, and what
 * becomes of a try. Whether it was right is found out elsewhere, between the two commands.
 */

import { decided, nextAccount, rejected } from "./decision.ts";
import type { Books, Command, Decision, LoginFailure } from "./ledger.ts";
import { attemptsAt, attemptsKey, beginAttempt, endAttempt } from "./lockout.ts";
import { standingOf } from "./standing.ts";

export function decideSignUp(books: Books, command: Command & { type: "sign_up" }): Decision {
  const { username, passwordHash } = command;
  if (books.customers.has(username)) return rejected("username_taken");
  return decided({ type: "signed_up", account: nextAccount(books), username, passwordHash });
}

// An unknown name is counted and locked like a known one: neither can be told from the other.
export function decideBeginLogin(
  books: Books,
  { username, terminal }: Command & { type: "begin_login" },
  at: number,
): Decision {
  const key = attemptsKey(username, terminal);
  const attempts = beginAttempt(attemptsAt(books.attempts.get(key), at), at);
  if (typeof attempts === "string") return rejected(attempts);
  const account = books.customers.get(username) ?? null;
  return decided({ type: "login_begun", account, key, attempts });
}

export function decideEndLogin(
  books: Books,
  { username, terminal, outcome }: Command & { type: "end_login" },
  at: number,
): Decision {
  if (outcome !== "authenticated") return fail(books, { username, terminal }, outcome, at);
  const account = books.customers.get(username);
  if (account === undefined) return rejected("unknown_account");
  if (standingOf(books, account).disabled) {
    return fail(books, { username, terminal }, "disabled", at);
  }
  const key = attemptsKey(username, terminal);
  const attempts = endAttempt(attemptsAt(books.attempts.get(key), at), outcome, at);
  const known = books.vaults.get(terminal);
  const vault = known ?? nextAccount(books);
  const opens = known === undefined ? terminal : null;
  return decided({ type: "logged_in", account, vault, opens, key, attempts });
}

// That the old password was right is the session's to know, as with a login.
export function decideChangePassword(
  books: Books,
  { account, terminal, passwordHash }: Command & { type: "change_password" },
  at: number,
): Decision {
  const customer = books.accounts[account];
  if (customer?.kind !== "customer") return rejected("unknown_account");
  if (standingOf(books, account).disabled) {
    return fail(books, { username: customer.name, terminal }, "disabled", at);
  }
  const key = attemptsKey(customer.name, terminal);
  const before = attemptsAt(books.attempts.get(key), at);
  const attempts = endAttempt(before, "authenticated", at);
  return decided({ type: "password_changed", account, passwordHash, key, attempts });
}

export function decideUpgradeHash(
  books: Books,
  { account, passwordHash }: Command & { type: "upgrade_hash" },
): Decision {
  if (books.accounts[account]?.kind !== "customer") return rejected("unknown_account");
  return decided({ type: "hash_upgraded", account, passwordHash });
}

export const expiredAttempts = (books: Books, at: number): string[] =>
  [...books.attempts].filter(([, attempts]) => !attemptsAt(attempts, at)).map(([key]) => key);

// A disabled account's password counts as wrong even if it is right, or the lockout would tell.
function fail(
  books: Books,
  { username, terminal }: { username: string; terminal: string },
  reason: LoginFailure,
  at: number,
): Decision {
  const key = attemptsKey(username, terminal);
  const outcome = reason === "disabled" ? "wrong_password" : reason;
  const attempts = endAttempt(attemptsAt(books.attempts.get(key), at), outcome, at);
  return decided({ type: "login_failed", key, attempts, reason });
}
