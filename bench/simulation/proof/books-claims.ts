/** What the books must say by themselves, whoever used the bank. */

import { money, type Claim } from "./claim.ts";
import type { AccountRow, BooksOnDisk, JournalRow } from "./ledger-folder.ts";

export function claimsOfBooks(books: BooksOnDisk): Claim[] {
  const accounts = books.accounts.length;
  const changes = books.journal.length;
  return [
    {
      says: "the balances of all accounts sum to zero",
      ...{ checked: accounts, faults: sumFaults(books) },
    },
    {
      says: "no customer is or was below zero",
      ...{ checked: accounts + changes, faults: overdrawn(books) },
    },
    {
      says: "each balance is what its history comes to",
      ...{ checked: accounts, faults: historyFaults(books) },
    },
    {
      says: "each change has one audit row, and both audit files agree with the store",
      checked: changes,
      faults: [
        ...books.unaudited.map((id) => `transaction ${id} has not one audit row`),
        ...books.auditFaults,
      ],
    },
  ];
}

function sumFaults({ accounts }: BooksOnDisk): string[] {
  const sum = accounts.reduce((total, { balance }) => total + balance, 0);
  return sum === 0 ? [] : [`they sum to ${money(sum)}`];
}

function overdrawn({ accounts, journal }: BooksOnDisk): string[] {
  const customers = new Map(
    accounts.filter(({ kind }) => kind === "customer").map(({ id, name }) => [id, name]),
  );
  const rows = journal.filter(
    ({ debit, debitBalance }) => debitBalance < 0 && customers.has(debit),
  );
  return [
    ...accounts
      .filter(({ id, balance }) => balance < 0 && customers.has(id))
      .map(({ name, balance }) => `${name} has ${money(balance)}`),
    ...rows.map((row) => {
      const name = customers.get(row.debit);
      return `transaction ${row.id} left ${name} with ${money(row.debitBalance)}`;
    }),
  ];
}

/** An account as its history tells it, up to some row. */
type Told = { balance: number; last: number };

/** Walks the journal once, as the bank wrote it, and computes every balance anew. */
function historyFaults({ accounts, journal }: BooksOnDisk): string[] {
  const told = new Map<number, Told>();
  const toldOf = (account: number): Told => told.get(account) ?? { balance: 0, last: 0 };
  const faults: string[] = [];
  for (const row of journal) {
    for (const side of sidesOf(row)) {
      const before = toldOf(side.account);
      const balance = before.balance + side.change;
      if (side.balance !== balance) {
        const said = `${money(side.balance)}, not ${money(balance)}`;
        faults.push(`transaction ${row.id} says that account ${side.account} has ${said}`);
      }
      if (side.previous !== before.last) {
        faults.push(`transaction ${row.id} is out of its place in account ${side.account}`);
      }
      told.set(side.account, { balance, last: row.id });
    }
  }
  const off = accounts.filter(({ id, balance }) => toldOf(id).balance !== balance);
  return [...faults, ...off.map((account) => differs(account, toldOf(account.id)))];
}

const differs = ({ name, balance }: AccountRow, told: Told): string =>
  `${name} has ${money(balance)}, and a history of ${money(told.balance)}`;

const sidesOf = (row: JournalRow) => [
  {
    ...{ account: row.debit, change: -row.amount },
    ...{ balance: row.debitBalance, previous: row.debitPrevious },
  },
  {
    ...{ account: row.credit, change: row.amount },
    ...{ balance: row.creditBalance, previous: row.creditPrevious },
  },
];
