/**
 * Stores of versions 5 and 6 are brought up to this one: what balances are, from where they are
 * read, and which outcomes are the oldest stays what it was.
 */

import { describe, expect, it, onTestFinished } from "vitest";
import type { AccountId } from "../../src/bank/ledger.ts";
import { cents } from "../../src/bank/money.ts";
import { standingOf } from "../../src/bank/standing.ts";
import { verifyBooks } from "../../src/workers/books-verification.ts";
import { Ledger, type LedgerRequest } from "../../src/workers/ledger.ts";
import { SCHEMA_VERSION } from "../../src/workers/sqlite-schema.ts";
import {
  openFrozenSnapshot,
  openSnapshot,
  type SqliteSnapshot,
} from "../../src/workers/sqlite-snapshot.ts";
import { openSqliteReader, openSqliteStore } from "../../src/workers/sqlite-store.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { inDatabase } from "./in-database.ts";

const [ALICE, BOB, ADA, VAULT, BANK] = [1, 2, 3, 4, 5] as AccountId[] as [
  ...[AccountId, AccountId, AccountId, AccountId, AccountId],
];
/** Well-formed, and of no password. */
const HASH = `hmac-sha384:$2b$04$${"N".repeat(21)}u${"o".repeat(30)}u`;

/** As version 5 made them. */
const TABLES_OF_5 = `
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, last_transaction INTEGER NOT NULL
) STRICT;
CREATE TABLE holders (
  account INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL,
  opened_at INTEGER NOT NULL, UNIQUE (kind, name)
) STRICT;
CREATE TABLE credentials (
  account INTEGER PRIMARY KEY, password_hash TEXT NOT NULL
) STRICT;
CREATE TABLE login_attempts (
  key TEXT PRIMARY KEY, failures INTEGER NOT NULL, pending INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE journal (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, amount INTEGER NOT NULL,
  debit INTEGER NOT NULL, debit_balance INTEGER NOT NULL, debit_previous INTEGER NOT NULL,
  credit INTEGER NOT NULL, credit_balance INTEGER NOT NULL, credit_previous INTEGER NOT NULL,
  memo TEXT, sequence INTEGER NOT NULL DEFAULT 0, origin TEXT, key TEXT
) STRICT;
CREATE TABLE outcomes (
  id INTEGER PRIMARY KEY, account INTEGER NOT NULL, key TEXT NOT NULL, content TEXT NOT NULL,
  journal_id INTEGER, rejection TEXT
) STRICT;
CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
  outcome TEXT NOT NULL, amount INTEGER, journal_id INTEGER, origin TEXT NOT NULL,
  object TEXT
) STRICT;
CREATE TABLE known_terminals (
  account INTEGER PRIMARY KEY, terminals TEXT NOT NULL
) STRICT;
CREATE TABLE standings (
  account INTEGER PRIMARY KEY, roles TEXT NOT NULL, disabled INTEGER NOT NULL, factor TEXT
) STRICT;
CREATE TABLE proposals (
  id INTEGER PRIMARY KEY, proposer INTEGER NOT NULL, account INTEGER NOT NULL,
  amount INTEGER NOT NULL, reason TEXT NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL
) STRICT;
ALTER TABLE standings ADD COLUMN locked INTEGER NOT NULL DEFAULT 0;
CREATE TABLE noted (key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
PRAGMA user_version = 5;
`;

/** A deposit, a refusal, a transfer and an adjustment, each under a key. */
const ROWS_OF_5 = `
INSERT INTO accounts VALUES (1, 70, 2), (2, 35, 3), (3, 0, 0), (4, -100, 1), (5, -5, 3);
INSERT INTO holders VALUES (1, 'customer', 'alice', 100), (2, 'customer', 'bob', 100),
  (3, 'customer', 'ada', 100), (4, 'vault', '127.0.0.1', 100), (5, 'bank', 'adjustments', 500);
INSERT INTO credentials VALUES (1, '${HASH}'), (2, '${HASH}'), (3, '${HASH}');
INSERT INTO login_attempts VALUES ('bob' || char(9) || '127.0.0.1', 2, 0, 300);
INSERT INTO standings VALUES (3, 'administrator', 0, NULL, 0);
INSERT INTO known_terminals VALUES (1, '["127.0.0.1"]');
INSERT INTO audit VALUES (1, 100, 'the owner', 'admin.init', 'ok', NULL, NULL, 'here', 'ada'),
  (3, 300, 'bob', 'withdraw', 'insufficient_funds', 999, NULL, 'here', NULL),
  (5, 500, 'ada', 'admin.adjust', 'ok', 5, 3, 'here', 'bob');
INSERT INTO journal VALUES
  (1, 200, 'deposit', 100, 4, -100, 0, 1, 100, 0, NULL, 2, 'here', 'cash'),
  (2, 400, 'transfer', 30, 1, 70, 1, 2, 30, 0, 'tea', 4, 'here', 'gift'),
  (3, 500, 'adjustment', 5, 5, -5, 0, 2, 35, 2, 'a lost note', 5, NULL, NULL);
INSERT INTO outcomes VALUES (1, 2, 'too much', 'withdraw 999', NULL, 'insufficient_funds'),
  (2, 3, 'found', 'adjust 5 ["bob","a lost note"]', 3, NULL);
INSERT INTO noted VALUES ('a report');
`;

/** What version 6 had besides; its balances are written as far as the first transaction. */
const AS_VERSION_6 = `
CREATE TABLE floor (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1), journal_id INTEGER NOT NULL
) STRICT;
INSERT INTO floor VALUES (1, 1);
UPDATE accounts SET balance = 100, last_transaction = 1 WHERE id = 1;
UPDATE accounts SET balance = 0, last_transaction = 0 WHERE id IN (2, 5);
PRAGMA user_version = 6;
`;

type Command = (LedgerRequest & { type: "command" })["command"];
const keyed = (command: Command, idempotencyKey: string): LedgerRequest => ({
  ...{ type: "command", command, who: "somebody", origin: "here", idempotencyKey },
});
const withdraw = (amount: number, key: string): LedgerRequest =>
  keyed({ type: "withdraw", account: BOB, vault: VAULT, amount: cents(amount) }, key);
const deposit = (key: string): LedgerRequest =>
  keyed({ type: "deposit", account: BOB, vault: VAULT, amount: cents(1) }, key);
const GIFT = keyed(
  { type: "transfer", account: ALICE, to: "bob", amount: cents(30), memo: "tea" },
  "gift",
);
const ADJUSTMENT = keyed(
  {
    ...{ type: "operate", operator: ADA },
    operation: {
      ...{ type: "adjust", username: "bob", amount: cents(5), reason: "a lost note" },
      ...{ key: "found", aloneMax: cents(100) },
    },
  },
  "found",
);

function folderOf(sql: string): string {
  const folder = temporaryFolder();
  inDatabase(folder, (database) => database.exec(sql));
  return folder;
}

/** One number of a store. */
const numberIn = (folder: string, sql: string): number =>
  inDatabase(folder, (database) => Number(Object.values(database.prepare(sql).get() ?? {})[0]));

async function faultsOf(snapshot: SqliteSnapshot): Promise<readonly unknown[]> {
  try {
    return (await verifyBooks(snapshot, async () => undefined)).faults;
  } finally {
    snapshot.close();
  }
}

describe.for([
  [5, TABLES_OF_5 + ROWS_OF_5],
  [6, TABLES_OF_5 + ROWS_OF_5 + AS_VERSION_6],
] as const)("a store of version %i", ([, sql]) => {
  it("opens with all that it held, and its proof holds before and after", async () => {
    const folder = folderOf(sql);
    expect(await faultsOf(openFrozenSnapshot(folder))).toEqual([]);
    const store = openSqliteStore({ folder });
    const books = store.load();
    const balances = [ALICE, BOB, ADA, VAULT, BANK].map((id) => books.accounts[id]?.balance);
    expect(balances).toEqual([70, 35, 0, -100, -5]);
    const latest = [ALICE, BOB, ADA, VAULT, BANK].map((id) => books.accounts[id]?.lastTransaction);
    expect(latest).toEqual([2, 3, 0, 1, 3]);
    expect(standingOf(books, ADA).roles).toEqual(["administrator"]);
    expect(books.knownTerminals.get(ALICE)).toEqual(["127.0.0.1"]);
    expect(books.attempts.get("bob\t127.0.0.1")?.failures).toBe(2);
    expect(store.passwordHash(BOB)).toBe(HASH);
    expect(store.isNoted("a report")).toBe(true);
    store.close();
    expect(numberIn(folder, "PRAGMA user_version")).toBe(SCHEMA_VERSION);
    expect(numberIn(folder, "SELECT journal_id FROM floor")).toBe(3);
    expect(await faultsOf(openSnapshot(folder))).toEqual([]);
  });

  it("goes on with its journal, its audit and its histories", async () => {
    const folder = folderOf(sql);
    const ledger = new Ledger(openSqliteStore({ folder }));
    onTestFinished(() => ledger.close());
    const posted = { type: "posted", transaction: 4, balance: 36 };
    expect(ledger.commit([deposit("more")], 2_000)).toMatchObject([posted]);
    const reader = openSqliteReader(folder);
    onTestFinished(() => reader.close());
    const page = reader.history({ account: BOB, before: null, until: null, limit: 9 });
    expect(page?.rows.map(({ transaction }) => transaction)).toEqual([4, 3, 2]);
    expect(reader.auditAfter(0, 9).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await faultsOf(openSnapshot(folder))).toEqual([]);
  });

  it("answers what was asked before as it did, whatever the balances are now", () => {
    const folder = folderOf(sql);
    for (let start = 0; start < 2; start++) {
      const ledger = new Ledger(openSqliteStore({ folder }));
      const refused = { type: "rejected", rejection: "insufficient_funds" };
      expect(ledger.commit([withdraw(999, "too much"), GIFT, ADJUSTMENT], 2_000)).toMatchObject([
        ...[refused, { type: "posted", transaction: 2, balance: 70 }],
        { type: "posted", transaction: 3, balance: 35 },
      ]);
      ledger.close();
    }
    expect(numberIn(folder, "SELECT max(id) FROM journal")).toBe(3);
  });

  it("forgets its old refusals first, and keeps what else is of long ago", () => {
    const options = { folder: folderOf(sql), outcomesMax: 8 };
    const ledger = new Ledger(openSqliteStore(options));
    // So many that the journal is not read back to Alice's at a start, and Bob forgets his oldest.
    const keys = Array.from({ length: 12 }, (_, index) => `key ${index}`);
    for (const key of keys) ledger.commit([deposit(key)], 2_000);
    ledger.close();
    const store = openSqliteStore(options);
    onTestFinished(() => store.close());
    const known = (account: AccountId, asked: readonly string[]): readonly string[] =>
      asked.filter((key) => store.outcome(account, key) !== null);
    expect(known(ALICE, ["cash", "gift"])).toEqual(["cash", "gift"]);
    expect(known(ADA, ["found"])).toEqual(["found"]);
    expect(known(BOB, ["too much", ...keys])).toEqual(keys.slice(-5));
  });
});

it("a store of version 5 that has posted nothing takes its first deposit", async () => {
  const nobodyMoved = `
    INSERT INTO accounts VALUES (1, 0, 0), (2, 0, 0), (3, 0, 0), (4, 0, 0);
    INSERT INTO holders VALUES (1, 'customer', 'alice', 100), (2, 'customer', 'bob', 100),
      (3, 'customer', 'ada', 100), (4, 'vault', '127.0.0.1', 100);
    INSERT INTO credentials VALUES (1, '${HASH}'), (2, '${HASH}'), (3, '${HASH}');`;
  const folder = folderOf(TABLES_OF_5 + nobodyMoved);
  const ledger = new Ledger(openSqliteStore({ folder }));
  expect(numberIn(folder, "SELECT journal_id FROM floor")).toBe(0);
  expect(ledger.commit([deposit("first")], 2_000)).toMatchObject([{ balance: 1 }]);
  ledger.close();
  expect(await faultsOf(openSnapshot(folder))).toEqual([]);
  expect(numberIn(folder, "SELECT journal_id FROM floor")).toBe(1);
});
