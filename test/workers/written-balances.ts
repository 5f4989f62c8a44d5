/** A bank whose balances are written now and then, and what its folder says of them. */

import { expect } from "vitest";
import type { AccountId, Books } from "../../src/bank/ledger.ts";
import { cents } from "../../src/bank/money.ts";
import { verifyBooks } from "../../src/workers/books-verification.ts";
import { Ledger, type LedgerRequest } from "../../src/workers/ledger.ts";
import { openSnapshot } from "../../src/workers/sqlite-snapshot.ts";
import { openSqliteStore, type SqliteStoreOptions } from "../../src/workers/sqlite-store.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { inDatabase } from "./in-database.ts";

/** Of the form that the proof of the books wants. */
const HASH = `hmac-sha384:$2b$04$${"N".repeat(21)}u${"o".repeat(30)}u`;

export const request = (
  command: (LedgerRequest & { type: "command" })["command"],
): LedgerRequest => ({
  ...{ type: "command", command, who: "someone", origin: "here" },
});
/** At the one vault of the bank, whose number follows the customers'. */
export const move = (customers: number, account: number, amount: number): LedgerRequest =>
  request({
    ...{ type: amount > 0 ? "deposit" : "withdraw", account: account as AccountId },
    ...{ vault: (customers + 1) as AccountId, amount: cents(Math.abs(amount)) },
  });

export const openLedger = (options: SqliteStoreOptions): Ledger =>
  new Ledger(openSqliteStore(options));

/** A folder with so many customers, none of whom has moved anything. */
export function bankOf(customers: number): string {
  const folder = temporaryFolder();
  const ledger = openLedger({ folder });
  const names = Array.from({ length: customers }, (_, index) => `customer${index}`);
  ledger.commit(
    names.map((username) => request({ type: "sign_up", username, passwordHash: HASH })),
    1_000,
  );
  const [first = ""] = names;
  const logIn = { type: "end_login", terminal: "t", outcome: "authenticated" } as const;
  ledger.commit([request({ ...logIn, username: first })], 1_000);
  ledger.close();
  return folder;
}

export type Account = { balance: number; last: number };

/** Of every account, from the amounts of the whole journal alone. */
export function replayed(folder: string): Map<number, Account> {
  const rows = inDatabase(folder, (database) =>
    database.prepare("SELECT id, amount, debit, credit FROM journal ORDER BY id").all(),
  ) as { id: number; amount: number; debit: number; credit: number }[];
  const accounts = new Map<number, Account>();
  for (const { id, amount, debit, credit } of rows) {
    for (const [account, change] of [[debit, -amount] as const, [credit, amount] as const]) {
      const { balance } = accounts.get(account) ?? { balance: 0 };
      accounts.set(account, { balance: balance + change, last: id });
    }
  }
  return accounts;
}

export function ofBooks({ accounts }: Books): Map<number, Account> {
  const moved = new Map<number, Account>();
  for (const account of accounts) {
    if (account === undefined || account.lastTransaction === 0) continue;
    moved.set(account.id, { balance: account.balance, last: account.lastTransaction });
  }
  return moved;
}

/** How many accounts have a row that is older than their history. */
export function unwritten(folder: string): number {
  const written = inDatabase(folder, (database) =>
    database.prepare("SELECT id, balance FROM accounts").all(),
  );
  const balances = replayed(folder);
  return written.filter(({ id, balance }) => (balances.get(Number(id))?.balance ?? 0) !== balance)
    .length;
}

export const floorOf = (folder: string): number =>
  inDatabase(folder, (database) =>
    Number(database.prepare("SELECT journal_id FROM floor").get()?.["journal_id"]),
  );

export async function expectWhole(folder: string): Promise<void> {
  const snapshot = openSnapshot(folder);
  try {
    expect((await verifyBooks(snapshot, async () => undefined)).faults).toEqual([]);
  } finally {
    snapshot.close();
  }
}
