/** A store of an older version is brought up to this one, whole or not at all. */

import { describe, expect, it, onTestFinished } from "vitest";
import type { AccountId, Event } from "../../src/bank/ledger.ts";
import { cents } from "../../src/bank/money.ts";
import { ORDINARY, standingOf, type Standing } from "../../src/bank/standing.ts";
import { verifyBooks } from "../../src/workers/books-verification.ts";
import { Ledger, type LedgerRequest } from "../../src/workers/ledger.ts";
import { SCHEMA_VERSION } from "../../src/workers/sqlite-schema.ts";
import {
  openFrozenSnapshot,
  openSnapshot,
  type SqliteSnapshot,
} from "../../src/workers/sqlite-snapshot.ts";
import { openSqliteReader, openSqliteStore } from "../../src/workers/sqlite-store.ts";
import type { Store } from "../../src/workers/store.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { inDatabase } from "./in-database.ts";

const ALICE = 1 as AccountId;
/** Well-formed, and of no password. */
const HASH = `hmac-sha384:$2b$04$${"N".repeat(21)}u${"o".repeat(30)}u`;
const LOCKED: Standing = { ...ORDINARY, locked: true };

/** As version 1 of the store was made, with a customer who has deposited a dollar. */
const VERSION_1 = `
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, opened_at INTEGER NOT NULL,
  balance INTEGER NOT NULL, last_transaction INTEGER NOT NULL, UNIQUE (kind, name)
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
  memo TEXT
) STRICT;
CREATE TABLE outcomes (
  id INTEGER PRIMARY KEY, account INTEGER NOT NULL, key TEXT NOT NULL, content TEXT NOT NULL,
  journal_id INTEGER, rejection TEXT
) STRICT;
CREATE TABLE audit (
  sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
  outcome TEXT NOT NULL, amount INTEGER, journal_id INTEGER, origin TEXT NOT NULL
) STRICT;
INSERT INTO accounts VALUES (1, 'customer', 'alice', 1000, 100, 1);
INSERT INTO accounts VALUES (2, 'vault', '127.0.0.1', 1000, -100, 1);
INSERT INTO credentials VALUES (1, '${HASH}');
INSERT INTO journal VALUES (1, 1000, 'deposit', 100, 2, -100, 0, 1, 100, 0, NULL);
INSERT INTO audit VALUES (1, 1000, 'alice', 'deposit', 'ok', 100, 1, 'here');
PRAGMA user_version = 1;
`;

/** What version 2 had besides. */
const VERSION_2 = `
${VERSION_1}
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
ALTER TABLE audit ADD COLUMN object TEXT;
INSERT INTO outcomes VALUES (1, 1, 'cash', 'deposit 100', 1, NULL);
PRAGMA user_version = 2;
`;

const VERSION_3 = `
${VERSION_2}
ALTER TABLE standings ADD COLUMN locked INTEGER NOT NULL DEFAULT 0;
PRAGMA user_version = 3;
`;

/** What a bank of version 4 leaves: what came after it is taken away. */
function folderOfVersion4(): string {
  const folder = temporaryFolder();
  openSqliteStore({ folder }).close();
  inDatabase(folder, (database) =>
    database.exec("DROP TABLE noted; DROP TABLE floor; PRAGMA user_version = 4;"),
  );
  return folder;
}

function folderOf(version: string): string {
  const folder = temporaryFolder();
  inDatabase(folder, (database) => database.exec(version));
  return folder;
}

const folderOfVersion1 = (more = ""): string => folderOf(VERSION_1 + more);

const versionOf = (folder: string): unknown =>
  inDatabase(folder, (database) => database.prepare("PRAGMA user_version").get()?.["user_version"]);

function openStore(folder: string): Store {
  const store = openSqliteStore({ folder });
  onTestFinished(() => store.close());
  return store;
}

it("a store of version 2 opens with its standings, none of which is locked", () => {
  const folder = temporaryFolder();
  const teller = "INSERT INTO standings VALUES (1, 'customer teller', 1, NULL);";
  inDatabase(folder, (database) => database.exec(VERSION_2 + teller));
  const store = openSqliteStore({ folder });
  const standing: Standing = { ...ORDINARY, roles: ["customer", "teller"], disabled: true };
  expect(standingOf(store.load(), ALICE)).toEqual(standing);
  const event: Event = { type: "standing_changed", account: ALICE, standing: LOCKED };
  store.append([{ at: 2_000, event, audit: null }]);
  store.close();
  expect(versionOf(folder)).toBe(SCHEMA_VERSION);
  expect(standingOf(openStore(folder).load(), ALICE)).toEqual(LOCKED);
});

it("a store of version 4 opens, and takes a note once that has a key", () => {
  const folder = folderOfVersion4();
  const note: LedgerRequest = {
    ...{ type: "note", who: "the owner", origin: "command line", object: "there" },
    ...{ action: "backup", outcome: "ok", key: "a report" },
  };
  const first = new Ledger(openSqliteStore({ folder }));
  first.commit([note, { ...note, key: "another" }, note], 1_000);
  first.commit([note], 2_000);
  first.close();
  const second = new Ledger(openStore(folder));
  expect(second.commit([note], 3_000)).toEqual([{ type: "done" }]);
  const reader = openSqliteReader(folder);
  onTestFinished(() => reader.close());
  expect(reader.auditAfter(0, 10).map(({ at }) => at)).toEqual([1_000, 1_000]);
  expect(versionOf(folder)).toBe(SCHEMA_VERSION);
});

describe("a store of version 1", () => {
  it("opens with all that it held, and takes what this version can hold", () => {
    const folder = folderOfVersion1();
    const standing: Standing = {
      ...{ roles: ["customer", "teller"], disabled: true, locked: true },
      factor: { sealedSecret: "sealed", lastStep: 7, recoveryHashes: ["one", "two"] },
    };
    const event: Event = { type: "standing_changed", account: ALICE, standing };
    const first = openSqliteStore({ folder });
    expect(first.load().accounts[ALICE]).toMatchObject({ name: "alice", balance: 100 });
    expect(first.passwordHash(ALICE)).toBe(HASH);
    first.append([{ at: 2_000, event, audit: null }]);
    first.close();
    expect(versionOf(folder)).toBe(SCHEMA_VERSION);
    expect(standingOf(openStore(folder).load(), ALICE)).toEqual(standing);
  });

  it("that cannot be brought up stays as it is", () => {
    const folder = folderOfVersion1("CREATE TABLE standings (in_the_way INTEGER);");
    expect(() => openStore(folder)).toThrow(/standings/);
    expect(versionOf(folder)).toBe(1);
  });

  it("forgets a standing that is ordinary again", () => {
    const folder = folderOfVersion1();
    const store = openSqliteStore({ folder });
    const disabled: Standing = { ...ORDINARY, disabled: true };
    for (const standing of [disabled, { ...disabled, disabled: false }]) {
      const event: Event = { type: "standing_changed", account: ALICE, standing };
      store.append([{ at: 2_000, event, audit: null }]);
    }
    store.close();
    const rows = inDatabase(folder, (database) =>
      database.prepare("SELECT * FROM standings").all(),
    );
    expect(rows).toEqual([]);
  });
});

describe.for([
  [2, VERSION_2],
  [3, VERSION_3],
] as const)("a store of version %i", ([version, tables]) => {
  const DEPOSIT: LedgerRequest = {
    type: "command",
    command: { type: "deposit", account: ALICE, vault: 2 as AccountId, amount: cents(100) },
    who: "alice",
    origin: "there",
    idempotencyKey: "cash",
  };

  it("keeps its balances, and the outcomes of its changes", () => {
    const ledger = new Ledger(openSqliteStore({ folder: folderOf(tables) }));
    onTestFinished(() => ledger.close());
    const first = { type: "posted", transaction: 1, balance: 100 };
    expect(ledger.commit([DEPOSIT], 2_000)).toMatchObject([first]);
    const again = { ...DEPOSIT, idempotencyKey: "more" };
    const second = { type: "posted", transaction: 2, balance: 200 };
    expect(ledger.commit([again], 2_000)).toMatchObject([second]);
    expect(ledger.commit([again], 2_000)).toMatchObject([second]);
  });

  it("goes on with its audit and its books, old rows and new ones in one order", async () => {
    const folder = folderOf(tables);
    const ledger = new Ledger(openSqliteStore({ folder }));
    const balance: LedgerRequest = { ...DEPOSIT, command: { type: "balance", account: ALICE } };
    ledger.commit([{ ...DEPOSIT, idempotencyKey: "more" }, balance], 2_000);
    ledger.close();
    const reader = openSqliteReader(folder);
    onTestFinished(() => reader.close());
    const deposit = { who: "alice", action: "deposit", outcome: "ok", amount: 100 };
    expect(reader.auditAfter(0, 9)).toMatchObject([
      { sequence: 1, ...deposit, transaction: 1, origin: "here" },
      { sequence: 2, ...deposit, transaction: 2, origin: "there" },
      { sequence: 3, who: "alice", action: "balance", transaction: null },
    ]);
    expect(await faultsOf(openSnapshot(folder))).toEqual([]);
  });

  it("is not read before its bank brought it up, and its backup is proven as it is", async () => {
    const folder = folderOf(tables);
    expect(() => openSqliteReader(folder)).toThrow(/older Secure ATM/);
    expect(await faultsOf(openFrozenSnapshot(folder))).toEqual([]);
    expect(versionOf(folder)).toBe(version);
  });
});

async function faultsOf(snapshot: SqliteSnapshot): Promise<readonly unknown[]> {
  try {
    return (await verifyBooks(snapshot, async () => undefined)).faults;
  } finally {
    snapshot.close();
  }
}
