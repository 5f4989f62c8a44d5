/** What the bank's database holds, read beside the bank, to be compared with what the bank said. */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSnapshot } from "../../src/workers/sqlite-snapshot.ts";

export type Books = {
  /** Customers' balances by name, in cents. */
  balances: Record<string, number>;
  /** Of all accounts, vaults too: zero in a bank that is whole. */
  sumOfBalances: number;
  /** For each customer, deposits less withdrawals as the journal has them. */
  journalled: Record<string, number>;
  transactions: number;
  /** Transactions with a place of their own in the audit, as none but an adjustment shares one. */
  audited: number;
  /** Audit rows that tell of money moved. */
  auditedMoves: number;
};

export function readBooks(folder: string): Books {
  const accounts = accountsIn(folder);
  const database = new DatabaseSync(join(folder, "bank.sqlite"), { readOnly: true });
  try {
    const customers = database
      .prepare(
        `SELECT name,
           (SELECT coalesce(sum(amount), 0) FROM journal WHERE credit = accounts.id)
           - (SELECT coalesce(sum(amount), 0) FROM journal WHERE debit = accounts.id) AS moved
         FROM accounts JOIN holders ON account = id WHERE kind = 'customer' ORDER BY id`,
      )
      .all();
    const number = (sql: string): number => Number(database.prepare(sql).get()?.["n"]);
    return {
      balances: byName(
        accounts.filter(({ kind }) => kind === "customer"),
        "balance",
      ),
      journalled: byName(customers, "moved"),
      sumOfBalances: accounts.reduce((sum, { balance }) => sum + balance, 0),
      transactions: number("SELECT count(*) AS n FROM journal"),
      audited: number(
        `SELECT count(DISTINCT sequence) AS n FROM journal WHERE sequence > 0
           AND (kind = 'adjustment') = EXISTS (
             SELECT * FROM audit WHERE audit.sequence = journal.sequence)`,
      ),
      auditedMoves: number(
        `SELECT (SELECT count(*) FROM audit WHERE journal_id IS NOT NULL)
           + (SELECT count(*) FROM journal WHERE kind <> 'adjustment') AS n`,
      ),
    };
  } finally {
    database.close();
  }
}

/** As of the last commit, which the table of accounts by itself is not. */
function accountsIn(folder: string) {
  const snapshot = openSnapshot(folder);
  try {
    return [...snapshot.accounts()];
  } finally {
    snapshot.close();
  }
}

/** Makes a customer of a stopped bank rich, and its cash poorer: the books still balance. */
export function setBalance(folder: string, username: string, cents: number): void {
  const database = new DatabaseSync(join(folder, "bank.sqlite"));
  try {
    const set =
      "UPDATE accounts SET balance = ? WHERE id IN (SELECT account FROM holders WHERE kind =";
    database.prepare(`${set} 'customer' AND name = ?)`).run(cents, username);
    database.prepare(`${set} 'vault')`).run(-cents);
  } finally {
    database.close();
  }
}

const byName = (rows: readonly Record<string, unknown>[], column: string): Record<string, number> =>
  Object.fromEntries(rows.map((row) => [row["name"] as string, Number(row[column])]));
