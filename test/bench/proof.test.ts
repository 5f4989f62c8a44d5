/** The proof: a bank that did what it said is proven, and one whose books were touched is not. */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { fillFolder, usersOf } from "../../bench/bank/scratch-folder.ts";
import { ObservationColumns, type Observations } from "../../bench/load/observations.ts";
import { readBooks } from "../../bench/proof/books.ts";
import { Evidence, type Proof } from "../../bench/proof/proof.ts";
import type { AccountId } from "../../src/bank/ledger.ts";
import { dollars } from "../../src/bank/money.ts";
import { Ledger, type LedgerReply, type LedgerRequest } from "../../src/workers/ledger.ts";
import { openSqliteStore } from "../../src/workers/sqlite-store.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const USERS = usersOf(3);
const DEPOSITS = 30;

/** A bank that has done deposits for its customers in turn, and what the load saw of them. */
function stage() {
  const folder = temporaryFolder();
  fillFolder(folder, USERS.length, 0);
  const ledger = new Ledger(openSqliteStore({ folder }));
  const before = readBooks(folder, 0);
  const vault = openVault(ledger);
  const columns = new ObservationColumns();
  const balances: number[] = [];
  for (let index = 0; index < DEPOSITS; index++) {
    const user = index % USERS.length;
    const amount = dollars(index + 1);
    const account = (user + 1) as AccountId;
    const [reply] = perform(ledger, { type: "deposit", account, vault, amount });
    if (reply?.type !== "posted") throw new Error("a deposit was refused");
    columns.add(user, amount, index, index + 0.5);
    balances.push(reply.balance);
  }
  ledger.close();
  return { folder, before, observations: columns.finish((index) => balances[index]!) };
}

function openVault(ledger: Ledger): AccountId {
  const common = { username: USERS[0]!.name, terminal: "127.0.0.1" };
  perform(ledger, { type: "begin_login", ...common });
  const [reply] = perform(ledger, { type: "end_login", ...common, outcome: "authenticated" });
  if (reply?.type !== "logged_in") throw new Error("the login was refused");
  return reply.vault;
}

const perform = (
  ledger: Ledger,
  command: (LedgerRequest & { type: "command" })["command"],
): LedgerReply[] =>
  ledger.commit([{ type: "command", command, who: "somebody", origin: "127.0.0.1:1" }], 1);

function proofOf({ folder, before, observations }: ReturnType<typeof stage>): Proof {
  const evidence = new Evidence(USERS);
  evidence.add(observations);
  return evidence.prove("test", USERS, before, readBooks(folder, before.lastTransaction));
}

function tamper(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, "bank.sqlite"));
  database.exec(sql);
  database.close();
}

describe("a bank that did what it said", () => {
  it("is proven", () => {
    expect(proofOf(stage())).toEqual({
      ...{ name: "test", requests: DEPOSITS, changes: DEPOSITS, faults: [] },
    });
  });

  it("is proven from where the load began, with what was there before", () => {
    const { folder } = stage();
    const later = readBooks(folder, Number.MAX_SAFE_INTEGER);
    const nothing = new ObservationColumns().finish(() => 0);
    expect(proofOf({ folder, before: later, observations: nothing }).faults).toEqual([]);
  });
});

describe("a proof fails", () => {
  it.for([
    ["the amount of a row", "UPDATE journal SET amount = amount + 1 WHERE id = 7"],
    ["the balance in a row", "UPDATE journal SET credit_balance = credit_balance + 1 WHERE id = 7"],
    ["the account of a row", "UPDATE journal SET credit = credit % 3 + 1 WHERE id = 7"],
    ["a balance", "UPDATE accounts SET balance = balance + 1 WHERE id = 2"],
    [
      "two balances, though their sum is right",
      "UPDATE accounts SET balance = balance + CASE id WHEN 1 THEN 5 ELSE -5 END WHERE id < 3",
    ],
    ["a row that is gone", "DELETE FROM journal WHERE id = 7"],
    ["the last row that is gone", `DELETE FROM journal WHERE id = ${DEPOSITS}`],
    [
      "a row that is there twice",
      `INSERT INTO journal SELECT id + 24, at, kind, amount, debit, debit_balance, debit_previous,
         credit, credit_balance, credit_previous, memo, sequence, origin, key
       FROM journal WHERE id = 7`,
    ],
  ] as const)("over %s", ([, sql]) => {
    const staged = stage();
    tamper(staged.folder, sql);
    expect(proofOf(staged).faults).not.toEqual([]);
  });

  it.for<readonly [string, (observations: Observations) => void]>([
    ["a deposit told with another balance", ({ balance }) => void (balance[4]! += 100)],
    ["a deposit told with another amount", ({ amount }) => void (amount[4]! += 100)],
    ["a deposit told to another", ({ account }) => void (account[4] = 0)],
    ["a deposit that nobody was told of", ({ amount }) => void (amount[4] = 0)],
    [
      "an answer that came before its time",
      ({ startedAt, endedAt }) => {
        startedAt[0] = 100;
        endedAt[0] = 101;
      },
    ],
  ])("over %s", ([, change]) => {
    const staged = stage();
    change(staged.observations);
    expect(proofOf(staged).faults).not.toEqual([]);
  });
});
