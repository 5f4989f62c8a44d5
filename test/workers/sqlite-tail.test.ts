/** The journal's tail, read a little at a time by somebody who has seen it before. */

import { describe, expect, it, onTestFinished } from "vitest";
import { seededRandom } from "../../src/actor/random.ts";
import type { AccountId } from "../../src/bank/ledger.ts";
import { cents } from "../../src/bank/money.ts";
import { Ledger, type LedgerRequest } from "../../src/workers/ledger.ts";
import { openForReading } from "../../src/workers/sqlite-connection.ts";
import { openSqliteReader, openSqliteStore } from "../../src/workers/sqlite-store.ts";
import { JournalTail, type AccountState } from "../../src/workers/sqlite-tail.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const CUSTOMERS = 400;
const VAULT = (CUSTOMERS + 1) as AccountId;
const LATEST = { before: null, until: null, limit: 1 } as const;

type Command = (LedgerRequest & { type: "command" })["command"];
const request = (command: Command): LedgerRequest => ({
  ...{ type: "command", command, who: "somebody", origin: "here" },
});
const deposit = (account: number): LedgerRequest =>
  request({ type: "deposit", account: account as AccountId, vault: VAULT, amount: cents(1) });

function openBank(sweepPostings: number) {
  const folder = temporaryFolder();
  const ledger = new Ledger(openSqliteStore({ folder, sweepPostings }));
  onTestFinished(() => ledger.close());
  const signUps = Array.from({ length: CUSTOMERS }, (_, index) =>
    request({ type: "sign_up", username: `customer${index}`, passwordHash: "hash" }),
  );
  const logIn = { type: "end_login", username: "customer0", terminal: "t" } as const;
  ledger.commit([...signUps, request({ ...logIn, outcome: "authenticated" })], 1_000);
  return { folder, ledger };
}

describe("a journal's tail", () => {
  it("says what each account has, read all at once, by the page, seldom and in little room", () => {
    const { folder, ledger } = openBank(100);
    const database = openForReading(folder);
    onTestFinished(() => database.close());
    const roomy = new JournalTail(database);
    const narrow = new JournalTail(database, 5);
    const tails = [
      { tail: roomy, every: 1 },
      { tail: narrow, every: 1 },
      { tail: new JournalTail(database, 5), every: 7 },
    ];
    const written = database.prepare("SELECT balance, last_transaction FROM accounts WHERE id = ?");
    const random = seededRandom(7);
    const expected = new Map<number, AccountState>();
    let transaction = 0;
    let held = 0;
    for (let batch = 0; batch < 60; batch++) {
      const accounts = Array.from({ length: 20 }, () => 1 + Math.floor(random() * CUSTOMERS));
      ledger.commit(accounts.map(deposit), 2_000);
      for (const account of accounts) {
        const { balance } = expected.get(account) ?? { balance: 0 };
        expected.set(account, { balance: balance + 1, lastTransaction: (transaction += 1) });
      }
      for (const { tail, every } of tails) {
        if (batch % every > 0) continue;
        while (!tail.readOn(1));
        expect(tail.seen).toBe(transaction);
        const found = new Map<number, AccountState>();
        for (const account of expected.keys()) {
          const row = written.get(account);
          const balance = Number(row?.["balance"]);
          const lastTransaction = Number(row?.["last_transaction"]);
          found.set(account, tail.latest(account, { balance, lastTransaction }));
        }
        expect(found).toEqual(expected);
      }
      held = Math.max(held, narrow.states.size);
    }
    expect(roomy.states.size).toBeGreaterThan(300);
    expect(held).toBeLessThan(200); // At most the rows of a tail, and those of a batch.
  });

  it("is read ahead in steps, after which a page is of the latest", () => {
    const { folder, ledger } = openBank(50_000);
    const reader = openSqliteReader(folder);
    onTestFinished(() => reader.close());
    ledger.commit([deposit(1), ...Array.from({ length: 2_500 }, () => deposit(2))], 2_000);
    const steps = Array.from({ length: 4 }, () => reader.readAhead());
    expect(steps).toEqual([false, false, true, true]);
    const latest = [1, 2].map((account) =>
      reader.history({ ...LATEST, account: account as AccountId }),
    );
    expect(latest.map((page) => page?.rows[0]?.transaction)).toEqual([1, 2_501]);
    // A page reads what there is by then itself.
    ledger.commit([...Array.from({ length: 2_500 }, () => deposit(2)), deposit(1)], 2_000);
    expect(reader.readAhead()).toBe(false);
    const page = reader.history({ ...LATEST, account: 1 as AccountId });
    expect(page?.rows[0]?.transaction).toBe(5_002);
    expect(reader.readAhead()).toBe(true);
  });
});
