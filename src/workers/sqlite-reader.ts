/**
 * The reader of the embedded store: a read-only connection beside the writer's. What it asks for is
 * bounded, however long an account's history is, so that no reader keeps the next one waiting.
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { AuditEntry } from "../bank/audit.ts";
import type { Posted, PostingSide } from "../bank/ledger.ts";
import { AUDIT_COLUMNS, auditEntryOf, postingOf, sideOf, type Row } from "./sqlite-rows.ts";
import { LAST_AUDIT, numberOf } from "./sqlite-statements.ts";
import type { AuditQuery, HistoryPage, HistoryQuery, HistoryRow, StoreReader } from "./store.ts";

/** The newer transactions that one query passes over on its way to an earlier time. */
export const HISTORY_SKIPPED_MAX = 2_000;

/**
 * Of the audit's two tables, in one order and as of one moment: what happened, and what customers
 * have moved, whose rows of the journal are audit rows too.
 */
const AUDIT_AFTER = `
  SELECT * FROM (
    SELECT ${AUDIT_COLUMNS} FROM audit
    WHERE sequence > :sequence ORDER BY sequence LIMIT :limit)
  UNION ALL SELECT * FROM (
    SELECT sequence, at, customer.name, journal.kind, 'ok', amount, id, origin,
      iif(journal.kind = 'transfer', receiver.name, NULL) FROM journal
    LEFT JOIN holders AS customer
      ON customer.account = iif(journal.kind = 'deposit', credit, debit)
    LEFT JOIN holders AS receiver ON receiver.account = credit
    WHERE id > :transaction AND journal.kind <> 'adjustment' ORDER BY id LIMIT :limit)
  ORDER BY sequence LIMIT :limit`;

export class SqliteReader implements StoreReader {
  readonly #database: DatabaseSync;
  readonly #after: StatementSync;
  readonly #last: StatementSync;
  readonly #account: StatementSync;
  readonly #posting: StatementSync;
  readonly #lastPosting: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#after = database.prepare(AUDIT_AFTER);
    this.#after.setReturnArrays(true);
    this.#last = database.prepare(LAST_AUDIT);
    this.#account = database.prepare(
      "SELECT name, last_transaction FROM accounts JOIN holders ON account = id WHERE id = ?",
    );
    this.#posting = database.prepare("SELECT * FROM journal WHERE id = ?");
    this.#lastPosting = database.prepare("SELECT max(id) AS last FROM journal");
  }

  auditAfter(sequence: number, limit: number): AuditEntry[] {
    const transaction = this.#lastWith((row) => (row["sequence"] as number) <= sequence);
    const rows: readonly unknown[] = this.#after.all({ sequence, transaction, limit });
    // Of statements that return arrays, which their types do not know.
    return rows.map((row) => auditEntryOf(row as readonly unknown[]));
  }

  auditLast(): number {
    return numberOf(this.#last, "last");
  }

  auditAt(sequence: number): AuditEntry | null {
    const [entry] = this.auditAfter(sequence - 1, 1);
    return entry?.sequence === sequence ? entry : null;
  }

  auditPage({ before, limit }: AuditQuery): AuditEntry[] {
    const end = Math.min(before ?? Number.POSITIVE_INFINITY, this.auditLast() + 1);
    const after = Math.max(0, end - 1 - limit);
    return this.auditAfter(after, end - 1 - after).toReversed();
  }

  history({ account, from, until, limit }: HistoryQuery): HistoryPage | null {
    const latest = this.#account.get(account)?.["last_transaction"] as number | undefined;
    const newest =
      until === null
        ? Number.POSITIVE_INFINITY
        : this.#lastWith((row) => (row["at"] as number) <= until);
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

  /** The last transaction of those, from the first on, that have it; halving finds it. */
  #lastWith(has: (row: Row) => boolean): number {
    let before = 0;
    let after = numberOf(this.#lastPosting, "last") + 1;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      const row = this.#posting.get(middle);
      if (row !== undefined && has(row)) before = middle;
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
