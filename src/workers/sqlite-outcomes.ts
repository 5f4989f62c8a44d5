/**
 * What became of the changes with a key, as the embedded store keeps it. A posting's outcome is its
 * journal row; a table holds all others: refusals, adjustments, and outcomes remembered for
 * longer than the journal is read back. An index in memory finds them.
 *
 * A row of the table is numbered after its outcome's place in the audit, which a row of the journal
 * knows as well: so the two are in one order. Rows from before version 7 have numbers below zero,
 * and are the oldest.
 *
 * At a start the index is made of the table and the latest rows of the journal. So that no account
 * loses by a restart what the index still has, an outcome that falls behind those rows gets a row
 * of the table. They are few: an account that asks for much has its old ones forgotten before.
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { AccountId, Event } from "../bank/ledger.ts";
import { contentOfPosting } from "./change.ts";
import { postedOf } from "./ledger-audit.ts";
import { OUTCOMES_MAX, OutcomeIndex, hashOf } from "./outcome-index.ts";
import { outcomeOf, postingOf, type Row } from "./sqlite-rows.ts";
import { numberOf, pagesOf } from "./sqlite-statements.ts";
import type { Entry, Outcome } from "./store.ts";

/** Rows of forgotten outcomes that one batch deletes: there can be more after a start. */
const FORGOTTEN_MAX = 10_000;
/** Journal rows that a start reads, for each outcome that is kept. */
const WINDOW_SHARE = 1.25;

/** Whether a posting's journal row is its outcome: an operator's does not name who asked for it. */
export const keyInJournal = (event: Event | null, outcome: Entry["outcome"]): string | null =>
  event?.type === "posted" ? (outcome?.key ?? null) : null;

export class SqliteOutcomes {
  readonly #statements: Statements;
  readonly #index: OutcomeIndex;
  readonly #window: Window;
  /** Rows of the table that the index has forgotten, and that are still there. */
  #forgotten: number[] = [];
  /** What the batch in hand has written; true of the store once it is committed. */
  #written: { deleted: number; saved: readonly Saved[] } = { deleted: 0, saved: [] };

  constructor(database: DatabaseSync, max = OUTCOMES_MAX) {
    this.#statements = prepareStatements(database);
    this.#index = new OutcomeIndex(max);
    this.#window = new Window(Math.ceil(max * WINDOW_SHARE));
    this.#load();
  }

  /** In the order of the places; of a posting that is in both, the table's row counts. */
  #load(): void {
    const others = rowsOf<KeyColumns>(this.#statements.all);
    let other = others.next();
    const keepUpTo = (place: number): void => {
      for (; other.done !== true && other.value[0] < place; other = others.next()) {
        const [id, account, key] = other.value;
        this.#keep(account, hashOf(account, key), inTable(id));
      }
    };
    const first = numberOf(this.#statements.lastTransaction, "last") - this.#window.rows;
    for (const page of pagesOf<PostingColumns>(this.#statements.latest, first)) {
      for (const [transaction, account, key, place] of page) {
        keepUpTo(place);
        this.#keepPosting(transaction, account, key);
      }
    }
    keepUpTo(Number.POSITIVE_INFINITY);
  }

  find(account: AccountId, key: string): Outcome | null {
    const number = this.#index.find(account, hashOf(account, key));
    const outcome = number === null ? null : this.#read(number);
    return outcome?.account === account && outcome.key === key ? outcome : null;
  }

  /**
   * Writes what the journal's rows do not say, within the transaction that they are written in.
   * @param places Of each entry, its place in the audit.
   */
  write(batch: readonly Entry[], places: readonly number[]): void {
    const forgotten = this.#forgotten.slice(0, FORGOTTEN_MAX);
    for (const id of forgotten) this.#statements.delete.run(id);
    const saved: Saved[] = [];
    for (const { event } of batch) {
      const behind = this.#window.behind(postedOf(event)?.transaction ?? 0);
      if (behind === null || this.#index.find(behind.account, behind.hash) !== behind.number)
        continue;
      const row = this.#statements.posting.get(rowOf(behind.number));
      if (row === undefined) continue;
      const id = row["sequence"] as number;
      this.#insert(id, outcomeOfPosting(row));
      saved.push({ ...behind, number: inTable(id) });
    }
    for (const [index, { event, outcome }] of batch.entries()) {
      if (isInTable(event, outcome)) this.#insert(places[index] ?? 0, outcome);
    }
    this.#written = { deleted: forgotten.length, saved };
  }

  /** What `write` has written is committed. */
  remember(batch: readonly Entry[], places: readonly number[]): void {
    const { deleted, saved } = this.#written;
    if (deleted > 0) this.#forgotten = this.#forgotten.slice(deleted);
    for (const { account, hash, number } of saved) this.#index.renumber(account, hash, number);
    for (const [index, { event, outcome }] of batch.entries()) {
      if (outcome === undefined || outcome === null) continue;
      const { account, key } = outcome;
      if (event?.type === "posted") this.#keepPosting(event.transaction, account, key);
      else this.#keep(account, hashOf(account, key), inTable(places[index] ?? 0));
    }
  }

  #keepPosting(transaction: number, account: AccountId, key: string): void {
    const hash = hashOf(account, key);
    this.#window.put(transaction, account, hash);
    this.#keep(account, hash, inJournal(transaction));
  }

  #keep(account: AccountId, hash: number, number: number): void {
    const forgotten = this.#index.remember(account, hash, number);
    if (forgotten !== null && isOfTable(forgotten)) this.#forgotten.push(rowOf(forgotten));
  }

  #read(number: number): Outcome | null {
    if (isOfTable(number)) {
      const row = this.#statements.one.get(rowOf(number));
      return row === undefined ? null : outcomeOf(row);
    }
    const row = this.#statements.posting.get(rowOf(number));
    return row === undefined ? null : outcomeOfPosting(row);
  }

  #insert(id: number, { account, key, content, ended }: Outcome): void {
    const transaction = "transaction" in ended ? ended.transaction : null;
    const rejection = "rejection" in ended ? ended.rejection : null;
    this.#statements.insert.run(id, account, key, content, transaction, rejection);
  }
}

// What the index has as a number: a row of the journal, or one of the table.
const inJournal = (transaction: number): number => 2 * transaction;
const inTable = (id: number): number => 2 * id + 1;
const isOfTable = (number: number): boolean => number % 2 !== 0;
const rowOf = (number: number): number => Math.floor(number / 2);

/** An outcome by the hash of its key, and its number. */
type Saved = { account: AccountId; hash: number; number: number };

/** Which keys the latest rows of the journal hold: those that a start finds there. */
class Window {
  readonly rows: number;
  /** By the transaction's number, modulo that of the rows; as far as there has been one. */
  #accounts = new Int32Array(0);
  #hashes = new Float64Array(0);

  constructor(rows: number) {
    this.rows = rows;
  }

  put(transaction: number, account: AccountId, hash: number): void {
    const place = transaction % this.rows;
    if (place >= this.#accounts.length) this.#makeRoomFor(place);
    this.#accounts[place] = account;
    this.#hashes[place] = hash;
  }

  #makeRoomFor(place: number): void {
    const length = Math.min(this.rows, 2 * (place + 1));
    const [accounts, hashes] = [new Int32Array(length), new Float64Array(length)];
    accounts.set(this.#accounts);
    hashes.set(this.#hashes);
    this.#accounts = accounts;
    this.#hashes = hashes;
  }

  /**
   * What falls out behind with a new transaction. Where that had no key it is of an earlier one,
   * which the index then has under another number.
   */
  behind(transaction: number): Saved | null {
    const behind = transaction - this.rows;
    if (behind <= 0) return null;
    const place = behind % this.rows;
    const account = (this.#accounts[place] ?? 0) as AccountId;
    if (account === 0) return null;
    return { account, hash: this.#hashes[place] ?? 0, number: inJournal(behind) };
  }
}

/** Whether an outcome needs a row of the table: all but those that a journal row says. */
const isInTable = (event: Event | null, outcome: Entry["outcome"]): outcome is Outcome =>
  outcome !== undefined && outcome !== null && event?.type !== "posted";

function outcomeOfPosting(row: Row): Outcome {
  const posted = postingOf(row);
  const account = posted.kind === "deposit" ? posted.credit.account : posted.debit.account;
  const content = contentOfPosting(posted, row["name"] as string);
  const key = (row["key"] as string | null) ?? "";
  return { account, key, content, ended: { transaction: posted.transaction } };
}

function* rowsOf<Columns extends readonly [number, ...unknown[]]>(
  statement: StatementSync,
): Generator<Columns, undefined> {
  for (const page of pagesOf<Columns>(statement)) yield* page;
}

type KeyColumns = [id: number, account: AccountId, key: string];
type PostingColumns = [...KeyColumns, place: number];
type Statements = ReturnType<typeof prepareStatements>;

const prepareStatements = (database: DatabaseSync) => ({
  lastTransaction: database.prepare("SELECT max(id) AS last FROM journal"),
  all: database.prepare("SELECT id, account, key FROM outcomes WHERE id > ? ORDER BY id LIMIT ?"),
  latest: database.prepare(
    `SELECT id, iif(kind = 'deposit', credit, debit), key, sequence FROM journal
     WHERE id > ? AND key IS NOT NULL ORDER BY id LIMIT ?`,
  ),
  one: database.prepare("SELECT * FROM outcomes WHERE id = ?"),
  posting: database.prepare(
    `SELECT journal.*, name FROM journal LEFT JOIN holders ON account = credit
     WHERE journal.id = ?`,
  ),
  insert: database.prepare("INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?)"),
  delete: database.prepare("DELETE FROM outcomes WHERE id = ?"),
});
