/**
 * Writes the balances, now and then (docs/decisions/0009). Each batch would touch a page of the
 * file for each of its accounts; so the accounts that are touched are gathered over many batches,
 * and then written in their order by the batches that follow, a few rows each: a sweep. What a
 * sweep writes is as of its beginning. When it is through, the floor moves there, in the same
 * transaction. Until then the journal's rows behind the floor say what `accounts` does not.
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { postedOf } from "./ledger-audit.ts";
import { RowsAtOnce } from "./sqlite-rows-at-once.ts";
import { JournalTail, touch, type AccountState } from "./sqlite-tail.ts";
import type { Entry } from "./store.ts";

/** From the beginning of one sweep to that of the next. */
const SWEEP_POSTINGS = 50_000;
/** Of those, the share in which a sweep is written. */
const SWEPT_SHARE = 0.5;
/** Rows that are worth the page that they touch. */
const SLICE_MIN = 64;

type States = Map<number, AccountState>;

type Sweep = {
  /** In their order, so that those of a page come together. */
  readonly accounts: Int32Array;
  readonly states: States;
  /** The last transaction that is in them. */
  readonly floor: number;
  /** How many are written. */
  at: number;
};

export class SqliteBalances {
  readonly #rows: RowsAtOnce;
  readonly #setFloor: StatementSync;
  readonly #every: number;
  /** As of the last commit: the accounts touched since the latest sweep began. */
  #touched: States = new Map();
  #postings = 0;
  #last: number;
  #sweep: Sweep | null = null;
  /** Rows that the transaction in hand has written; true of the store once it is committed. */
  #written = 0;

  constructor(database: DatabaseSync, every = SWEEP_POSTINGS) {
    this.#rows = new RowsAtOnce(database, "INSERT OR REPLACE INTO accounts", 3);
    this.#setFloor = database.prepare("UPDATE floor SET journal_id = ?");
    this.#every = every;
    const tail = new JournalTail(database);
    tail.readOn();
    this.#last = tail.seen;
    for (const [account, state] of tail.states) this.#touched.set(account, { ...state });
  }

  /** Whether every balance is written. */
  get isSettled(): boolean {
    return this.#touched.size === 0 && this.#sweep === null;
  }

  /** Goes on with the sweep, within the transaction that appends this batch. */
  write(batch: readonly Entry[]): void {
    this.#written = 0;
    const sweep = this.#sweep;
    if (sweep === null) return;
    const { length } = sweep.accounts;
    const share = (this.#postings + batch.length) / (this.#every * SWEPT_SHARE);
    const due = Math.min(length, Math.ceil(length * share)) - sweep.at;
    if (due < Math.min(SLICE_MIN, length - sweep.at)) return;
    this.#writeRows(sweep, due);
    this.#written = due;
  }

  /** What `write` has written is committed, and so is the batch. */
  remember(batch: readonly Entry[]): void {
    const sweep = this.#sweep;
    if (sweep !== null) {
      sweep.at += this.#written;
      this.#written = 0;
      if (sweep.at === sweep.accounts.length) this.#sweep = null;
    }
    for (const { event } of batch) {
      const posted = postedOf(event);
      if (posted === null) continue;
      const { debit, credit, transaction } = posted;
      touch(this.#touched, debit.account, debit.balance, transaction);
      touch(this.#touched, credit.account, credit.balance, transaction);
      this.#postings += 1;
      this.#last = transaction;
    }
    if (this.#sweep === null && this.#postings >= this.#every) this.#beginSweep();
  }

  /** Writes all that is not written yet, within a transaction. */
  writeAll(): void {
    const states: States = new Map([...(this.#sweep?.states ?? []), ...this.#touched]);
    const sweep = sweepOf(states, this.#last);
    this.#writeRows(sweep, sweep.accounts.length);
  }

  /** What `writeAll` has written is committed. */
  settled(): void {
    this.#sweep = null;
    this.#touched = new Map();
    this.#postings = 0;
  }

  /** Forgets the rows that wait: their transaction is rolled back. */
  drop(): void {
    this.#rows.drop();
    this.#written = 0;
  }

  #beginSweep(): void {
    this.#sweep = sweepOf(this.#touched, this.#last);
    this.#touched = new Map();
    this.#postings = 0;
  }

  #writeRows({ accounts, states, floor, at }: Sweep, count: number): void {
    for (const account of accounts.subarray(at, at + count)) {
      const state = states.get(account);
      if (state !== undefined) this.#rows.add(account, state.balance, state.lastTransaction);
    }
    this.#rows.flush();
    if (at + count === accounts.length) this.#setFloor.run(floor);
  }
}

const sweepOf = (states: States, floor: number): Sweep => ({
  ...{ accounts: Int32Array.from(states.keys()).toSorted(), states, floor, at: 0 },
});
