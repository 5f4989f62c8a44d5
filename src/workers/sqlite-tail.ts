/**
 * What the accounts have, as of the last commit. A row of `accounts` is as of some time since the
 * floor, since balances are written now and then (docs/decisions/0009); the journal's rows behind
 * the floor say what became of them. Whoever reads a balance or an account's latest transaction
 * from the store reads it through here.
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { PAGE_ROWS, numberOf, pagesOf } from "./sqlite-statements.ts";

/** Accounts that are remembered by somebody who reads on and on: more than a tail can have. */
const ACCOUNTS_MAX = 200_000;

export type AccountState = { balance: number; lastTransaction: number };

/** The journal's rows up to this one are in `accounts`. */
const FLOOR = "SELECT journal_id FROM floor";
/** With a bare parameter for its limit, SQLite would plan it anew each time, for 4 µs. */
const ROWS = `SELECT id, debit, debit_balance, credit, credit_balance
  FROM journal WHERE id > ? ORDER BY id LIMIT ? + 0`;

export class JournalTail {
  readonly #floor: StatementSync;
  readonly #rows: StatementSync;
  readonly #states = new Map<number, AccountState>();
  readonly #accountsMax: number;
  #seen = 0;

  constructor(database: DatabaseSync, accountsMax = ACCOUNTS_MAX) {
    this.#accountsMax = accountsMax;
    this.#floor = database.prepare(FLOOR);
    this.#rows = database.prepare(ROWS);
  }

  /** The last row that was read, or the floor. */
  get seen(): number {
    return this.#seen;
  }

  /** By account: those that have a row behind the floor, and maybe others. */
  get states(): ReadonlyMap<number, AccountState> {
    return this.#states;
  }

  /**
   * Reads what has been committed since, as far as `accounts` may not have it.
   * @returns whether that was all, and not only so many pages of rows.
   */
  readOn(pagesMax = Number.POSITIVE_INFINITY): boolean {
    const floor = numberOf(this.#floor, "journal_id");
    if (this.#states.size > this.#accountsMax) this.#forgetUpTo(floor);
    this.#seen = Math.max(this.#seen, floor);
    let pages = 0;
    for (const page of pagesOf<TailColumns>(this.#rows, this.#seen)) {
      for (const [id, debit, debitBalance, credit, creditBalance] of page) {
        touch(this.#states, debit, debitBalance, id);
        touch(this.#states, credit, creditBalance, id);
        this.#seen = id;
      }
      if (++pages === pagesMax) return page.length < PAGE_ROWS;
    }
    return true;
  }

  /** What `accounts` has by now. */
  #forgetUpTo(floor: number): void {
    for (const [account, { lastTransaction }] of this.#states) {
      if (lastTransaction <= floor) this.#states.delete(account);
    }
  }

  /** The later of what `accounts` says, read after the tail, and of what the tail says. */
  latest(account: number, written: AccountState): AccountState {
    const state = this.#states.get(account);
    return state !== undefined && state.lastTransaction > written.lastTransaction ? state : written;
  }
}

/** Sets what an account has; in place, since a busy one is touched by every batch. */
export function touch(
  states: Map<number, AccountState>,
  account: number,
  balance: number,
  transaction: number,
): void {
  const state = states.get(account);
  if (state === undefined) states.set(account, { balance, lastTransaction: transaction });
  else {
    state.balance = balance;
    state.lastTransaction = transaction;
  }
}

type TailColumns = [
  ...[id: number, debit: number, debitBalance: number],
  ...[credit: number, creditBalance: number],
];
