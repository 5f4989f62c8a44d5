/**
 * A disk that is full in the midst of a sweep of balances: changes are refused, nothing is lost or
 * done twice, and the bank goes on where there is room again.
 */

import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/actor/random.ts";
import type { AccountId } from "../../src/bank/ledger.ts";
import type { Ledger } from "../../src/workers/ledger.ts";
import { openSqliteStore } from "../../src/workers/sqlite-store.ts";
import { asKilled } from "./as-killed.ts";
import { inDatabase } from "./in-database.ts";
import {
  bankOf,
  expectWhole,
  floorOf,
  move,
  ofBooks,
  openLedger,
  replayed,
  request,
  unwritten,
  type Account,
} from "./written-balances.ts";

/** More than a batch writes at once, so that a sweep takes several. */
const CUSTOMERS = 600;
const VAULT = CUSTOMERS + 1;
const SWEEP = 400;
const BATCH = 15;
const PAGE_BYTES = 4_096;
/** So long that the ledger tries a full store again. */
const LATER_MS = 2_000;

/** With pages in it that can be given back while the bank runs, as room on a disk is. */
function bankWithFiller(): string {
  const folder = bankOf(CUSTOMERS);
  inDatabase(folder, (database) =>
    database.exec(`CREATE TABLE filler (page BLOB);
      WITH RECURSIVE pages AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM pages WHERE n < 60)
      INSERT INTO filler SELECT zeroblob(${PAGE_BYTES - 100}) FROM pages;`),
  );
  return folder;
}

/** So that the room ends among the balances: in a large file they are on a page each. */
const WIDE = `CREATE TRIGGER wide AFTER INSERT ON accounts
  BEGIN INSERT INTO filler VALUES (zeroblob(100)); END;`;

const numberIn = (folder: string, sql: string): number =>
  inDatabase(folder, (database) => Number(Object.values(database.prepare(sql).get() ?? {})[0]));

/** How many balances a sweep that is not through has written. */
const sweptOf = (folder: string): number =>
  numberIn(
    folder,
    "SELECT count(*) FROM accounts WHERE last_transaction > (SELECT journal_id FROM floor)",
  );

/** Customers who deposit, batch by batch, and what they were told. */
class Depositors {
  readonly told = new Map<number, Account>();
  readonly #ledger: Ledger;
  readonly #random = seededRandom(11);
  #now = 10_000;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Whether a batch was done: all of it, or else nothing. */
  deposit(): boolean {
    const accounts = Array.from(
      { length: BATCH },
      () => 1 + Math.floor(this.#random() * CUSTOMERS),
    );
    const deposits = accounts.map((account) => move(CUSTOMERS, account, 12_345));
    const replies = this.#ledger.commit(deposits, (this.#now += LATER_MS));
    const types = new Set(replies.map(({ type }) => type));
    if (types.size !== 1) throw new Error(`of one batch: ${[...types].join(", ")}`);
    for (const [index, reply] of replies.entries()) {
      if (reply.type !== "posted") continue;
      const { transaction: last, amount, balance } = reply;
      this.told.set(accounts[index] ?? 0, { balance, last });
      const vault = this.told.get(VAULT)?.balance ?? 0;
      this.told.set(VAULT, { balance: vault - amount, last });
    }
    if (!types.has("posted") && !types.has("read_only")) throw new Error([...types].join());
    return types.has("posted");
  }

  /** What a balance is, at the full bank too. */
  balanceOf(account: number): number {
    const asked = request({ type: "balance", account: account as AccountId });
    const [reply] = this.#ledger.commit([asked], this.#now);
    if (reply?.type !== "balance_read") throw new Error(`no balance: ${reply?.type}`);
    return reply.balance;
  }
}

describe("a disk that is full in the midst of a sweep", () => {
  it.for([
    ["among the balances", WIDE, [8, 11, 14, 22]],
    ["behind the balances of a batch", "", [11, 12, 16]],
  ] as const)("%s loses and doubles nothing, and goes on later", async ([, sql, rooms]) => {
    const empty = bankWithFiller();
    inDatabase(empty, (database) => database.exec(sql));
    const swept: number[] = [];
    for (const pages of rooms) {
      const folder = asKilled(empty, `${pages} pages`);
      const bytesMax = (numberIn(folder, "PRAGMA page_count") + pages) * PAGE_BYTES;
      const ledger = openLedger({ folder, bytesMax, sweepPostings: SWEEP });
      const depositors = new Depositors(ledger);
      while (depositors.deposit());
      const full = asKilled(folder, "full");
      swept.push(sweptOf(full));
      expect(replayed(full)).toEqual(depositors.told);
      // What was tried and taken back is tried again, more than once.
      for (let tries = 0; tries < 3; tries++) expect(depositors.deposit()).toBe(false);
      expect(ledger.isFull).toBe(true);
      for (const [account, { balance }] of depositors.told) {
        if (account !== VAULT) expect(depositors.balanceOf(account)).toBe(balance);
      }

      inDatabase(folder, (database) => database.exec("DELETE FROM filler"));
      for (let batch = 0; batch < (2 * SWEEP) / BATCH; batch++) {
        expect(depositors.deposit()).toBe(true);
      }
      const later = asKilled(folder, "later");
      expect(floorOf(later)).toBeGreaterThan(floorOf(full));
      expect(replayed(later)).toEqual(depositors.told);
      ledger.close();
      expect(unwritten(folder)).toBe(0);

      for (const killed of [full, later]) {
        const expected = replayed(killed);
        await expectWhole(killed);
        const store = openSqliteStore({ folder: killed });
        expect(ofBooks(store.load())).toEqual(expected);
        store.close();
        expect(unwritten(killed)).toBe(0);
      }
    }
    // Some were full between the first share of a sweep and its last.
    expect(new Set(swept.filter((rows) => rows > 0)).size).toBeGreaterThan(1);
  });
});
