/**
 * A large bank: customers, and a journal in which each has deposited in turn. Written by SQL in a
 * few statements, with every row as the bank would have written it, but for the audit: nobody who
 * measures transactions wants to wait until ten million lines of it are written out.
 */

import { closeSync, fsyncSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openKeyRing } from "../../src/server/keys/key-ring.ts";
import { hashPassword } from "../../src/workers/passwords.ts";
import { openSqliteStore } from "../../src/workers/sqlite-store.ts";
import { LOAD_COST, PASSWORD } from "./scratch-folder.ts";

/** The vault of the address that the load comes from; the customers follow it. */
const VAULT = 1;
const AMOUNT = 100;

export function fillLargeFolder(folder: string, customers: number, transactions: number): void {
  const { peppers } = openKeyRing(folder);
  const hash = hashPassword({ password: PASSWORD, peppers, cost: LOAD_COST });
  openSqliteStore({ folder }).close(); // Makes the tables.
  const path = join(folder, "bank.sqlite");
  const database = new DatabaseSync(path);
  const at = Date.now() - transactions;
  // One that fails is thrown away with its folder.
  database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;");
  database.exec(accountsSql(customers, transactions, at));
  database.prepare("INSERT INTO credentials SELECT id, ? FROM accounts WHERE id > 1").run(hash);
  database.exec(journalSql(customers, transactions, at));
  database.prepare("UPDATE floor SET journal_id = ?").run(transactions);
  database.exec("COMMIT; PRAGMA journal_mode = WAL;");
  database.close();
  forceOntoDisk(path);
}

/** Else a bank's first commits would wait for gigabytes that are none of its own. */
function forceOntoDisk(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The numbers from `first` to `last`, as the table `numbers` with the column `n`. */
const numbers = (first: number, last: number): string =>
  `WITH RECURSIVE numbers(n) AS
     (SELECT ${first} UNION ALL SELECT n + 1 FROM numbers WHERE n < ${last})`;

// Transaction t is a deposit of customer (t - 1) % customers, so customer c has made every t with
// that remainder.
const accountsSql = (customers: number, transactions: number, at: number): string => `
  INSERT INTO accounts VALUES (${VAULT}, ${-AMOUNT * transactions}, ${transactions});
  INSERT INTO holders VALUES (${VAULT}, 'vault', '127.0.0.1', ${at});
  INSERT INTO accounts
    ${numbers(0, customers - 1)}
    SELECT n + ${VAULT + 1}, ${AMOUNT} * made,
      CASE made WHEN 0 THEN 0 ELSE n + 1 + (made - 1) * ${customers} END
    FROM (SELECT n, (${transactions} - n - 1 + ${customers}) / ${customers} AS made FROM numbers);
  INSERT INTO holders
    ${numbers(0, customers - 1)}
    SELECT n + ${VAULT + 1}, 'customer', printf('load-%07d', n), ${at} FROM numbers;`;

// Their place in the audit is 0, as if they had rows of their own in it.
const journalSql = (customers: number, transactions: number, at: number): string => `
  INSERT INTO journal (id, at, kind, amount, debit, debit_balance, debit_previous,
      credit, credit_balance, credit_previous, sequence, origin, key)
    ${numbers(1, transactions)}
    SELECT n, ${at} + n, 'deposit', ${AMOUNT},
      ${VAULT}, ${-AMOUNT} * n, n - 1,
      (n - 1) % ${customers} + ${VAULT + 1}, ${AMOUNT} * ((n - 1) / ${customers} + 1),
      max(0, n - ${customers}), 0, '127.0.0.1:50000', printf('large-%024d', n)
    FROM numbers;`;
