/** What a bank's database holds, read beside the bank, and what must be true of it by itself. */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export type JournalRow = {
  id: number;
  amount: number;
  debit: number;
  debitBalance: number;
  credit: number;
  creditBalance: number;
};

export type Books = {
  /** By account number, in cents; of a customer also the name. */
  accounts: Map<number, { name: string; balance: number }>;
  /** The rows after the one that was asked for, in order. */
  journal: JournalRow[];
  lastTransaction: number;
};

/** Reads the books as they are now, with the journal from behind the row `after`. */
export function readBooks(folder: string, after: number): Books {
  const database = new DatabaseSync(join(folder, "bank.sqlite"), { readOnly: true });
  try {
    database.exec("BEGIN"); // Both tables as of one commit.
    const accounts: Books["accounts"] = new Map();
    for (const row of database.prepare("SELECT id, name, balance FROM accounts").iterate()) {
      const { id, name, balance } = row as { id: number; name: string; balance: number };
      accounts.set(id, { name, balance });
    }
    const journal = database
      .prepare(
        `SELECT id, amount, debit, debit_balance AS debitBalance, credit,
           credit_balance AS creditBalance FROM journal WHERE id > ? ORDER BY id`,
      )
      .all(after) as JournalRow[];
    const last = database.prepare("SELECT coalesce(max(id), 0) AS last FROM journal").get();
    return { accounts, journal, lastTransaction: last?.["last"] as number };
  } finally {
    database.close();
  }
}

/**
 * What is wrong with the books: the sum of all balances is zero, each balance is what it was before
 * and what the journal says since, and each row says the balances that it led to.
 */
export function findBookFaults(before: Books, now: Books): string[] {
  const faults: string[] = [];
  let sum = 0;
  for (const { balance } of now.accounts.values()) sum += balance;
  if (sum !== 0) faults.push(`the balances sum to ${sum}`);
  const balances = new Map<number, number>();
  const move = (row: JournalRow, account: number, amount: number, told: number): void => {
    const old = balances.get(account) ?? before.accounts.get(account)?.balance ?? 0;
    if (old + amount !== told)
      faults.push(`row ${row.id} gives account ${account} a wrong balance`);
    balances.set(account, old + amount);
  };
  for (const [index, row] of now.journal.entries()) {
    const id = before.lastTransaction + 1 + index;
    if (row.id !== id) faults.push(`row ${id} is missing`);
    move(row, row.debit, -row.amount, row.debitBalance);
    move(row, row.credit, row.amount, row.creditBalance);
  }
  for (const [account, { balance }] of now.accounts) {
    const expected = balances.get(account) ?? before.accounts.get(account)?.balance ?? 0;
    if (balance !== expected) {
      faults.push(`account ${account} holds ${balance}, and its history says ${expected}`);
    }
  }
  return faults;
}
