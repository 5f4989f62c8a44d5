/**
 * A snapshot of the embedded store: one read transaction over a connection of its own. The bank
 * goes on beside it, and what it commits meanwhile is not seen. As long as a snapshot is open, the
 * bank's write-ahead log grows, since the pages that the snapshot may still read stay in it.
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { PostingKind } from "../bank/ledger.ts";
import type { AccountRow, AuditRow, BooksSnapshot, CredentialRow } from "./books-snapshot.ts";
import type { Head, JournalRow, OutcomeRow, ProposalRow } from "./books-snapshot.ts";
import type { StandingRow } from "./books-snapshot.ts";
import {
  copyDatabase,
  isFull,
  isOutOfRange,
  isUnwritten,
  openForReading,
  openFrozen,
  translated,
  versionOf,
} from "./sqlite-connection.ts";
import { LAST_AUDIT } from "./sqlite-statements.ts";
import { JournalTail } from "./sqlite-tail.ts";
import { StoreFull, StoreUnusable } from "./store.ts";

/** Rows that are read at once. */
const PAGE_ROWS = 1_000;
/** What SQLite tells of a damaged file, at most. */
const STORAGE_FAULTS_MAX = 20;
/** Below every number that a row can have: no bank begins there, and somebody else might. */
const FIRST = -(2n ** 63n);
const EXACT = `BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`;

/** Of a bank that runs, or does not. @throws StoreUnusable */
export const openSnapshot = (folder: string): SqliteSnapshot =>
  new SqliteSnapshot(openForReading(folder), folder);

/** Of a backup: nothing is written beside it. @throws StoreUnusable */
export const openFrozenSnapshot = (folder: string): SqliteSnapshot =>
  new SqliteSnapshot(openFrozen(folder), folder);

export class SqliteSnapshot implements BooksSnapshot {
  readonly #database: DatabaseSync;
  readonly #folder: string;
  readonly schema: number;
  readonly #sql: Readonly<Record<"head" | "accounts" | "journal", string>>;

  constructor(database: DatabaseSync, folder: string) {
    this.#database = database;
    this.#folder = folder;
    try {
      database.exec("BEGIN");
      this.schema = versionOf(database); // The first read, which fixes the moment.
      this.#sql = this.schema < 4 ? BEFORE_4 : SINCE_4;
    } catch (error) {
      database.close();
      throw translated(error, folder);
    }
  }

  head(): Head {
    const head = this.#orTranslated(() => this.#database.prepare(this.#sql.head).get());
    return head as unknown as Head;
  }

  *accounts(): Iterable<AccountRow> {
    const tail = this.schema < 6 ? null : this.#tail();
    for (const row of this.#walk("accounts", this.#sql.accounts, FIRST, accountOf)) {
      yield tail === null ? row : { ...row, ...tail.latest(row.id, row) };
    }
  }

  journal(after: number | bigint = FIRST): Iterable<JournalRow> {
    return this.#walk("journal", this.#sql.journal, after, journalRowOf);
  }

  audit(): Iterable<AuditRow> {
    const sql = this.schema < 2 ? AUDIT_BEFORE_2 : AUDIT;
    return this.#walk("audit", sql, FIRST, auditRowOf);
  }

  outcomes(): Iterable<OutcomeRow> {
    return this.#walk("outcomes", OUTCOMES, FIRST, outcomeOf);
  }

  credentials(): Iterable<CredentialRow> {
    return this.#walk("credentials", CREDENTIALS, FIRST, credentialOf);
  }

  standings(): Iterable<StandingRow> {
    if (this.schema < 2) return []; // There were none.
    const sql = this.schema < 3 ? STANDINGS_BEFORE_3 : STANDINGS;
    return this.#walk("standings", sql, FIRST, standingOf);
  }

  proposals(): Iterable<ProposalRow> {
    return this.schema < 2 ? [] : this.#walk("proposals", PROPOSALS, FIRST, proposalOf);
  }

  storageFaults(): string[] {
    const check = `PRAGMA integrity_check(${STORAGE_FAULTS_MAX})`;
    const rows = this.#orTranslated(() => this.#database.prepare(check).all());
    const told = rows.map((row) => String(row["integrity_check"]));
    return told.filter((line) => line !== "ok");
  }

  /** Copies the database of this moment to another folder. @throws StoreFull, StoreUnusable */
  async copyTo(folder: string, signal: AbortSignal): Promise<void> {
    try {
      await copyDatabase(this.#database, folder, signal);
    } catch (error) {
      if (isFull(error) || isUnwritten(error)) throw new StoreFull(`no room in ${folder}`);
      throw translated(error, this.#folder);
    }
  }

  close(): void {
    this.#database.close();
  }

  /** In pages of arrays: an object for each row from SQLite takes three times as long. */
  *#walk<T>(
    table: Table,
    sql: string,
    after: number | bigint,
    rowOf: (columns: Columns) => T,
  ): Generator<T> {
    const statement = this.#orTranslated(() => this.#database.prepare(sql));
    statement.setReturnArrays(true);
    for (let last = after; ;) {
      const page = this.#page(table, statement, last);
      for (const columns of page) yield rowOf(columns);
      const end = page.at(-1);
      if (end === undefined) return;
      last = end[0] as number;
    }
  }

  #tail(): JournalTail {
    try {
      const tail = new JournalTail(this.#database);
      tail.readOn();
      return tail;
    } catch (error) {
      if (isOutOfRange(error)) throw this.#inexact("journal");
      throw translated(error, this.#folder);
    }
  }

  #page(table: Table, statement: StatementSync, after: number | bigint): Columns[] {
    try {
      return statement.all(after, PAGE_ROWS) as unknown as Columns[];
    } catch (error) {
      if (isOutOfRange(error)) throw this.#inexact(table);
      throw translated(error, this.#folder);
    }
  }

  /** Names the row with a number that is too large to be read. */
  #inexact(table: Table): StoreUnusable {
    const [key, ...columns] = NUMBERS[table];
    const isExact = columns.map((column) => `ifnull(${column}, 0) ${EXACT}`).join(" AND ");
    const sql = `SELECT CAST(${key} AS TEXT) AS key FROM ${table} WHERE NOT (${isExact})`;
    const row: ReturnType<StatementSync["get"]> = this.#database.prepare(`${sql} LIMIT 1`).get();
    const where = `row ${String(row?.["key"])} of the table ${table} in ${this.#folder}`;
    return new StoreUnusable("damaged", `${where} holds a number that no bank has written`);
  }

  #orTranslated<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw translated(error, this.#folder);
    }
  }
}

type Table = keyof typeof NUMBERS;

/** The columns that hold numbers; the first is the key. */
const NUMBERS = {
  accounts: ["id", "id", "balance", "last_transaction"],
  journal: [
    ...(["id", "id", "at", "amount", "debit", "debit_balance", "debit_previous"] as const),
    ...["credit", "credit_balance", "credit_previous", "sequence"],
  ],
  audit: ["sequence", "sequence", "at", "amount", "journal_id"],
  outcomes: ["id", "id", "account", "journal_id"],
  credentials: ["account", "account"],
  standings: ["account", "account", "disabled", "locked"],
  proposals: ["id", "id", "proposer", "account", "amount"],
} as const satisfies Record<string, readonly [string, ...string[]]>;

const SIDES = `debit, debit_balance, debit_previous, credit, credit_balance, credit_previous`;

// Each begins behind a key, which is the first column.
const SINCE_4 = {
  head: `SELECT
    (SELECT count(*) FROM accounts) AS accounts,
    (SELECT coalesce(max(id), 0) FROM journal) AS lastTransaction,
    coalesce((SELECT last FROM (${LAST_AUDIT})), 0) AS lastAudit`,
  accounts: `SELECT id, kind, name, balance, last_transaction
    FROM accounts JOIN holders ON account = id WHERE id > ? ORDER BY id LIMIT ?`,
  journal: `SELECT id, at, kind, amount, ${SIDES}, sequence
    FROM journal WHERE id > ? ORDER BY id LIMIT ?`,
} as const;
/** Of a backup that an older version has taken. */
const BEFORE_4 = {
  head: `SELECT
    (SELECT count(*) FROM accounts) AS accounts,
    (SELECT coalesce(max(id), 0) FROM journal) AS lastTransaction,
    (SELECT coalesce(max(sequence), 0) FROM audit) AS lastAudit`,
  accounts: `SELECT id, kind, name, balance, last_transaction
    FROM accounts WHERE id > ? ORDER BY id LIMIT ?`,
  journal: `SELECT id, at, kind, amount, ${SIDES}, 0
    FROM journal WHERE id > ? ORDER BY id LIMIT ?`,
} as const;
const AUDIT = `SELECT sequence, at, who, action, outcome, amount, journal_id, object
  FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?`;
const AUDIT_BEFORE_2 = AUDIT.replace("object", "NULL");
const CREDENTIALS = `SELECT account, password_hash
  FROM credentials WHERE account > ? ORDER BY account LIMIT ?`;
const STANDINGS = `SELECT account, roles, disabled, factor, locked
  FROM standings WHERE account > ? ORDER BY account LIMIT ?`;
const STANDINGS_BEFORE_3 = STANDINGS.replace("locked", "0");
const PROPOSALS = `SELECT id, proposer, account, amount, state
  FROM proposals WHERE id > ? ORDER BY id LIMIT ?`;
const OUTCOMES = `SELECT outcomes.id, account, content, journal_id, rejection,
  kind, amount, debit, credit
  FROM outcomes LEFT JOIN journal ON journal.id = outcomes.journal_id
  WHERE outcomes.id > ? ORDER BY outcomes.id LIMIT ?`;

/** As SQLite gives them; STRICT tables hold them to the types below. */
type Columns = readonly unknown[];
type AccountColumns = [number, AccountRow["kind"], string, number, number];
type JournalColumns = [
  ...[id: number, at: number, kind: PostingKind, amount: number],
  ...[debit: number, debitBalance: number, debitPrevious: number],
  ...[credit: number, creditBalance: number, creditPrevious: number, sequence: number],
];
type AuditColumns = [
  ...[sequence: number, at: number, who: string, action: string, outcome: string],
  ...[amount: number | null, transaction: number | null, object: string | null],
];
type StandingColumns = [
  ...[account: number, roles: string, disabled: number, factor: string | null, locked: number],
];
type ProposalColumns = [
  ...[id: number, proposer: number, account: number, amount: number, state: string],
];
type OutcomeColumns = [
  ...[id: number, account: number, content: string],
  ...[transaction: number | null, rejection: string | null, kind: PostingKind | null],
  ...[amount: number | null, debit: number | null, credit: number | null],
];

function accountOf(columns: Columns): AccountRow {
  const [id, kind, name, balance, lastTransaction] = columns as AccountColumns;
  return { id, kind, name, balance, lastTransaction };
}

function journalRowOf(columns: Columns): JournalRow {
  const [id, at, kind, amount, ...sides] = columns as JournalColumns;
  const [debit, debitBalance, debitPrevious, credit, ...rest] = sides;
  const [creditBalance, creditPrevious, sequence] = rest;
  return {
    ...{ id, at, kind, amount, debit, debitBalance, debitPrevious },
    ...{ credit, creditBalance, creditPrevious, sequence },
  };
}

function auditRowOf(columns: Columns): AuditRow {
  const [sequence, at, who, action, outcome, ...rest] = columns as AuditColumns;
  const [amount, transaction, object] = rest;
  return { sequence, at, who, action, outcome, amount, transaction, object };
}

function credentialOf(columns: Columns): CredentialRow {
  const [account, passwordHash] = columns as [number, string];
  return { account, passwordHash };
}

function standingOf(columns: Columns): StandingRow {
  const [account, roles, disabled, factor, locked] = columns as StandingColumns;
  return { account, roles, disabled: disabled !== 0, locked: locked !== 0, factor };
}

function proposalOf(columns: Columns): ProposalRow {
  const [id, proposer, account, amount, state] = columns as ProposalColumns;
  return { id, proposer, account, amount, state };
}

function outcomeOf(columns: Columns): OutcomeRow {
  const [id, account, content, ...rest] = columns as OutcomeColumns;
  const [transaction, rejection, kind, amount, debit, credit] = rest;
  return { id, account, content, transaction, rejection, kind, amount, debit, credit };
}
