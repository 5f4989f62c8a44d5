/** The proof of the books: whole books are proven, and whatever was touched is named. */

import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { verifyBooks, type Verdict } from "../../src/workers/books-verification.ts";
import { openSnapshot } from "../../src/workers/sqlite-snapshot.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { AS_BEFORE_4, TRANSACTIONS, liveThroughADay, tamper } from "./books-stage.ts";

async function verify(folder: string): Promise<Verdict> {
  const snapshot = openSnapshot(folder);
  try {
    return await verifyBooks(snapshot, async () => undefined);
  } finally {
    snapshot.close();
  }
}

function stage(): string {
  const folder = temporaryFolder();
  liveThroughADay(folder);
  return folder;
}

const textsOf = ({ faults }: Verdict): string[] => faults.map(({ text }) => text);
const kindsOf = ({ counts }: Verdict): string[] =>
  Object.entries(counts).flatMap(([kind, count]) => (count > 0 ? [kind] : []));

describe("the books of a bank", () => {
  it("are proven, with every kind of change in them", async () => {
    const verdict = await verify(stage());
    expect(textsOf(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ isSound: true, sum: 0, outcomes: 3 });
    expect(verdict.head).toMatchObject({ accounts: 5, lastTransaction: TRANSACTIONS });
  });

  it("are proven where the journal is older than its own audit", async () => {
    const folder = stage();
    tamper(folder, AS_BEFORE_4);
    const verdict = await verify(folder);
    expect(textsOf(verdict)).toEqual([]);
    expect(verdict).toMatchObject({ isSound: true, outcomes: 7 });
  });

  it("are proven before anything has happened", async () => {
    const folder = temporaryFolder();
    liveThroughADay(folder);
    tamper(
      folder,
      `DELETE FROM journal; DELETE FROM audit; DELETE FROM outcomes; DELETE FROM standings;
       UPDATE accounts SET balance = 0, last_transaction = 0`,
    );
    expect(await verify(folder)).toMatchObject({ isSound: true, outcomes: 0 });
  });

  it("are those of one moment, whatever is committed meanwhile", async () => {
    const folder = stage();
    const snapshot = openSnapshot(folder);
    tamper(folder, "DELETE FROM journal WHERE id = 3");
    const verdict = await verifyBooks(snapshot, async () => undefined);
    snapshot.close();
    expect(textsOf(verdict)).toEqual([]);
    expect(await verify(folder)).toMatchObject({ isSound: false });
  });
});

const swap = (table: string, columns: readonly string[], one: number, other: number): string => {
  const key = table === "audit" ? "sequence" : "id";
  const sets = columns.map(
    (column) => `${column} = (SELECT ${column} FROM ${table} AS o
       WHERE o.${key} = ${one} + ${other} - ${table}.${key})`,
  );
  return `UPDATE ${table} SET ${sets.join(", ")} WHERE ${key} IN (${one}, ${other})`;
};

const SIDES = "debit, debit_balance, debit_previous, credit, credit_balance, credit_previous";
const REST = `${SIDES}, memo, sequence, origin, key`;

describe("what somebody has changed is named", () => {
  it.for<readonly [what: string, sql: string, kinds: readonly string[], text: RegExp]>([
    [
      ...(["a balance", "UPDATE accounts SET balance = balance + 1 WHERE id = 2"] as const),
      ...([
        ["sum", "history"],
        /account 2 \("bob"\) has \$30\.01, and a history of \$30$/,
      ] as const),
    ],
    [
      "two balances whose sum is right",
      "UPDATE accounts SET balance = balance + CASE id WHEN 1 THEN 5 ELSE -5 END WHERE id < 3",
      ["history"],
      /account 1 \("alice"\) has \$91\.55, and a history of \$91\.50$/,
    ],
    [
      "a balance below zero",
      "UPDATE accounts SET balance = balance - 100000 WHERE id = 1",
      ["sum", "overdrawn", "history"],
      /account 1 \("alice"\) has -\$908\.50$/,
    ],
    [
      "a balance beyond all money",
      "UPDATE accounts SET balance = balance + 9000000000020000 WHERE id = 4",
      ["sum", "history"],
      /account 4 .* out of bounds$/,
    ],
    [
      "where an account's history begins",
      "UPDATE accounts SET last_transaction = 3 WHERE id = 2",
      ["history"],
      /the history of account 2 \("bob"\) ends with transaction 3, and not with 5$/,
    ],
    [
      "an account that is gone",
      "DELETE FROM accounts WHERE id = 2",
      ["sum", "history", "sequence", "credentials"],
      /transaction 2 is about account 2, which is not there$/,
    ],
    [
      "an account that nobody has opened, below all numbers",
      `INSERT INTO accounts VALUES (-7, 5, 0);
       INSERT INTO holders VALUES (-7, 'customer', 'mallory', 1)`,
      ["sum", "history", "sequence", "credentials"],
      /account -7 \("mallory"\) has \$0\.05, and a history of \$0$/,
    ],
    [
      "a journal row's amount",
      "UPDATE journal SET amount = amount + 1 WHERE id = 4",
      ["history", "audit", "outcomes"],
      /transaction 4 says that account 2 \("bob"\) has \$25, not \$24\.99$/,
    ],
    [
      "a journal row's balance, in itself alone",
      "UPDATE journal SET credit_balance = credit_balance + 1 WHERE id = 2",
      ["history"],
      /^transaction 2 says that account 2 \("bob"\) has \$30\.01, not \$30$/,
    ],
    [
      "a journal row's account",
      "UPDATE journal SET credit = 1 WHERE id = 2",
      ["history", "audit", "outcomes"],
      /transaction 2 says that account 1 \("alice"\) has \$30, not \$130$/,
    ],
    [
      "a journal row's place in a history",
      "UPDATE journal SET debit_previous = 0 WHERE id = 4",
      ["history"],
      /^transaction 4 says that account 2 \("bob"\) had transaction 0 before it, not 3$/,
    ],
    [
      "a journal row's kind",
      "UPDATE journal SET kind = 'deposit' WHERE id = 3",
      ["history", "audit", "outcomes"],
      /transaction 3 is a deposit from 1 \(customer\) to 2 \(customer\)$/,
    ],
    [
      "a journal row's time",
      "UPDATE journal SET at = 1 WHERE id = 3",
      ["sequence", "audit"],
      /transaction 3 is older than the one before$/,
    ],
    [
      "a journal row that is gone",
      "DELETE FROM journal WHERE id = 3",
      ["history", "sequence", "audit", "outcomes"],
      /^transaction 3 is missing$/,
    ],
    [
      "the last journal row that is gone, with its balances put back",
      `DELETE FROM journal WHERE id = 7;
       UPDATE accounts SET balance = balance - 100, last_transaction = 6 WHERE id = 1;
       UPDATE accounts SET balance = balance + 100, last_transaction = 4 WHERE id = 4`,
      ["audit"],
      /^audit row \d+ tells of transaction 7, which is not in the journal/,
    ],
    [
      "a journal row that was added below all others",
      `INSERT INTO journal SELECT -1, at, kind, amount, ${REST} FROM journal WHERE id = 1`,
      ["history", "sequence", "audit"],
      /^transaction -1 is out of its order$/,
    ],
    [
      "a journal row that was added at the end",
      `INSERT INTO journal SELECT 8, at, kind, amount, ${REST} FROM journal WHERE id = 7`,
      ["history", "audit"],
      /^transaction 8 has no audit row$/,
    ],
    [
      "two journal rows that have changed places",
      swap("journal", ["kind", "amount", ...SIDES.split(", ")], 3, 4),
      ["history", "audit", "outcomes"],
      /^transaction 3 says that account 2/,
    ],
    [
      "an audit row's amount",
      "UPDATE audit SET amount = amount + 1 WHERE journal_id = 3",
      ["audit"],
      /^audit row \d+ says that transaction 3 moved \$7\.01, not \$7$/,
    ],
    [
      "an audit row's name",
      "UPDATE audit SET who = 'bob' WHERE journal_id = 3",
      ["audit"],
      /^audit row \d+ says that transaction 3 was "bob"'s$/,
    ],
    [
      "an audit row's action",
      "UPDATE audit SET action = 'deposit' WHERE journal_id = 4",
      ["audit"],
      /^audit row \d+ says that transaction 4 was a deposit, not a withdraw$/,
    ],
    [
      "an audit row's outcome",
      "UPDATE audit SET outcome = 'insufficient_funds' WHERE journal_id = 4",
      ["audit"],
      /^audit row \d+ says that transaction 4 ended insufficient_funds$/,
    ],
    [
      "an audit row that tells of another transaction",
      "UPDATE audit SET journal_id = 2 WHERE journal_id = 4",
      ["audit"],
      /^transaction 4 has no audit row$/,
    ],
    [
      "an audit row that no longer tells of any",
      "UPDATE audit SET journal_id = NULL WHERE journal_id = 4",
      ["audit"],
      /^audit row \d+ tells of a withdraw without a transaction$/,
    ],
    [
      "an audit row that is gone",
      "DELETE FROM audit WHERE action = 'balance'",
      ["sequence"],
      /^audit row \d+ is missing$/,
    ],
    [
      "two audit rows that have changed places",
      swap("audit", ["who", "action", "amount", "journal_id"], 6, 7),
      ["audit"],
      /^transaction 1 has no audit row$/,
    ],
    [
      "an outcome's transaction",
      "UPDATE outcomes SET journal_id = 99 WHERE key = 'lunch'",
      ["outcomes"],
      /^outcome 4 names transaction 99, which is not in the journal$/,
    ],
    [
      "an outcome's account",
      "UPDATE outcomes SET account = 1 WHERE key = 'lunch'",
      ["outcomes"],
      /^outcome 4 names transaction 4, which is another's$/,
    ],
    [
      "an outcome's content",
      "UPDATE outcomes SET content = 'withdraw 12' WHERE key = 'lunch'",
      ["outcomes"],
      /^outcome 4 names transaction 4, which is another change$/,
    ],
    [
      "an outcome that is of nothing",
      "UPDATE outcomes SET journal_id = NULL WHERE key = 'lunch'",
      ["outcomes"],
      /^outcome 4 is of both a refusal and a transaction, or of neither$/,
    ],
  ])("in rows of version 3: %s", async ([, sql, kinds, text]) => {
    const folder = stage();
    tamper(folder, AS_BEFORE_4);
    tamper(folder, sql);
    const verdict = await verify(folder);
    expect(verdict.isSound).toBe(false);
    expect(textsOf(verdict)).toContainEqual(expect.stringMatching(text));
    expect(kindsOf(verdict)).toEqual([...kinds]);
  });

  it.for<readonly [what: string, sql: string, kinds: readonly string[], text: RegExp]>([
    [
      "a journal row's place in the audit",
      "UPDATE journal SET sequence = 9 WHERE id = 3",
      ["sequence"],
      /^audit row 9 is out of its order$/,
    ],
    [
      "a journal row's kind",
      "UPDATE journal SET kind = 'adjustment' WHERE id = 3",
      ["history", "sequence", "audit"],
      /^transaction 3 has no audit row$/,
    ],
    [
      "a journal row that is gone",
      "DELETE FROM journal WHERE id = 3",
      ["history", "sequence"],
      /^audit row 8 is missing$/,
    ],
    [
      "the last journal row that is gone, with its balances put back",
      `DELETE FROM journal WHERE id = 7;
       UPDATE accounts SET balance = balance - 100, last_transaction = 6 WHERE id = 1;
       UPDATE accounts SET balance = balance + 100, last_transaction = 4 WHERE id = 4`,
      ["sequence"],
      /^audit row 14 is missing$/,
    ],
    [
      "a journal row that was added at the end",
      `INSERT INTO journal SELECT 8, at, kind, amount, ${REST} FROM journal WHERE id = 7`,
      ["history", "sequence"],
      /^audit row 14 is out of its order$/,
    ],
    [
      "an audit row that tells of a customer's transaction too",
      "UPDATE audit SET journal_id = 3 WHERE action = 'balance' AND sequence < 13",
      ["audit"],
      /^audit row 11 tells of transaction 3, which is not in the journal, or has a row already$/,
    ],
    [
      "an adjustment's audit row that is gone",
      "DELETE FROM audit WHERE journal_id = 5",
      ["sequence", "audit"],
      /^transaction 5 has no audit row$/,
    ],
    [
      "an adjustment's place, which its audit row has not",
      "UPDATE journal SET sequence = 13 WHERE id = 5",
      ["audit"],
      /^audit row 12 says that transaction 5 has another place$/,
    ],
    [
      "an adjustment's amount in the audit",
      "UPDATE audit SET amount = amount + 1 WHERE journal_id = 5",
      ["audit"],
      /^audit row 12 says that transaction 5 moved \$5\.01, not \$5$/,
    ],
  ])("%s", async ([, sql, kinds, text]) => {
    const folder = stage();
    tamper(folder, sql);
    const verdict = await verify(folder);
    expect(verdict.isSound).toBe(false);
    expect(textsOf(verdict)).toContainEqual(expect.stringMatching(text));
    expect(kindsOf(verdict)).toEqual([...kinds]);
  });

  it("one row is told of once, not with all that follow from it", async () => {
    const folder = stage();
    tamper(folder, "UPDATE journal SET debit_balance = debit_balance - 1 WHERE id = 1");
    expect(textsOf(await verify(folder))).toHaveLength(1);
  });

  it("a number that is none of the bank's ends the proof, and is named", async () => {
    const folder = stage();
    tamper(folder, "UPDATE accounts SET balance = 9223372036854775807 WHERE id = 2");
    await expect(verify(folder)).rejects.toMatchObject({
      name: "StoreUnusable",
      message: expect.stringMatching(/^row 2 of the table accounts .* no bank has written$/),
    });
  });

  it("faults beyond a hundred are counted, not told", async () => {
    const folder = stage();
    tamper(
      folder,
      `WITH RECURSIVE numbers(n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM numbers WHERE n < 400)
       INSERT INTO outcomes SELECT n, 1, 'key ' || n, 'deposit 1', NULL, NULL FROM numbers`,
    );
    const { faults, counts } = await verify(folder);
    expect(faults).toHaveLength(100);
    expect(counts.outcomes).toBe(301);
  });
});

describe("a database that is damaged below its rows", () => {
  it("is told of in SQLite's words", async () => {
    const folder = stage();
    tamper(folder, "PRAGMA journal_mode = DELETE");
    const path = join(folder, "bank.sqlite");
    const database = new DatabaseSync(path);
    const pageBytes = Number(database.prepare("PRAGMA page_size").get()?.["page_size"]);
    const index =
      "SELECT rootpage FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'holders'";
    const root = Number(database.prepare(index).get()?.["rootpage"]);
    database.close();
    // An entry of the index that names another row.
    const bytes = readFileSync(path);
    const at = bytes.indexOf("customeralice", (root - 1) * pageBytes);
    expect(at).toBeGreaterThan(0);
    bytes.write("custumer", at);
    writeFileSync(path, bytes);
    const verdict = await verify(folder);
    expect(kindsOf(verdict)).toEqual(["storage"]);
  });

  it("is not read at all where it is no database", async () => {
    const folder = stage();
    tamper(folder, "PRAGMA journal_mode = DELETE");
    const path = join(folder, "bank.sqlite");
    writeFileSync(path, "no database".repeat(400));
    appendFileSync(path, "\n");
    await expect(verify(folder)).rejects.toMatchObject({ name: "StoreUnusable" });
  });
});
