/** The books against what everybody who used the bank can testify. */

import { effectOf, type Change } from "../deeds.ts";
import type { Acknowledged, Testimony } from "../testimony.ts";
import { money, type Claim } from "./claim.ts";
import type { BooksOnDisk, JournalRow } from "./ledger-folder.ts";

export type Hearing = {
  readonly claims: readonly Claim[];
  /** Changes of which a look at the balance told the wrong thing: done later, or never. */
  readonly misjudged: number;
};

/** @param isEverybody Whether nobody else has used the bank: then every row must be explained. */
export function hear(
  books: BooksOnDisk,
  testimonies: readonly Testimony[],
  isEverybody: boolean,
): Hearing {
  const customers = new Map(
    books.accounts.filter(({ kind }) => kind === "customer").map((row) => [row.name, row]),
  );
  const rows = rowsByAsker(books);
  const names = new Map(books.accounts.map(({ id, name }) => [id, name]));
  const found = testimonies.map((testimony) => {
    const account = customers.get(testimony.name);
    const own = account === undefined ? [] : (rows.get(account.id) ?? []);
    return compare(testimony, own, names);
  });
  const known = new Set(testimonies.map(({ name }) => name));
  const strangers = isEverybody ? [...customers.keys()].filter((name) => !known.has(name)) : [];
  return {
    claims: [
      {
        says: "each acknowledged change is in the journal exactly once",
        checked: testimonies.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0),
        faults: found.flatMap(({ acknowledged }) => acknowledged),
      },
      {
        says: "each other change is there at most once, and nothing that nobody asked for",
        checked: books.journal.length,
        faults: [
          ...found.flatMap(({ unasked }) => unasked),
          ...strangers.map((name) => `${name} is an account that nobody has opened`),
        ],
      },
      claimOfBeliefs(
        new Map([...customers].map(([name, { balance }]) => [name, balance])),
        testimonies,
      ),
    ],
    misjudged: found.reduce((sum, { misjudged }) => sum + misjudged, 0),
  };
}

/** The rows of the journal by the account whose owner must have asked for them. */
function rowsByAsker({ journal }: BooksOnDisk): Map<number, JournalRow[]> {
  const rows = new Map<number, JournalRow[]>();
  for (const row of journal) {
    const asker = row.kind === "deposit" ? row.credit : row.debit;
    const own = rows.get(asker);
    if (own === undefined) rows.set(asker, [row]);
    else own.push(row);
  }
  return rows;
}

type Comparison = { acknowledged: string[]; unasked: string[]; misjudged: number };

/** Explains each row by one change; what is left over on either side is a fault. */
function compare(
  { name, acknowledged, unacknowledged, settled }: Testimony,
  rows: readonly JournalRow[],
  names: ReadonlyMap<number, string>,
): Comparison {
  const faults: Comparison = { acknowledged: [], unasked: [], misjudged: 0 };
  const unexplained = new Map<string, JournalRow[]>();
  for (const row of rows) {
    const key = keyOfRow(row, names);
    unexplained.set(key, [...(unexplained.get(key) ?? []), row]);
  }
  const take = (change: Change, fits: (row: JournalRow) => boolean): boolean => {
    const candidates = unexplained.get(keyOfChange(change)) ?? [];
    const index = candidates.findIndex(fits);
    if (index >= 0) candidates.splice(index, 1);
    return index >= 0;
  };
  for (const one of acknowledged) {
    if (!take(one.change, (row) => isAnswer(row, one))) {
      faults.acknowledged.push(`${name} was told that ${told(one.change)} is done: it is not`);
    }
  }
  const done = new Set(unacknowledged.filter((change) => take(change, () => true)));
  const keys = new Set(acknowledged.map(({ change }) => keyOfChange(change)));
  for (const [key, left] of unexplained) {
    for (const { id } of left) {
      if (keys.has(key)) faults.acknowledged.push(`transaction ${id} of ${name} is one too many`);
      else faults.unasked.push(`transaction ${id} is none that ${name} has asked for`);
    }
  }
  faults.misjudged = settled.filter(({ change, isDone }) => done.has(change) !== isDone).length;
  return faults;
}

/** Whether the row is what the bank's answer said. */
function isAnswer(row: JournalRow, { transaction, balance }: Acknowledged): boolean {
  const own = row.kind === "deposit" ? row.creditBalance : row.debitBalance;
  return own === balance && (transaction === null || transaction === row.id);
}

const keyOfChange = ({ wish }: Change): string =>
  `${wish.kind} ${wish.amount}${wish.kind === "transfer" ? ` ${wish.to}` : ""}`;

const keyOfRow = (row: JournalRow, names: ReadonlyMap<number, string>): string =>
  `${row.kind} ${row.amount}${row.kind === "transfer" ? ` ${names.get(row.credit)}` : ""}`;

const told = ({ serial, wish }: Change): string =>
  `change ${serial}, ${wish.kind} of ${money(wish.amount)},`;

/** What somebody believes to have: at least, and at most. */
type Belief = { least: number; most: number };

/** @param balances By name; whoever has no account has nothing. */
export function claimOfBeliefs(
  balances: ReadonlyMap<string, number>,
  testimonies: readonly Testimony[],
): Claim {
  const beliefs = new Map<string, Belief>(
    testimonies.map(({ name }) => [name, { least: 0, most: 0 }]),
  );
  const move = (name: string, amount: number, isCertain: boolean): void => {
    const belief = beliefs.get(name);
    if (belief === undefined) return;
    if (isCertain || amount < 0) belief.least += amount;
    if (isCertain || amount > 0) belief.most += amount;
  };
  const tell = (name: string, change: Change, isCertain: boolean): void => {
    move(name, effectOf(change), isCertain);
    const { wish } = change;
    if (wish.kind === "transfer") move(wish.to, wish.amount, isCertain);
  };
  for (const { name, acknowledged, unacknowledged } of testimonies) {
    for (const { change } of acknowledged) tell(name, change, true);
    for (const change of unacknowledged) tell(name, change, false);
  }
  const faults = [...beliefs].flatMap(([name, { least, most }]) => {
    const balance = balances.get(name) ?? 0;
    if (balance >= least && balance <= most) return [];
    const range = least === most ? money(least) : `${money(least)} to ${money(most)}`;
    return [`${name} has ${money(balance)} and believes to have ${range}`];
  });
  return {
    says: "each balance is what its owner believes, give or take what is in doubt",
    ...{ checked: beliefs.size, faults },
  };
}
