/** What a bank's database holds, read beside the bank, and what must be true of it by itself. */

import type { AccountRow, JournalRow } from "../../src/workers/books-snapshot.ts";
import { JournalReplay } from "../../src/workers/journal-replay.ts";
import { openSnapshot } from "../../src/workers/sqlite-snapshot.ts";

export type { JournalRow } from "../../src/workers/books-snapshot.ts";

export type Books = {
  /** By account number. */
  accounts: Map<number, AccountRow>;
  /** The rows after the one that was asked for, in order. */
  journal: JournalRow[];
  lastTransaction: number;
};

/** Reads the books as they are now, with the journal from behind the row `after`. */
export function readBooks(folder: string, after: number): Books {
  const snapshot = openSnapshot(folder);
  try {
    return {
      accounts: new Map([...snapshot.accounts()].map((row) => [row.id, row])),
      journal: [...snapshot.journal(after)],
      lastTransaction: snapshot.head().lastTransaction,
    };
  } finally {
    snapshot.close();
  }
}

/**
 * What is wrong with the books: the sum of all balances is zero, each balance is what it was before
 * and what the journal says since, and each row says the balances that it led to.
 */
export function findBookFaults(before: Books, now: Books): string[] {
  const faults: string[] = [];
  const replay = new JournalReplay(
    now.accounts.values(),
    (_kind, text) => faults.push(text),
    before,
  );
  for (const row of now.journal) replay.add(row);
  replay.end();
  return faults;
}
