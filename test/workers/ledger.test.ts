/** The ledger actor: batches in, durable replies out. */

import { describe, expect, it } from "vitest";
import type { AccountId, Command } from "../../src/bank/ledger.ts";
import { LOGIN_FAILURES_MAX } from "../../src/bank/lockout.ts";
import type { Cents } from "../../src/bank/money.ts";
import { Ledger, type LedgerRequest } from "../../src/workers/ledger.ts";
import { openSqliteReader, openSqliteStore } from "../../src/workers/sqlite-store.ts";
import { StoreFull } from "../../src/workers/store.ts";
import { CUSTOMER, ORDINARY } from "../ordinary.ts";
import { FaultyStore, openLedger } from "./faulty-store.ts";

const ALICE = 1 as AccountId;
const VAULT = 2 as AccountId;

const request = (command: Command): LedgerRequest => ({
  type: "command",
  command,
  who: "alice",
  origin: "127.0.0.1:5",
});
const signUp = request({ type: "sign_up", username: "alice", passwordHash: "hash" });
const begin = request({ type: "begin_login", username: "alice", terminal: "t" });
const end = (outcome: "authenticated" | "wrong_password" | "not_checked") =>
  request({ type: "end_login", username: "alice", terminal: "t", outcome });
const posting = (type: "deposit" | "withdraw", amount: number) =>
  request({ type, account: ALICE, vault: VAULT, amount: amount as Cents });
const balance = request({ type: "balance", account: ALICE });

describe("a batch", () => {
  it("is answered in order, each request from the books that the ones before it left", () => {
    const { ledger } = openLedger();
    const replies = ledger.commit(
      [signUp, signUp, begin, end("authenticated"), posting("deposit", 100), balance],
      1_000,
    );
    expect(replies).toEqual([
      { type: "signed_up" },
      { type: "rejected", rejection: "username_taken" },
      { type: "login_begun", passwordHash: "hash", standing: ORDINARY },
      { type: "logged_in", account: ALICE, vault: VAULT, ...CUSTOMER },
      { type: "posted", transaction: 1, amount: 100, balance: 100, credited: null },
      { type: "balance_read", balance: 100 },
    ]);
    ledger.close();
  });

  it("is one append, with one audit entry for each request that ended", () => {
    const { ledger, store, folder } = openLedger();
    ledger.commit([signUp, begin, end("authenticated"), posting("withdraw", 5)], 1_000);
    expect(store.appended).toHaveLength(1);
    const reader = openSqliteReader(folder);
    expect(reader.auditAfter(0, 9)).toMatchObject([
      { action: "signup", outcome: "ok", who: "alice", origin: "127.0.0.1:5", at: 1_000 },
      { action: "login", outcome: "ok" },
      { action: "withdraw", outcome: "insufficient_funds", amount: 5, transaction: null },
    ]);
    reader.close();
    ledger.close();
  });

  it("gets the time of the one before it when the clock runs backwards", () => {
    const { ledger, store } = openLedger();
    ledger.commit([signUp], 5_000);
    ledger.commit([begin], 1_000);
    expect(store.appended[1]?.[0]?.at).toBe(5_000);
    ledger.close();
  });

  it("notes an event that changes nothing", () => {
    const { ledger, folder } = openLedger();
    const note = { who: "alice", action: "request", outcome: "mac_failed", origin: "o" } as const;
    expect(ledger.commit([{ type: "note", ...note }], 7)).toEqual([{ type: "done" }]);
    const reader = openSqliteReader(folder);
    expect(reader.auditAt(1)).toEqual({
      ...{ sequence: 1, at: 7, amount: null, transaction: null },
      ...{ ...note, object: null },
    });
    reader.close();
    ledger.close();
  });
});

describe("a change with a key", () => {
  const keyed = (command: Command, idempotencyKey: string): LedgerRequest => ({
    ...{ type: "command", command, who: "alice", origin: "127.0.0.1:5", idempotencyKey },
  });
  const pay = (type: "deposit" | "withdraw", amount: number): Command => ({
    ...{ type, account: ALICE, vault: VAULT, amount: amount as Cents },
  });
  const BOB = 3 as AccountId;
  const transfer = (amount: number, memo: string | null = null): Command => ({
    ...{ type: "transfer", account: ALICE, to: "bob", amount: amount as Cents, memo },
  });
  function openWithMoney() {
    const opened = openLedger();
    const bob = request({ type: "sign_up", username: "bob", passwordHash: "hash" });
    opened.ledger.commit([signUp, end("authenticated"), bob, posting("deposit", 100)], 1_000);
    return opened;
  }

  it("asked for again gets its first outcome and moves nothing", () => {
    const { ledger } = openWithMoney();
    const [first] = ledger.commit([keyed(pay("deposit", 5), "k")], 2_000);
    expect(first).toMatchObject({ type: "posted", transaction: 2, balance: 105 });
    ledger.commit([posting("deposit", 1)], 3_000);
    expect(ledger.commit([keyed(pay("deposit", 5), "k")], 4_000)).toEqual([first]);
    expect(ledger.commit([balance], 5_000)).toEqual([{ type: "balance_read", balance: 106 }]);
    ledger.close();
  });

  it("twice in one batch moves money once", () => {
    const { ledger } = openWithMoney();
    const [first, second] = ledger.commit(
      [keyed(pay("withdraw", 60), "k"), keyed(pay("withdraw", 60), "k")],
      2_000,
    );
    expect(first).toMatchObject({ type: "posted", balance: 40 });
    expect(second).toEqual(first);
    ledger.close();
  });

  it("that was refused is refused again, whatever has changed since", () => {
    const { ledger } = openWithMoney();
    const refused = [{ type: "rejected", rejection: "insufficient_funds" }];
    expect(ledger.commit([keyed(pay("withdraw", 500), "k")], 2_000)).toEqual(refused);
    ledger.commit([posting("deposit", 1_000)], 3_000);
    expect(ledger.commit([keyed(pay("withdraw", 500), "k")], 4_000)).toEqual(refused);
    ledger.close();
  });

  it("keeps its outcome over a restart, and while the disk is full", () => {
    const { ledger, folder } = openWithMoney();
    const [first] = ledger.commit([keyed(transfer(30, "rent"), "k")], 2_000);
    expect(first).toMatchObject({ credited: { account: BOB, balance: 30 } });
    ledger.close();
    const store = new FaultyStore(openSqliteStore({ folder }));
    const successor = new Ledger(store);
    const repeated = { ...first, credited: null };
    expect(successor.commit([keyed(transfer(30, "rent"), "k")], 3_000)).toEqual([repeated]);
    store.fault = new StoreFull();
    successor.commit([posting("deposit", 1)], 3_000);
    expect(successor.commit([keyed(transfer(30, "rent"), "k")], 3_001)).toEqual([repeated]);
    successor.close();
  });

  it.for([
    ["another amount", pay("deposit", 6)],
    ["another kind", pay("withdraw", 5)],
    ["a transfer", transfer(5)],
  ] as const)("is refused for %s under the same key, and nothing moves", ([, other]) => {
    const { ledger } = openWithMoney();
    ledger.commit([keyed(pay("deposit", 5), "k")], 2_000);
    expect(ledger.commit([keyed(other, "k"), balance], 3_000)).toEqual([
      { type: "rejected", rejection: "idempotency_conflict" },
      { type: "balance_read", balance: 105 },
    ]);
    ledger.close();
  });

  it("does not share its key with another account", () => {
    const { ledger } = openWithMoney();
    ledger.commit([keyed(transfer(30), "k")], 2_000);
    const back: Command = { ...transfer(10), account: BOB, to: "alice" } as Command;
    expect(ledger.commit([keyed(back, "k")], 3_000)).toMatchObject([{ balance: 20 }]);
    ledger.close();
  });

  it("was not done if its batch found the disk full, and can be done later", () => {
    const { ledger, store } = openWithMoney();
    store.fault = new StoreFull();
    expect(ledger.commit([keyed(pay("deposit", 5), "k")], 2_000)).toEqual([{ type: "read_only" }]);
    store.fault = null;
    expect(ledger.commit([keyed(pay("deposit", 5), "k")], 4_000)).toMatchObject([{ balance: 105 }]);
    ledger.close();
  });
});

describe("a password that is changed while it is checked", () => {
  const change = (passwordHash: string, checkedHash: string): LedgerRequest =>
    request({ type: "change_password", account: ALICE, terminal: "t", passwordHash, checkedHash });
  const endChecked = (checkedHash: string): LedgerRequest =>
    request({
      ...{ type: "end_login", username: "alice", terminal: "t", outcome: "authenticated" },
      checkedHash,
    });
  const FAILED = { type: "login_failed" };

  it.for([
    ["one batch", true],
    ["batches", false],
  ] as const)("in %s: the login fails, and one with the new password does not", ([, together]) => {
    const { ledger, folder } = openLedger();
    ledger.commit([signUp, begin], 1_000);
    const batch = [change("new", "hash"), endChecked("hash"), endChecked("new")];
    const replies = together
      ? ledger.commit(batch, 2_000)
      : batch.flatMap((one) => ledger.commit([one], 2_000));
    expect(replies).toMatchObject([{ type: "done" }, FAILED, { type: "logged_in" }]);
    const reader = openSqliteReader(folder);
    expect(reader.auditAfter(1, 9)).toMatchObject([
      { action: "change_password", outcome: "ok" },
      { action: "login", outcome: "failed" },
      { action: "login", outcome: "ok" },
    ]);
    reader.close();
    ledger.close();
  });

  it("turns no second factor on that was begun behind the old one", () => {
    const { ledger } = openLedger();
    const enrol = (checkedHash: string): LedgerRequest =>
      request({
        ...{ type: "enrol_factor", username: "alice", sealedSecret: "sealed", step: 7 },
        ...{ recoveryHashes: [], checkedHash },
      });
    ledger.commit([signUp], 1_000);
    const batch = [change("new", "hash"), enrol("hash"), enrol("new")];
    expect(ledger.commit(batch, 2_000)).toEqual([
      { type: "done" },
      { type: "rejected", rejection: "no_factor" },
      { type: "done" },
    ]);
    ledger.close();
  });

  it("is not changed once more by who knew the old one", () => {
    const { ledger, folder } = openLedger();
    ledger.commit([signUp], 1_000);
    expect(ledger.commit([change("new", "hash"), change("newer", "hash")], 2_000)).toEqual([
      { type: "done" },
      FAILED,
    ]);
    expect(ledger.commit([begin], 3_000)).toMatchObject([{ passwordHash: "new" }]);
    const reader = openSqliteReader(folder);
    expect(reader.auditAt(3)).toMatchObject({ action: "change_password", outcome: "failed" });
    reader.close();
    ledger.close();
  });
});

describe("a hash that is made anew while its password is checked", () => {
  const upgrade = (checkedHash: string, passwordHash: string): LedgerRequest =>
    request({ type: "upgrade_hash", account: ALICE, checkedHash, passwordHash });
  const endChecked = (checkedHash: string): LedgerRequest =>
    request({
      ...{ type: "end_login", username: "alice", terminal: "t", outcome: "authenticated" },
      checkedHash,
    });

  it.for([
    ["one batch", true],
    ["batches", false],
  ] as const)("in %s: a login against either is right, until a change", ([, together]) => {
    const { ledger } = openLedger();
    ledger.commit([signUp, begin, begin, begin, begin], 1_000);
    const change = request({
      ...{ type: "change_password", account: ALICE, terminal: "t", passwordHash: "new" },
      checkedHash: "hash",
    });
    const logins = [endChecked("hash"), endChecked("anew")];
    const batch = [upgrade("hash", "anew"), ...logins, change, ...logins];
    const replies = together
      ? ledger.commit(batch, 2_000)
      : batch.flatMap((one) => ledger.commit([one], 2_000));
    const types = replies.map(({ type }) => type);
    const after = ["done", "login_failed", "login_failed"];
    expect(types).toEqual(["done", "logged_in", "logged_in", ...after]);
    ledger.close();
  });
});

describe("a wrong old password", () => {
  it("is a change that failed, in the audit, and counts like a login's", () => {
    const { ledger, folder } = openLedger();
    const purpose = "change_password";
    const who = { username: "alice", terminal: "t", purpose } as const;
    const tries = Array.from({ length: LOGIN_FAILURES_MAX }, () => [
      request({ type: "begin_login", ...who }),
      request({ type: "end_login", ...who, outcome: "wrong_password" }),
    ]);
    const locked = request({ type: "begin_login", ...who });
    ledger.commit([signUp, ...tries.flat(), locked], 1_000);
    const reader = openSqliteReader(folder);
    expect(reader.auditAt(2)).toMatchObject({ action: "change_password", outcome: "failed" });
    expect(reader.auditAt(12)).toMatchObject({ action: "change_password", outcome: "locked" });
    reader.close();
    ledger.close();
  });
});

describe("a store that fails", () => {
  function openWithMoney() {
    const opened = openLedger();
    opened.ledger.commit([signUp, end("authenticated"), posting("deposit", 100)], 1_000);
    return opened;
  }

  it("as full: changes are refused, reads go on, nothing of the batch is in the books", () => {
    const { ledger, store } = openWithMoney();
    store.fault = new StoreFull();
    expect(ledger.commit([posting("deposit", 7), balance, begin], 2_000)).toEqual([
      { type: "read_only" },
      { type: "balance_read", balance: 100 },
      { type: "read_only" },
    ]);
    ledger.close();
  });

  it("as full: is tried again after a second, and changes go on when there is room", () => {
    const { ledger, store } = openWithMoney();
    store.fault = new StoreFull();
    ledger.commit([posting("deposit", 7)], 2_000);
    store.fault = null;
    expect(ledger.commit([posting("deposit", 7)], 2_999)).toEqual([{ type: "read_only" }]);
    expect(ledger.commit([posting("deposit", 7)], 3_000)).toMatchObject([{ balance: 107 }]);
    ledger.close();
  });

  it("as full: is tried again however far back the clock is set", () => {
    const { ledger, store } = openWithMoney();
    store.fault = new StoreFull();
    ledger.commit([posting("deposit", 7)], 9_000_000, 50);
    store.fault = null;
    expect(ledger.commit([posting("deposit", 7)], 2_000, 1_049)).toEqual([{ type: "read_only" }]);
    expect(ledger.commit([posting("deposit", 7)], 2_000, 1_050)).toMatchObject([{ balance: 107 }]);
    ledger.close();
  });

  it("as full: what its batch opened is not there, and can be opened later", () => {
    const { ledger, store } = openWithMoney();
    const bob = request({ type: "sign_up", username: "bob", passwordHash: "hash" });
    store.fault = new StoreFull();
    expect(ledger.commit([bob], 2_000)).toEqual([{ type: "read_only" }]);
    store.fault = null;
    expect(ledger.commit([bob], 4_000)).toEqual([{ type: "signed_up" }]);
    expect(store.loads).toBe(1);
    ledger.close();
  });

  it.for(["before", "while"] as const)(
    "as full: tries that were begun before and end %s it is tried again lock nobody out",
    (when) => {
      const { ledger, store } = openWithMoney();
      const begins = Array.from({ length: LOGIN_FAILURES_MAX }, () => begin);
      const ends = begins.map(() => end("authenticated"));
      ledger.commit(begins, 2_000);
      store.fault = new StoreFull();
      expect(
        ledger.commit(when === "while" ? ends : [posting("deposit", 1)], 2_000),
      ).toContainEqual({ type: "read_only" });
      store.fault = null;
      if (when === "before") ledger.commit(ends, 4_000);
      const replies = ledger.commit(begins, 5_000);
      expect(new Set(replies.map(({ type }) => type))).toEqual(new Set(["login_begun"]));
      ledger.close();
    },
  );

  it("as full: a wrong password counts all the same", () => {
    const { ledger, store } = openWithMoney();
    for (let n = 0; n < LOGIN_FAILURES_MAX; n++) ledger.commit([begin], 2_000);
    store.fault = new StoreFull();
    for (let n = 0; n < LOGIN_FAILURES_MAX; n++) ledger.commit([end("wrong_password")], 2_000);
    store.fault = null;
    expect(ledger.commit([begin], 4_000)).toEqual([{ type: "rejected", rejection: "locked" }]);
    ledger.close();
  });

  it("in any other way: the ledger ends without a reply, a successor has what was kept", () => {
    const { ledger, store, folder } = openWithMoney();
    store.fault = new Error("disk I/O error");
    expect(() => ledger.commit([posting("deposit", 7)], 2_000)).toThrow("disk I/O error");
    ledger.close();
    const successor = new Ledger(openSqliteStore({ folder }));
    expect(successor.commit([balance], 3_000)).toEqual([{ type: "balance_read", balance: 100 }]);
    successor.close();
  });
});
