/**
 * The rules for names and passwords: who may sign up, when a password may be tried, and what
 * becomes of a try. Whether it was right is found out elsewhere, between the two commands.
 */

import { decided, nextAccount, rejected } from "./decision.ts";
import type { Books, Command, Decision, LoginFailure } from "./ledger.ts";
import type { AttemptOutcome } from "./lockout.ts";
import {
  changeBySignUp,
  changesByBeginning,
  changesByEnding,
  expiredKeys,
  terminalsAfter,
  type Try,
} from "./login-attempts.ts";
import { isOperator } from "./roles.ts";
import { barOf, standingOf } from "./standing.ts";

/**
 * Counts a sign-up for its source before anything is done for it. What becomes of it does not
 * matter: a name that is taken must not be learnt for nothing.
 */
export function decideBeginSignUp(
  books: Books,
  { source, signUpsMax }: Command & { type: "begin_sign_up" },
  at: number,
): Decision {
  const attempts = changeBySignUp(books, source, signUpsMax, at);
  return attempts === null
    ? rejected("throttled")
    : decided({ type: "sign_up_begun", attempts: [attempts] });
}

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
  const attempts = changesByBeginning(books, { username, terminal }, at);
  if (typeof attempts === "string") return rejected(attempts);
  const account = books.customers.get(username) ?? null;
  return decided({ type: "login_begun", account, attempts });
}

export function decideEndLogin(
  books: Books,
  command: Command & { type: "end_login" },
  at: number,
): Decision {
  const { username, terminal, outcome, factorProven = false, isForCustomers = false } = command;
  const tried = { username, terminal };
  if (outcome !== "authenticated") return fail(books, tried, outcome, at);
  const account = books.customers.get(username);
  if (account === undefined) return rejected("unknown_account");
  const standing = standingOf(books, account);
  const bar = barOf(standing);
  if (bar !== null) return fail(books, tried, bar, at);
  // Roles that were given, and a factor that was enrolled while the password was checked, count.
  if (isForCustomers && isOperator(standing.roles)) return fail(books, tried, "not_permitted", at);
  if (standing.factor !== null && !factorProven) {
    return fail(books, tried, "code_required", at);
  }
  const opened = books.vaults.get(terminal);
  const vault = opened ?? nextAccount(books);
  const opens = opened === undefined ? terminal : null;
  const knownTerminals = terminalsAfter(books, account, terminal);
  const attempts = changesByEnding(books, tried, outcome, at);
  return decided({ type: "logged_in", account, vault, opens, knownTerminals, attempts });
}

// That the old password was right is the session's to know, as with a login.
export function decideChangePassword(
  books: Books,
  { account, terminal, passwordHash, factorProven = false }: Command & { type: "change_password" },
  at: number,
): Decision {
  const customer = books.accounts[account];
  if (customer?.kind !== "customer") return rejected("unknown_account");
  const tried = { username: customer.name, terminal };
  const bar = barOf(standingOf(books, account));
  if (bar !== null) return fail(books, tried, bar, at);
  if (standingOf(books, account).factor !== null && !factorProven) {
    return fail(books, tried, "code_required", at);
  }
  const attempts = changesByEnding(books, tried, "authenticated", at);
  return decided({ type: "password_changed", account, passwordHash, attempts });
}

export function decideUpgradeHash(
  books: Books,
  { account, passwordHash }: Command & { type: "upgrade_hash" },
): Decision {
  if (books.accounts[account]?.kind !== "customer") return rejected("unknown_account");
  return decided({ type: "hash_upgraded", account, passwordHash });
}

export const decideForgetAttempts = (books: Books, at: number): Decision =>
  decided({ type: "attempts_expired", keys: expiredKeys(books, at) });

// A barred account's password counts as wrong even if it is right, or the lockout would tell.
function fail(books: Books, tried: Try, reason: LoginFailure, at: number): Decision {
  const attempts = changesByEnding(books, tried, ATTEMPTS[reason], at);
  return decided({ type: "login_failed", attempts, reason });
}

// Codes have a counter of their own (./factor-rules.ts): to the pair, the password was right.
const ATTEMPTS: Record<LoginFailure, AttemptOutcome> = {
  wrong_password: "wrong_password",
  disabled: "wrong_password",
  locked: "wrong_password",
  not_checked: "not_checked",
  code_required: "not_checked",
  factor_required: "not_checked",
  wrong_code: "not_checked",
  code_locked: "not_checked",
  not_permitted: "not_checked",
  bad_password: "not_checked",
};
