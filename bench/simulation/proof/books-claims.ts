/** What the books must say by themselves, whoever used the bank. */

import { JournalReplay, type Fault } from "../../../src/workers/journal-replay.ts";
import type { Claim } from "./claim.ts";
import type { BooksOnDisk } from "./ledger-folder.ts";

export function claimsOfBooks(books: BooksOnDisk): Claim[] {
  const accounts = books.accounts.length;
  const changes = books.journal.length;
  const faults = faultsOf(books);
  const textsOf = (...kinds: Fault["kind"][]): string[] =>
    faults.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text);
  return [
    {
      says: "the balances of all accounts sum to zero",
      ...{ checked: accounts, faults: textsOf("sum") },
    },
    {
      says: "no customer is or was below zero",
      ...{ checked: accounts + changes, faults: textsOf("overdrawn") },
    },
    {
      says: "each balance is what its history comes to",
      ...{ checked: accounts, faults: textsOf("history", "sequence") },
    },
    {
      says: "each change has one audit row, and both audit files agree with the store",
      ...{ checked: changes, faults: books.auditFaults },
    },
  ];
}

/** Walks the journal once, as the bank wrote it, and computes every balance anew. */
function faultsOf({ accounts, journal }: BooksOnDisk): Fault[] {
  const faults: Fault[] = [];
  const replay = new JournalReplay(accounts, (kind, text) => faults.push({ kind, text }));
  for (const row of journal) replay.add(row);
  replay.end();
  return faults;
}
