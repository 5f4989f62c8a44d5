/** The SQLite store: what was committed is there again, and nothing else is. */

import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { apply, decide, emptyBooks, type Books, type Command } from "../../src/bank/ledger.ts";
import type { AccountId } from "../../src/bank/ledger.ts";
import type { Cents } from "../../src/bank/money.ts";
import {
  openSqliteReader,
  openSqliteStore,
  type SqliteStoreOptions,
} from "../../src/workers/sqlite-store.ts";
import { HISTORY_SKIPPED_MAX } from "../../src/workers/sqlite-reader.ts";
import {
  StoreFull,
  StoreUnusable,
  type Entry,
  type HistoryRows,
  type Store,
} from "../../src/workers/store.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const ALICE = 1 as AccountId;
const VAULT = 2 as AccountId;
const BOB = 3 as AccountId;

function openStore(options: SqliteStoreOptions): Store {
  const store = openSqliteStore(options);
  onTestFinished(() => closeQuietly(store));
  return store;
}

/** A test may have closed its store already, to open it again. */
function closeQuietly(store: Store): void {
  try {
    store.close();
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes("not open")) throw error;
  }
}

function performed(books: Books, command: Command, at: number): Entry {
  const decision = decide(books, command, at);
  if (!decision.ok) throw new Error(decision.rejection);
  apply(books, decision.event);
  const audit = { who: "alice", action: "balance", outcome: "ok", object: null } as const;
  const rest = { amount: null, transaction: null, origin: "here" };
  return { at, event: decision.event, audit: { ...audit, ...rest } };
}

const opening: Command[] = [
  { type: "sign_up", username: "alice", passwordHash: "the hash" },
  { type: "end_login", username: "alice", terminal: "127.0.0.1", outcome: "authenticated" },
];
const bob: Command = { type: "sign_up", username: "bob", passwordHash: "hash" };
const deposit = (amount: number): Command & { type: "deposit" } => ({
  type: "deposit",
  account: ALICE,
  vault: VAULT,
  amount: amount as Cents,
});

const performAll = (books: Books, commands: readonly Command[]): Entry[] =>
  commands.map((command, index) => performed(books, command, 1_000 + index));

describe("a store", () => {
  it("opened again holds what was appended", () => {
    const folder = temporaryFolder();
    const first = openStore({ folder });
    const books = first.load();
    const begin: Command = { type: "begin_login", username: "bob", terminal: "127.0.0.1" };
    first.append(performAll(books, [...opening, deposit(100), deposit(50), begin]));
    first.close();

    const second = openStore({ folder });
    // A try that was being checked when the bank went down counts as wrong.
    for (const key of ["bob\t127.0.0.1", "bob\t", "\t127.0.0.1"]) {
      expect(books.attempts.has(key)).toBe(true);
      books.attempts.set(key, { failures: 1, pending: 0, lastAt: 1_004 });
    }
    expect(second.load()).toEqual(books);
    expect(second.passwordHash(ALICE)).toBe("the hash");
    expect(second.passwordHash(VAULT)).toBeNull();
  });

  it("keeps a journal row per posting, complete, with the previous row of each side", () => {
    const folder = temporaryFolder();
    const store = openStore({ folder });
    store.append(performAll(store.load(), [...opening, deposit(100), deposit(50)]));
    store.close();
    const database = new DatabaseSync(join(folder, "bank.sqlite"));
    onTestFinished(() => database.close());
    expect(database.prepare("SELECT * FROM journal ORDER BY id").all()).toMatchObject([
      { id: 1, at: 1002, amount: 100, debit: 2, debit_balance: -100, credit_previous: 0 },
      { id: 2, at: 1003, amount: 50, credit: 1, credit_balance: 150, credit_previous: 1 },
    ]);
  });

  it("numbers the audit without a gap over restarts, for a reader beside the writer", () => {
    const folder = temporaryFolder();
    const first = openStore({ folder });
    const books = first.load();
    first.append(performAll(books, opening));
    first.close();
    const second = openStore({ folder });
    second.append(performAll(books, [deposit(1)]));
    const reader = openSqliteReader(folder);
    onTestFinished(() => reader.close());
    expect(reader.auditAfter(0, 10).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(reader.auditAfter(2, 10)).toEqual([reader.auditAt(3)]);
    expect(reader.auditAt(4)).toBeNull();
  });

  it("keeps so many outcomes, on the disk too, and over a restart the same", () => {
    const folder = temporaryFolder();
    const first = openStore({ folder, outcomesMax: 4 });
    const { audit: refused } = performed(emptyBooks(), bob, 2_000);
    const keyed = (account: AccountId, key: string): Entry => ({
      ...{ at: 2_000, event: null, audit: refused },
      outcome: { account, key, content: "c", ended: { rejection: "insufficient_funds" } },
    });
    const has = (store: Store, account: AccountId, keys: readonly string[]) =>
      keys.map((key) => store.outcome(account, key) !== null);
    first.append([keyed(ALICE, "a")]);
    for (const key of ["1", "2", "3", "4", "5", "6"]) first.append([keyed(VAULT, key)]);
    first.append([]);
    first.close();
    const database = new DatabaseSync(join(folder, "bank.sqlite"));
    expect(database.prepare("SELECT id FROM outcomes ORDER BY id").all()).toMatchObject([
      ...[{ id: 1 }, { id: 5 }, { id: 6 }, { id: 7 }],
    ]);
    database.close();
    const second = openStore({ folder, outcomesMax: 4 });
    expect(has(second, ALICE, ["a"])).toEqual([true]);
    expect(has(second, VAULT, ["3", "4", "5", "6"])).toEqual([false, true, true, true]);
  });

  it("keeps the outcome of a posting in its journal row, and over a restart the same", () => {
    const folder = temporaryFolder();
    const first = openStore({ folder, outcomesMax: 8 });
    const books = first.load();
    first.append(performAll(books, [...opening, bob]));
    const keyed = (account: AccountId, key: string): Entry => {
      const entry = performed(books, { ...deposit(1), account }, 2_000);
      const transaction = books.lastTransaction;
      const content = "deposit 1";
      return { ...entry, outcome: { account, key, content, ended: { transaction } } };
    };
    const has = (store: Store, account: AccountId, keys: readonly string[]) =>
      keys.map((key) => store.outcome(account, key) !== null);
    first.append([keyed(BOB, "b"), performed(books, deposit(1), 2_000)]);
    // So many that the journal is not read back to Bob's at a start, and Alice's push out her own.
    const keys = Array.from({ length: 12 }, (_, number) => `key ${number}`);
    for (const key of keys) first.append([keyed(ALICE, key)]);
    const found = keys.map((_, number) => number > 4);
    const whose = { account: BOB, key: "b", content: "deposit 1", ended: { transaction: 1 } };
    expect(first.outcome(BOB, "b")).toEqual(whose);
    expect(has(first, ALICE, keys)).toEqual(found);
    first.close();
    const second = openStore({ folder, outcomesMax: 8 });
    expect(second.outcome(BOB, "b")).toEqual(whose);
    expect(has(second, ALICE, keys)).toEqual(found);
    expect(has(second, ALICE, ["b"])).toEqual([false]);
  });

  it("that is full has not moved the outcomes that it would have", () => {
    const folder = temporaryFolder();
    const store = openStore({ folder, bytesMax: 64 * 4096, outcomesMax: 4 });
    const books = store.load();
    store.append(performAll(books, [...opening, deposit(1)].slice(0, 2)));
    const keyed = performed(books, deposit(1), 2_000);
    const outcome = { account: ALICE, key: "k", content: "deposit 1", ended: { transaction: 1 } };
    store.append([{ ...keyed, outcome }]);
    const many = Array.from({ length: 20_000 }, () => deposit(1));
    const committed = structuredClone(books);
    expect(() => store.append(performAll(books, many))).toThrow(StoreFull);
    expect(store.outcome(ALICE, "k")).toEqual(outcome);
    for (let n = 0; n < 9; n++) store.append([performed(committed, deposit(1), 3_000)]);
    expect(store.outcome(ALICE, "k")).toEqual(outcome);
    store.close();
    expect(openStore({ folder, outcomesMax: 4 }).outcome(ALICE, "k")).toEqual(outcome);
  });

  it("is its owner's alone, in a folder of everybody", () => {
    if (process.platform === "win32") return; // There are no such modes.
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const store = openStore({ folder });
    store.append(performAll(store.load(), opening));
    for (const name of ["bank.sqlite", "bank.sqlite-wal", "bank.sqlite-shm", "bank.lock"]) {
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600]);
    }
  });

  it("refuses a second owner", () => {
    const folder = temporaryFolder();
    openStore({ folder });
    expect(() => openSqliteStore({ folder })).toThrow(/another bank is using/);
  });

  it("that is full writes nothing of the batch, and is usable when there is room", () => {
    const folder = temporaryFolder();
    const store = openStore({ folder, bytesMax: 64 * 4096 });
    const books = store.load();
    store.append(performAll(books, opening));
    const committed = structuredClone(books);
    const many = Array.from({ length: 20_000 }, () => deposit(1));
    expect(() => store.append(performAll(books, many))).toThrow(StoreFull);
    expect(store.load()).toEqual(committed);
    store.append(performAll(committed, [deposit(7)]));
    expect(store.load()).toEqual(committed);
  });
});

describe("an account's history", () => {
  function openWithHistory() {
    const folder = temporaryFolder();
    const store = openStore({ folder });
    const books = store.load();
    const transfer: Command = {
      ...{ type: "transfer", account: ALICE, to: "bob", amount: 30 as Cents, memo: "rent" },
    };
    // Transactions 1 to 5, at 1003 to 1007.
    const commands = [...opening, bob, deposit(1), deposit(2), deposit(4), deposit(8), deposit(16)];
    store.append(performAll(books, commands));
    store.append([performed(books, transfer, 2_000)]); // 6
    const reader = openSqliteReader(folder);
    onTestFinished(() => reader.close());
    const database = new DatabaseSync(join(folder, "bank.sqlite"));
    onTestFinished(() => database.close());
    const page = (before: number | null, limit: number, until: number | null = null) =>
      reader.history({ account: ALICE, before, until, limit });
    return { reader, page, database };
  }
  const numbersOf = (page: HistoryRows | null) => page?.rows.map((row) => row.transaction);

  it("comes newest first, page by page, and then ends", () => {
    const { page } = openWithHistory();
    const first = page(null, 4);
    expect(numbersOf(first)).toEqual([6, 5, 4, 3]);
    expect(first?.next).toBe(3);
    const second = page(3, 4);
    expect(numbersOf(second)).toEqual([2, 1]);
    expect(second?.next).toBeNull();
    expect(page(3, 2)?.next).toBeNull();
  });

  it.for([
    [999, []],
    [1_003, [1]],
    [1_006, [4, 3, 2, 1]],
    [1_999, [5, 4, 3, 2, 1]],
    [9_999, [6, 5, 4, 3, 2, 1]],
  ] as const)("until %i is %o", ([until, numbers]) => {
    expect(numbersOf(openWithHistory().page(null, 100, until))).toEqual(numbers);
  });

  it("from long ago is looked for in bounded steps, and found by whoever goes on", () => {
    const folder = temporaryFolder();
    const store = openStore({ folder });
    const books = store.load();
    const newer = Array.from({ length: HISTORY_SKIPPED_MAX + 5 }, () => deposit(1));
    store.append(performAll(books, [...opening, deposit(1), ...newer])); // At 1002, and later.
    const reader = openSqliteReader(folder);
    onTestFinished(() => reader.close());
    const query = { account: ALICE, until: 1_002, limit: 9 };
    const first = reader.history({ ...query, before: null });
    expect(first).toEqual({ rows: [], next: 7 });
    const second = reader.history({ ...query, before: 7 });
    expect(numbersOf(second)).toEqual([1]);
    expect(second?.next).toBeNull();
  });

  it("shows a transfer to both sides, each as it saw it", () => {
    const { reader, page } = openWithHistory();
    const common = { transaction: 6, at: 2_000, kind: "transfer", amount: 30, memo: "rent" };
    expect(page(null, 1)).toEqual({
      rows: [{ ...common, isCredit: false, balance: 1, counterparty: "bob" }],
      next: 6,
    });
    const bobs = reader.history({ account: BOB, before: null, until: null, limit: 9 });
    expect(bobs).toEqual({
      rows: [{ ...common, isCredit: true, balance: 30, counterparty: "alice" }],
      next: null,
    });
  });

  it("does not name the other side of cash", () => {
    expect(openWithHistory().page(6, 1)?.rows).toEqual([
      {
        ...{ transaction: 5, at: 1_007, kind: "deposit", amount: 16, memo: null },
        ...{ isCredit: true, balance: 31, counterparty: null },
      },
    ]);
  });

  it("that breaks off is no shorter history, but an error", () => {
    const { reader, page, database } = openWithHistory();
    database.exec("DELETE FROM journal WHERE id = 4");
    expect(numbersOf(page(null, 2))).toEqual([6, 5]);
    expect(() => page(null, 3)).toThrow("transaction 4");
    // Nothing of it stays open.
    expect(reader.history({ account: BOB, before: null, until: null, limit: 9 })?.next).toBeNull();
  });

  it("does not begin behind another account's transaction, or behind none", () => {
    const { reader } = openWithHistory();
    for (const before of [0, 1, 99]) {
      expect(reader.history({ account: BOB, before, until: null, limit: 9 })).toBeNull();
    }
  });

  it("is empty for an account that never moved", () => {
    const folder = temporaryFolder();
    const store = openStore({ folder });
    store.append(performAll(store.load(), opening));
    const reader = openSqliteReader(folder);
    onTestFinished(() => reader.close());
    const page = reader.history({ account: ALICE, before: null, until: null, limit: 9 });
    expect(page).toEqual({ rows: [], next: null });
  });
});

describe("a folder that cannot be used", () => {
  it("holds no bank to read", () => {
    expect(() => openSqliteReader(temporaryFolder())).toThrow(StoreUnusable);
  });

  it.for([
    [
      "something else",
      "this is no database, however long it may be, and longer than a header".repeat(9),
    ],
    ["nothing yet", ""],
  ] as const)("holds %s to read", ([, bytes]) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "bank.sqlite"), bytes);
    expect(() => openSqliteReader(folder)).toThrow(StoreUnusable);
  });

  it("has books that do not sum to zero", () => {
    const folder = temporaryFolder();
    const store = openStore({ folder });
    store.append(performAll(store.load(), [...opening, deposit(100)]));
    store.close();
    const database = new DatabaseSync(join(folder, "bank.sqlite"));
    database.exec("UPDATE accounts SET balance = balance + 1 WHERE id = 1");
    database.close();
    expect(() => openStore({ folder }).load()).toThrow(/do not sum to zero/);
  });

  it("was written by a newer program", () => {
    const folder = temporaryFolder();
    openStore({ folder }).close();
    const database = new DatabaseSync(join(folder, "bank.sqlite"));
    database.exec("PRAGMA user_version = 99");
    database.close();
    expect(() => openStore({ folder })).toThrow(/newer Secure ATM/);
  });

  it("holds something else than a database", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "bank.sqlite"), "this is no database, however long it may be");
    expect(() => openStore({ folder })).toThrow(/damaged/);
    expect(readFileSync(join(folder, "bank.sqlite"), "utf8")).toContain("no database");
    expect(existsSync(join(folder, "bank.sqlite-wal"))).toBe(false);
  });
});
