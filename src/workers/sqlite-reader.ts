/**
 * The reader of the embedded store: a read-only connection beside the writer's. What it asks for is
 * bounded, however long an account's history is, so that no reader keeps the next one waiting.
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { AuditEntry } from "../bank/audit.ts";
import type { AccountId, PostingKind } from "../bank/ledger.ts";
import type { Cents } from "../bank/money.ts";
import { AUDIT_COLUMNS, auditEntryOf, type Row } from "./sqlite-rows.ts";
import { LAST_AUDIT, numberOf } from "./sqlite-statements.ts";
import { JournalTail } from "./sqlite-tail.ts";
import type { AuditQuery, HistoryQuery, HistoryRow, HistoryRows, StoreReader } from "./store.ts";

/** The newer transactions that one query passes over on its way to an earlier time. */
export const HISTORY_SKIPPED_MAX = 2_000;

/**
 * Of the audit's two tables, as of one moment: what happened, and what customers have moved, whose
 * rows of the journal are audit rows too. Places are without a gap, and so are the journal's
 * numbers: the entries behind one are the next so many of both. Each table's come in their order;
 * to have SQLite sort them together takes half as long again.
 */
const AUDIT_AFTER = `
  SELECT ${AUDIT_COLUMNS} FROM audit WHERE sequence > :sequence AND sequence <= :sequence + :limit
  UNION ALL
  SELECT sequence, at, name, journal.kind, 'ok', amount, id, origin,
    CASE journal.kind WHEN 'transfer' THEN (SELECT name FROM holders WHERE account = credit) END
  FROM journal LEFT JOIN holders ON account = iif(journal.kind = 'deposit', credit, debit)
  WHERE id > :transaction AND id <= :transaction + :limit AND sequence <= :sequence + :limit
    AND journal.kind <> 'adjustment'`;

/** As it stands: to have SQLite find out which side an account is on costs half as much again. */
const POSTING_COLUMNS = `
  SELECT at, kind, amount, memo, debit, debit_balance, debit_previous,
    credit, credit_balance, credit_previous
  FROM journal WHERE id = ?`;

type PostingColumns = readonly [
  ...[at: number, kind: PostingKind, amount: Cents, memo: string | null],
  ...[debit: AccountId, debitBalance: Cents, debitPrevious: number],
  ...[credit: AccountId, creditBalance: Cents, creditPrevious: number],
];

/** A line of an account's history, and the account's transaction before it. */
type Step = { readonly row: HistoryRow; readonly previous: number };

export class SqliteReader implements StoreReader {
  readonly #database: DatabaseSync;
  readonly #after: StatementSync;
  readonly #last: StatementSync;
  readonly #written: StatementSync;
  readonly #tail: JournalTail;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  readonly #columns: StatementSync;
  readonly #holder: StatementSync;
  readonly #posting: StatementSync;
  readonly #lastPosting: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#after = database.prepare(AUDIT_AFTER);
    this.#after.setReturnArrays(true);
    this.#last = database.prepare(LAST_AUDIT);
    this.#written = database.prepare("SELECT balance, last_transaction FROM accounts WHERE id = ?");
    this.#tail = new JournalTail(database);
    this.#begin = database.prepare("BEGIN");
    this.#end = database.prepare("COMMIT");
    this.#columns = database.prepare(POSTING_COLUMNS);
    this.#columns.setReturnArrays(true);
    this.#holder = database.prepare("SELECT name FROM holders WHERE account = ?");
    this.#posting = database.prepare("SELECT sequence, at FROM journal WHERE id = ?");
    this.#lastPosting = database.prepare("SELECT max(id) AS last FROM journal");
  }

  auditAfter(sequence: number, limit: number): AuditEntry[] {
    const transaction = this.#lastWith((row) => (row["sequence"] as number) <= sequence);
    const rows: readonly unknown[] = this.#after.all({ sequence, transaction, limit });
    // Of statements that return arrays, which their types do not know.
    const entries = rows.map((row) => auditEntryOf(row as readonly unknown[]));
    return entries.toSorted((a, b) => a.sequence - b.sequence);
  }

  auditLast(): number {
    return numberOf(this.#last, "last");
  }

  auditAt(sequence: number): AuditEntry | null {
    const [entry] = this.auditAfter(sequence - 1, 1);
    return entry?.sequence === sequence ? entry : null;
  }

  auditPage({ before, limit }: AuditQuery): AuditEntry[] {
    // SQLite takes a limit below zero for none.
    const end = Math.max(1, Math.min(before ?? Number.POSITIVE_INFINITY, this.auditLast() + 1));
    const after = Math.max(0, end - 1 - limit);
    return this.auditAfter(after, end - 1 - after).toReversed();
  }

  // In one transaction: its steps are of one moment, and need not lock the file one by one.
  history(query: HistoryQuery): HistoryRows | null {
    this.#begin.run();
    try {
      return this.#walk(query);
    } finally {
      this.#end.run();
    }
  }

  #walk({ account, before, until, limit }: HistoryQuery): HistoryRows | null {
    let next =
      before === null ? this.#latestOf(account) : (this.#stepTo(before, account)?.previous ?? null);
    if (next === null) return null;
    const newest =
      until === null
        ? Number.POSITIVE_INFINITY
        : this.#lastWith((row) => (row["at"] as number) <= until);
    const rows: HistoryRow[] = [];
    let skipped = 0;
    let last = 0;
    while (next > 0 && rows.length < limit && skipped < HISTORY_SKIPPED_MAX) {
      const step = this.#stepTo(next, account);
      if (step === null) throw new Error(`transaction ${next} is not account ${account}'s`);
      if (next <= newest) rows.push(step.row);
      else skipped += 1;
      last = next;
      next = step.previous;
    }
    return { rows, next: next > 0 ? last : null };
  }

  /** Null if the transaction is none of the account's. */
  #stepTo(transaction: number, account: AccountId): Step | null {
    // Of a statement that returns arrays, which its type does not know.
    const columns = this.#columns.get(transaction) as unknown as PostingColumns | undefined;
    if (columns === undefined) return null;
    // oxfmt-ignore
    const [
      at, kind, amount, memo,
      debit, debitBalance, debitPrevious, credit, creditBalance, creditPrevious,
    ] = columns;
    const isCredit = credit === account;
    if (!isCredit && debit !== account) return null;
    const balance = isCredit ? creditBalance : debitBalance;
    const other = isCredit ? debit : credit;
    const counterparty = kind === "transfer" ? this.#nameOf(other) : null;
    return {
      row: { transaction, at, kind, isCredit, amount, balance, memo, counterparty },
      previous: isCredit ? creditPrevious : debitPrevious,
    };
  }

  #nameOf(account: AccountId): string | null {
    return (this.#holder.get(account)?.["name"] as string | undefined) ?? null;
  }

  readAhead(): boolean {
    return this.#tail.readOn(1);
  }

  #latestOf(account: number): number {
    this.#tail.readOn();
    const row = this.#written.get(account);
    const balance = (row?.["balance"] as number | undefined) ?? 0;
    const lastTransaction = (row?.["last_transaction"] as number | undefined) ?? 0;
    return this.#tail.latest(account, { balance, lastTransaction }).lastTransaction;
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
