/**
 * Balances that are written now and then: at any moment, and after a death at any moment, the books
 * are what the whole journal comes to, for whoever reads them.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/actor/random.ts";
import type { AccountId, Books } from "../../src/bank/ledger.ts";
import { cents } from "../../src/bank/money.ts";
import { verifyBooks } from "../../src/workers/books-verification.ts";
import { Ledger, type LedgerRequest } from "../../src/workers/ledger.ts";
import { openSnapshot } from "../../src/workers/sqlite-snapshot.ts";
import { openSqliteReader, openSqliteStore } from "../../src/workers/sqlite-store.ts";
import type { StoreReader } from "../../src/workers/store.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { asKilled } from "./as-killed.ts";
import { inDatabase } from "./in-database.ts";

/** More than a batch writes at once, so that a sweep takes several. */
const CUSTOMERS = 300;
const VAULT = (CUSTOMERS + 1) as AccountId;
const SWEEP = 200;
/** Of the form that the proof of the books wants. */
const HASH = `hmac-sha384:$2b$04$${"N".repeat(21)}u${"o".repeat(30)}u`;

const request = (command: (LedgerRequest & { type: "command" })["command"]): LedgerRequest => ({
  ...{ type: "command", command, who: "someone", origin: "here" },
});
const move = (account: number, amount: number): LedgerRequest =>
  request({
    ...{ type: amount > 0 ? "deposit" : "withdraw", account: account as AccountId, vault: VAULT },
    amount: cents(Math.abs(amount)),
  });

function openLedger(folder: string, sweepPostings = SWEEP): Ledger {
  return new Ledger(openSqliteStore({ folder, sweepPostings }));
}

function bankOf(customers: number): string {
  const folder = temporaryFolder();
  const ledger = openLedger(folder);
  const names = Array.from({ length: customers }, (_, index) => `customer${index}`);
  ledger.commit(
    names.map((username) => request({ type: "sign_up", username, passwordHash: HASH })),
    1_000,
  );
  const [first = ""] = names;
  const logIn = { type: "end_login", terminal: "t", outcome: "authenticated" } as const;
  ledger.commit([request({ ...logIn, username: first })], 1_000);
  ledger.close();
  return folder;
}

type Account = { balance: number; last: number };

/** Of every account, from the amounts of the whole journal alone. */
function replayed(folder: string): Map<number, Account> {
  const rows = inDatabase(folder, (database) =>
    database.prepare("SELECT id, amount, debit, credit FROM journal ORDER BY id").all(),
  ) as { id: number; amount: number; debit: number; credit: number }[];
  const accounts = new Map<number, Account>();
  for (const { id, amount, debit, credit } of rows) {
    for (const [account, change] of [[debit, -amount] as const, [credit, amount] as const]) {
      const { balance } = accounts.get(account) ?? { balance: 0 };
      accounts.set(account, { balance: balance + change, last: id });
    }
  }
  return accounts;
}

function ofBooks({ accounts }: Books): Map<number, Account> {
  const moved = new Map<number, Account>();
  for (const account of accounts) {
    if (account === undefined || account.lastTransaction === 0) continue;
    moved.set(account.id, { balance: account.balance, last: account.lastTransaction });
  }
  return moved;
}

/** How many accounts have a row that is older than their history. */
function unwritten(folder: string): number {
  const written = inDatabase(folder, (database) =>
    database.prepare("SELECT id, balance FROM accounts").all(),
  );
  const balances = replayed(folder);
  return written.filter(({ id, balance }) => (balances.get(Number(id))?.balance ?? 0) !== balance)
    .length;
}

const floorOf = (folder: string): number =>
  inDatabase(folder, (database) =>
    Number(database.prepare("SELECT journal_id FROM floor").get()?.["journal_id"]),
  );

async function expectWhole(folder: string): Promise<void> {
  const snapshot = openSnapshot(folder);
  try {
    expect((await verifyBooks(snapshot, async () => undefined)).faults).toEqual([]);
  } finally {
    snapshot.close();
  }
}

function expectHistories(reader: StoreReader, accounts: ReadonlyMap<number, Account>): void {
  for (const [id, { balance, last }] of accounts) {
    const query = { account: id as AccountId, before: null, until: null, limit: 1 };
    expect(reader.history(query)?.rows).toMatchObject([{ transaction: last, balance }]);
  }
}

describe("balances that are written now and then", () => {
  it("are whole for a reader, a proof and a new start, in whatever phase a sweep is", async () => {
    const folder = bankOf(CUSTOMERS);
    const ledger = openLedger(folder);
    const reader = openSqliteReader(folder);
    const random = seededRandom(42);
    const floors = new Set<number>();
    const phases = new Set<number>();
    let transactions = 0;
    for (let batch = 0; batch < 60; batch++) {
      const count = 1 + Math.floor(random() * 40);
      const moves = Array.from({ length: count }, () =>
        move(1 + Math.floor(random() * CUSTOMERS), 1 + Math.floor(random() * 999)),
      );
      transactions += count;
      ledger.commit(moves, 2_000 + batch);
      const killed = asKilled(folder, String(batch));
      const expected = replayed(killed);
      expect(floorOf(killed)).toBeLessThanOrEqual(transactions);
      floors.add(floorOf(killed));
      phases.add(unwritten(killed));
      expectHistories(reader, expected);
      if (batch % 3 > 0) continue; // Each takes its time.
      await expectWhole(folder);
      await expectWhole(killed);
      const store = openSqliteStore({ folder: killed, sweepPostings: SWEEP });
      expect(ofBooks(store.load())).toEqual(expected);
      store.close();
      expect(unwritten(killed)).toBe(0);
      expect(floorOf(killed)).toBe(transactions);
    }
    reader.close();
    // There were several sweeps, none of them in one go.
    expect(floors.size).toBeGreaterThan(3);
    expect(phases.size).toBeGreaterThan(20);
    ledger.close();
    expect(unwritten(folder)).toBe(0);
  });

  it("are what the journal comes to, over any history of batches, stops and deaths", async () => {
    const batch = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: -500, max: 900 })),
      { minLength: 1, maxLength: 4 },
    );
    const then = fc.constantFrom("go on", "go on", "stop", "die");
    const history = fc.array(fc.tuple(batch, then), { minLength: 1, maxLength: 12 });
    const empty = bankOf(3);
    let count = 0;
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: 9 }), async (batches, sweepPostings) => {
        const root = temporaryFolderIn(empty, (count += 1));
        let folder = asKilled(root, "0");
        // The vault's number follows the customers'.
        const vault = 4 as AccountId;
        let ledger = openLedger(folder, sweepPostings);
        for (const [index, [moves, end]] of batches.entries()) {
          const requests = moves.map(([account, amount]) => {
            const asked = move(account, amount === 0 ? 1 : amount);
            if (asked.type !== "command") return asked;
            return { ...asked, command: { ...asked.command, vault } } as LedgerRequest;
          });
          ledger.commit(requests, 2_000);
          if (end === "go on") continue;
          const killed = end === "die" ? asKilled(folder, String(index + 1)) : null;
          ledger.close();
          folder = killed ?? folder;
          ledger = openLedger(folder, sweepPostings);
        }
        await expectWhole(folder);
        const killed = asKilled(folder, "last");
        const store = openSqliteStore({ folder: killed });
        expect(ofBooks(store.load())).toEqual(replayed(killed));
        store.close();
        ledger.close();
      }),
      { numRuns: 40 },
    );
  });

  it("are there where there is no room to write them", async () => {
    const folder = bankOf(3);
    const ledger = openLedger(folder);
    for (let batch = 0; batch < 20; batch++) {
      const amounts = Array.from({ length: 9 }, (_, index) => index + 1);
      const vault = 4 as AccountId;
      const deposits = amounts.map((amount) =>
        request({ type: "deposit", account: 1 as AccountId, vault, amount: cents(amount) }),
      );
      ledger.commit(deposits, 2_000);
    }
    const killed = asKilled(folder, "killed");
    ledger.close();
    const expected = replayed(killed);
    expect(unwritten(killed)).toBe(2);
    const full = openSqliteStore({ folder: killed, bytesMax: 1 });
    expect(ofBooks(full.load())).toEqual(expected);
    full.close();
    await expectWhole(killed);
    const store = openSqliteStore({ folder: killed });
    expect(ofBooks(store.load())).toEqual(expected);
    store.close();
    expect(unwritten(killed)).toBe(0);
  });
});

/** A folder within the test's own, with the files of another. */
function temporaryFolderIn(folder: string, index: number): string {
  return asKilled(folder, `run ${index}`);
}
