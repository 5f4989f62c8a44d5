/**
 * Balances that are written now and then: at any moment, and after a death at any moment, the books
 * are what the whole journal comes to, for whoever reads them.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/actor/random.ts";
import type { AccountId } from "../../src/bank/ledger.ts";
import { openSqliteReader, openSqliteStore } from "../../src/workers/sqlite-store.ts";
import type { StoreReader } from "../../src/workers/store.ts";
import { asKilled } from "./as-killed.ts";
import {
  bankOf,
  expectWhole,
  floorOf,
  move,
  ofBooks,
  openLedger,
  replayed,
  unwritten,
  type Account,
} from "./written-balances.ts";

/** More than a batch writes at once, so that a sweep takes several. */
const CUSTOMERS = 300;
const SWEEP = 200;

function expectHistories(reader: StoreReader, accounts: ReadonlyMap<number, Account>): void {
  for (const [id, { balance, last }] of accounts) {
    const query = { account: id as AccountId, before: null, until: null, limit: 1 };
    expect(reader.history(query)?.rows).toMatchObject([{ transaction: last, balance }]);
  }
}

describe("balances that are written now and then", () => {
  it("are whole for a reader, a proof and a new start, in whatever phase a sweep is", async () => {
    const folder = bankOf(CUSTOMERS);
    const ledger = openLedger({ folder, sweepPostings: SWEEP });
    const reader = openSqliteReader(folder);
    const random = seededRandom(42);
    const floors = new Set<number>();
    const phases = new Set<number>();
    let transactions = 0;
    for (let batch = 0; batch < 60; batch++) {
      const count = 1 + Math.floor(random() * 40);
      const moves = Array.from({ length: count }, () =>
        move(CUSTOMERS, 1 + Math.floor(random() * CUSTOMERS), 1 + Math.floor(random() * 999)),
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
        let ledger = openLedger({ folder, sweepPostings });
        for (const [index, [moves, end]] of batches.entries()) {
          const requests = moves.map(([account, amount]) => move(3, account, amount || 1));
          ledger.commit(requests, 2_000);
          if (end === "go on") continue;
          const killed = end === "die" ? asKilled(folder, String(index + 1)) : null;
          ledger.close();
          folder = killed ?? folder;
          ledger = openLedger({ folder, sweepPostings });
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
    const ledger = openLedger({ folder, sweepPostings: SWEEP });
    const amounts = Array.from({ length: 9 }, (_, index) => index + 1);
    for (let batch = 0; batch < 20; batch++) {
      ledger.commit(
        amounts.map((amount) => move(3, 1, amount)),
        2_000,
      );
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
