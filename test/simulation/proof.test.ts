/** The proof finds every lie that is planted, in the books and in what people testify. */

import { describe, expect, it } from "vitest";
import { cents, dollars } from "../../src/bank/money.ts";
import type { Change } from "../../bench/simulation/deeds.ts";
import type { BooksOnDisk, JournalRow } from "../../bench/simulation/proof/ledger-folder.ts";
import { proveByBooks } from "../../bench/simulation/proof/prove.ts";
import { Story } from "../../bench/simulation/story.ts";
import type { Acknowledged, Testimony } from "../../bench/simulation/testimony.ts";

const SUM = "the balances of all accounts sum to zero";
const BELOW = "no customer is or was below zero";
const HISTORY = "each balance is what its history comes to";
const AUDIT = "each change has one audit row, and both audit files agree with the store";
const ONCE = "each acknowledged change is in the journal exactly once";
const ASKED = "each other change is there at most once, and nothing that nobody asked for";
const BELIEF = "each balance is what its owner believes, give or take what is in doubt";
const ATTACKS = "no attack has gained anything";

const VAULT = 1;
const ANN = 2;
const BOB = 3;

const deposit = (serial: number, amount: number): Change => ({
  ...{ serial, wish: { kind: "deposit", amount: dollars(amount) } },
});
const row = (id: number, over: Partial<JournalRow>): JournalRow => ({
  ...{ id, at: id, kind: "deposit", amount: 0, debitPrevious: 0, creditPrevious: 0 },
  ...{ debit: VAULT, debitBalance: 0, credit: ANN, creditBalance: 0, sequence: id },
  ...over,
});

/** Ann deposits 10 and pays 4 of them to Bob, who deposits 1 and does not know of it. */
const JOURNAL: readonly JournalRow[] = [
  row(1, { amount: 1_000, debitBalance: -1_000, creditBalance: 1_000 }),
  row(2, {
    ...{ kind: "transfer", amount: 400, debit: ANN, debitBalance: 600, debitPrevious: 1 },
    ...{ credit: BOB, creditBalance: 400 },
  }),
  row(3, {
    ...{ amount: 100, debitBalance: -1_100, debitPrevious: 1 },
    ...{ credit: BOB, creditBalance: 500, creditPrevious: 2 },
  }),
];
const BOOKS: BooksOnDisk = {
  accounts: [
    { id: VAULT, kind: "vault", name: "127.0.0.1", balance: -1_100, lastTransaction: 3 },
    { id: ANN, kind: "customer", name: "ann", balance: 600, lastTransaction: 2 },
    { id: BOB, kind: "customer", name: "bob", balance: 500, lastTransaction: 3 },
  ],
  journal: JOURNAL,
  auditFaults: [],
};
const PAID: Change = {
  ...{ serial: 2, wish: { kind: "transfer", amount: dollars(4), to: "bob", memo: "rent" } },
};
const DEPOSITED: Acknowledged = {
  ...{ change: deposit(1, 10), transaction: null, balance: cents(1_000) },
};
const ANN_SAYS: Testimony = {
  name: "ann",
  acknowledged: [DEPOSITED, { change: PAID, transaction: 2, balance: cents(600) }],
  ...{ unacknowledged: [], settled: [] },
};
const BOB_SAYS: Testimony = {
  ...{ name: "bob", acknowledged: [], unacknowledged: [deposit(1, 1)], settled: [] },
};

type World = { books: BooksOnDisk; people: Testimony[]; story: Story; isEverybody: boolean };
const world = (): World => ({
  ...{ books: BOOKS, people: [ANN_SAYS, BOB_SAYS], story: new Story(), isEverybody: true },
});

function broken({ books, people, story, isEverybody }: World): string[] {
  const { claims, holds } = proveByBooks(books, { testimonies: people, story }, isEverybody);
  const says = claims.filter(({ faults }) => faults.length > 0).map((claim) => claim.says);
  expect(holds).toBe(says.length === 0);
  return says;
}

const withBooks = (over: Partial<BooksOnDisk>): World => ({
  ...world(),
  books: { ...BOOKS, ...over },
});
const withJournal = (edit: (rows: JournalRow[]) => void): World => {
  const journal = structuredClone(JOURNAL) as JournalRow[];
  edit(journal);
  return withBooks({ journal });
};
const withBalance = (id: number, balance: number): World =>
  withBooks({ accounts: BOOKS.accounts.map((one) => (one.id === id ? { ...one, balance } : one)) });
const withPeople = (...people: Testimony[]): World => ({ ...world(), people });
const edited = (index: number, over: Partial<JournalRow>): World =>
  withJournal((rows) => {
    rows[index] = { ...row(0, {}), ...rows[index], ...over };
  });

describe("the proof", () => {
  it("holds for the truth, with a change in doubt done or not", () => {
    expect(broken(world())).toEqual([]);
    const alsoInDoubt = { ...BOB_SAYS, unacknowledged: [deposit(1, 1), deposit(2, 50)] };
    expect(broken(withPeople(ANN_SAYS, alsoInDoubt))).toEqual([]);
  });

  it.for<readonly [string, World, readonly string[]]>([
    ["a balance is raised", withBalance(ANN, 700), [SUM, HISTORY, BELIEF]],
    ["a balance is below zero", withBalance(ANN, -600), [SUM, BELOW, HISTORY, BELIEF]],
    [
      "money goes from one account to another without a row",
      withBooks({
        accounts: BOOKS.accounts.map((one) =>
          one.kind === "vault" ? one : { ...one, balance: one.id === ANN ? 500 : 600 },
        ),
      }),
      [HISTORY, BELIEF],
    ],
    ["an amount is edited", edited(0, { amount: 900 }), [HISTORY, ONCE, ASKED]],
    ["a balance of a row is edited", edited(1, { debitBalance: 500 }), [HISTORY, ONCE]],
    [
      "a row once left somebody below zero",
      edited(1, { debitBalance: -1 }),
      [BELOW, HISTORY, ONCE],
    ],
    ["a row lost its place in the history", edited(2, { creditPrevious: 0 }), [HISTORY]],
    ["a transfer went to somebody else", edited(1, { credit: VAULT }), [HISTORY, ONCE, ASKED]],
    ["a row is gone", withJournal((rows) => void rows.shift()), [HISTORY, ONCE]],
    [
      "an acknowledged change is there twice",
      withJournal((rows) => void rows.push({ ...rows[0]!, id: 4 })),
      [HISTORY, ONCE],
    ],
    [
      "a change in doubt is there twice",
      withJournal((rows) => void rows.push({ ...rows[2]!, id: 4 })),
      [HISTORY, ASKED],
    ],
    [
      "a change was asked for by nobody",
      withPeople(ANN_SAYS, { ...BOB_SAYS, unacknowledged: [] }),
      [...[ASKED, BELIEF]],
    ],
    ["a row is not audited", withBooks({ auditFaults: ["transaction 2"] }), [AUDIT]],
    ["an audit file is damaged", withBooks({ auditFaults: ["line 1"] }), [AUDIT]],
    [
      "somebody claims a change that was never done",
      withPeople(ANN_SAYS, {
        ...BOB_SAYS,
        acknowledged: [{ change: deposit(2, 7), transaction: null, balance: cents(1_200) }],
      }),
      [ONCE, BELIEF],
    ],
    [
      "somebody claims another's transaction",
      withPeople(ANN_SAYS, {
        ...BOB_SAYS,
        ...{ unacknowledged: [] },
        acknowledged: [{ change: deposit(1, 1), transaction: 1, balance: cents(500) }],
      }),
      [ONCE],
    ],
    [
      "somebody was told another balance",
      withPeople({ ...ANN_SAYS, acknowledged: [{ ...DEPOSITED, balance: cents(1) }] }, BOB_SAYS),
      [ONCE, ASKED, BELIEF],
    ],
    ["there is an account of nobody's", withPeople(ANN_SAYS), [ASKED]],
  ])("fails if %s", ([, lie, claims]) => {
    expect(broken(lie)).toEqual(claims);
  });

  it("fails if an attack was answered with success", () => {
    const lie = world();
    const attack = { type: "forge", protocol: "modern", action: "deposit", amount: "0" } as const;
    lie.story.attacked("forger", "eve", attack, { result: "done", gained: true });
    expect(broken(lie)).toEqual([ATTACKS]);
  });

  it("does not ask strangers' changes to be explained, where others use the bank too", () => {
    expect(broken({ ...withPeople(ANN_SAYS), isEverybody: false })).toEqual([]);
  });

  it("counts looks that told the wrong thing, which prove nothing against the bank", () => {
    const settled = [{ change: deposit(1, 1), isDone: false }];
    const unacknowledged = settled.map(({ change }) => change);
    const people = [ANN_SAYS, { ...BOB_SAYS, unacknowledged, settled }];
    const proof = proveByBooks(BOOKS, { testimonies: people, story: new Story() }, true);
    expect(proof).toMatchObject({ holds: true, misjudged: 1 });
  });
});
