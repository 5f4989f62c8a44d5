/** Small books and short commands, for the tests of the ledger's rules. */

import {
  apply,
  decide,
  emptyBooks,
  type AccountId,
  type Books,
  type Command,
  type Decision,
  type Event,
  type Rejection,
} from "../../src/bank/ledger.ts";
import type { Operation } from "../../src/bank/operations.ts";
import { AMOUNT_CENTS_MAX, type Cents } from "../../src/bank/money.ts";

export const TERMINAL = "127.0.0.1";
export const ALICE = 1 as AccountId;
export const VAULT = 2 as AccountId;
export const ADA = 3 as AccountId;
export const NOBODY = 99 as AccountId;

/** Decides and applies; the event or the rejection is the outcome. */
export function perform(books: Books, command: Command, at = 0): Decision {
  const decision = decide(books, command, at);
  if (decision.ok) apply(books, decision.event);
  return decision;
}

export const outcomeOf = (decision: Decision): Event["type"] | Rejection =>
  decision.ok ? decision.event.type : decision.rejection;

export const signUp = (username: string): Command => ({
  type: "sign_up",
  username,
  passwordHash: "a hash",
});

export const endLogin = (
  username: string,
  outcome: "authenticated" | "wrong_password" | "not_checked",
) => ({ type: "end_login", username, terminal: TERMINAL, outcome }) satisfies Command;

export const beginLogin = (username: string, terminal = TERMINAL): Command => ({
  type: "begin_login",
  username,
  terminal,
});

export const deposit = (amount: number, account = ALICE, vault = VAULT): Command => ({
  type: "deposit",
  account,
  vault,
  amount: amount as Cents,
});

export const withdraw = (amount: number, account = ALICE, vault = VAULT): Command => ({
  type: "withdraw",
  account,
  vault,
  amount: amount as Cents,
});

/** What ada asks for: `booksOfAda` has her. */
export const operate = (operation: Operation): Command => ({
  ...{ type: "operate", operator: ADA, operation },
});

/** Books of `booksWith` with an administrator, who is account 3. */
export function booksOfAda(balance = 0): Books {
  const books = booksWith(balance);
  perform(books, signUp("ada"));
  perform(books, { type: "appoint", username: "ada" });
  return books;
}

/** Books in which alice is account 1, the terminal's vault account 2, and alice owns `balance`. */
export function booksWith(balance = 0): Books {
  const books = emptyBooks();
  perform(books, signUp("alice"));
  perform(books, endLogin("alice", "authenticated"));
  for (let left = balance; left > 0; left -= AMOUNT_CENTS_MAX) {
    perform(books, deposit(Math.min(left, AMOUNT_CENTS_MAX)));
  }
  return books;
}

export const balanceOf = (books: Books, account: AccountId) => books.accounts[account]?.balance;
