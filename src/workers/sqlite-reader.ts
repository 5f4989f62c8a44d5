/**
 * The reader of the embedded store: a read-only connection beside the writer's. What it asks for is
 * bounded, however long an account's history is, so that no reader keeps the next one waiting.
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { AuditEntry } from "../bank/audit.ts";
import type { Posted, PostingSide } from "../bank/ledger.ts";
import { AUDIT_COLUMNS, auditEntryOf, postingOf, sideOf } from "./sqlite-rows.ts";
import { numberOf } from "./sqlite-statements.ts";
import type { AuditQuery, HistoryPage, HistoryQuery, HistoryRow, StoreReader } from "./store.ts";

/** The newer transactions that one query passes over on its way to an earlier time. */
export const HISTORY_SKIPPED_MAX = 2_000;

export class SqliteReader implements StoreReader {
  readonly #database: DatabaseSync;
  readonly #after: StatementSync;
  readonly #before: StatementSync;
  readonly #at: StatementSync;
  readonly #last: StatementSync;
  readonly #account: StatementSync;
  readonly #posting: StatementSync;
  readonly #lastPosting: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const audit = (rest: string): StatementSync => {
      const statement = database.prepare(`SELECT ${AUDIT_COLUMNS} FROM audit ${rest}`);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#after = audit("WHERE sequence > ? ORDER BY sequence LIMIT ?");
    this.#before = audit("WHERE sequence < ? ORDER BY sequence DESC LIMIT ?");
    this.#at = audit("WHERE sequence = ?");
    this.#last = database.prepare("SELECT max(sequence) AS last FROM audit");
    this.#account = database.prepare("SELECT name, last_transaction FROM accounts WHERE id = ?");
    this.#posting = database.prepare("SELECT * FROM journal WHERE id = ?");
    this.#lastPosting = database.prepare("SELECT max(id) AS last FROM journal");
  }

  auditAfter(sequence: number, limit: number): AuditEntry[] {
    return entriesOf(this.#after.all(sequence, limit));
  }

  auditLast(): number {
    return numberOf(this.#last, "last");
  }

  auditAt(sequence: number): AuditEntry | null {
    return entriesOf(this.#at.all(sequence))[0] ?? null;
  }

  auditPage({ before, limit }: AuditQuery): AuditEntry[] {
    return entriesOf(this.#before.all(before ?? Number.MAX_SAFE_INTEGER, limit));
  }

  history({ account, from, until, limit }: HistoryQuery): HistoryPage | null {
    const latest = this.#account.get(account)?.["last_transaction"] as number | undefined;
    const newest = until === null ? Number.POSITIVE_INFINITY : this.#lastUntil(until);
    const rows: HistoryRow[] = [];
    let skipped = 0;
    let next = from ?? latest ?? 0;
    while (next > 0 && rows.length < limit) {
      const row = this.#posting.get(next);
      if (row === undefined) return null;
      const posting = postingOf(row);
      const sides = sideOf(posting, account);
      if (sides === null) return null;
      if (next <= newest) rows.push(this.#historyRow(posting, row["at"] as number, sides.other));
      else if (++skipped === HISTORY_SKIPPED_MAX) return { rows, next };
      next = sides.own.previous;
    }
    return { rows, next: next > 0 ? next : null };
  }

  #historyRow(posting: Posted, at: number, other: PostingSide): HistoryRow {
    const counterparty = this.#account.get(other.account)?.["name"] as string;
    return { posting, at, counterparty };
  }

  /** The last transaction at or before a time: times never fall, so halving finds it. */
  #lastUntil(until: number): number {
    let before = 0;
    let after = numberOf(this.#lastPosting, "last") + 1;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      const at = this.#posting.get(middle)?.["at"] as number;
      if (at <= until) before = middle;
      else after = middle;
    }
    return before;
  }

  *passwordHashes(): Generator<string> {
    const all = this.#database.prepare("SELECT password_hash FROM credentials ORDER BY account");
    for (const row of all.iterate()) yield row["password_hash"] as string;
  }

  close(): void {
    this.#database.close();
  }
}

/** Of statements that return arrays, which their types do not know. */
const entriesOf = (rows: readonly unknown[]): AuditEntry[] =>
  rows.map((row) => auditEntryOf(row as readonly unknown[]));
