/** What is asked of the embedded store: the writer's statements, prepared once. */

import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { RowsAtOnce } from "./sqlite-rows-at-once.ts";

export type Statements = ReturnType<typeof prepareStatements>;

export function prepareStatements(database: DatabaseSync) {
  return {
    accounts: database.prepare(
      `SELECT id, kind, name, balance, last_transaction
       FROM accounts JOIN holders ON account = id WHERE id > ? ORDER BY id LIMIT ?`,
    ),
    attempts: database.prepare("SELECT key, failures, pending, last_at FROM login_attempts"),
    knownTerminals: database.prepare("SELECT account, terminals FROM known_terminals"),
    setKnownTerminals: database.prepare("INSERT OR REPLACE INTO known_terminals VALUES (?, ?)"),
    standings: database.prepare("SELECT * FROM standings"),
    setStanding: database.prepare("INSERT OR REPLACE INTO standings VALUES (?, ?, ?, ?, ?)"),
    deleteStanding: database.prepare("DELETE FROM standings WHERE account = ?"),
    lastTransaction: database.prepare("SELECT max(id) AS last FROM journal"),
    lastAudit: database.prepare(LAST_AUDIT),
    lastStartOrStop: database.prepare(
      `SELECT action FROM audit WHERE sequence > ? AND action IN ('start', 'stop')
       ORDER BY sequence DESC LIMIT 1`,
    ),
    posting: database.prepare("SELECT * FROM journal WHERE id = ?"),
    passwordHash: database.prepare("SELECT password_hash FROM credentials WHERE account = ?"),
    insertAccount: database.prepare("INSERT INTO accounts VALUES (?, 0, 0)"),
    insertHolder: database.prepare("INSERT INTO holders VALUES (?, ?, ?, ?)"),
    insertCredentials: database.prepare("INSERT INTO credentials VALUES (?, ?)"),
    setAttempts: database.prepare("INSERT OR REPLACE INTO login_attempts VALUES (?, ?, ?, ?)"),
    deleteAttempts: database.prepare("DELETE FROM login_attempts WHERE key = ?"),
    setPassword: database.prepare("UPDATE credentials SET password_hash = ? WHERE account = ?"),
    proposals: database.prepare("SELECT * FROM proposals"),
    insertProposal: database.prepare("INSERT INTO proposals VALUES (?, ?, ?, ?, ?, ?, ?)"),
    setProposal: database.prepare("UPDATE proposals SET state = ? WHERE id = ?"),
    postings: new RowsAtOnce(database, "INSERT INTO journal", 14),
    noted: database.prepare("SELECT key FROM noted WHERE key = ?"),
    insertNoted: database.prepare("INSERT INTO noted VALUES (?)"),
    insertAudit: database.prepare("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
  };
}

/** A number in the first row, 0 where there is no row or no value. */
export const numberOf = (
  statement: StatementSync,
  column: string,
  ...values: readonly SQLInputValue[]
): number => Number(statement.get(...values)?.[column] ?? 0);

/** The number of the latest audit entry, and its time: the journal's own count too. */
export const LAST_AUDIT = `
  SELECT sequence AS last, at FROM (
    SELECT * FROM (SELECT sequence, at FROM audit ORDER BY sequence DESC LIMIT 1)
    UNION ALL SELECT * FROM (SELECT sequence, at FROM journal ORDER BY id DESC LIMIT 1)
  ) ORDER BY sequence DESC LIMIT 1`;

/** Below every number that a row can have. */
export const FIRST = -(2n ** 63n);
export const PAGE_ROWS = 1_000;

/**
 * All rows of a statement that begins behind a number, its first column, and takes a limit: in
 * pages of arrays, since an object for each, or a step for each, takes twice as long.
 */
export function* pagesOf<Columns extends readonly [number, ...unknown[]]>(
  statement: StatementSync,
  after: number | bigint = FIRST,
): Generator<readonly Columns[]> {
  statement.setReturnArrays(true);
  for (let last = after; ;) {
    const page = statement.all(last, PAGE_ROWS) as unknown as Columns[];
    const end = page.at(-1);
    if (end === undefined) return;
    yield page;
    last = end[0];
  }
}
