/** The index of outcomes: finds what it was told, and forgets the oldest of who has most. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccountId } from "../../src/bank/ledger.ts";
import { OutcomeIndex, hashOf } from "../../src/workers/outcome-index.ts";

const ALICE = 1 as AccountId;
const BOB = 2 as AccountId;

describe("an outcome index", () => {
  it("finds every outcome by its account and key", () => {
    const account = fc.integer({ min: 1, max: 2 ** 16 }).map((id) => id as AccountId);
    const entries = fc.uniqueArray(fc.tuple(account, fc.string({ maxLength: 64 })), {
      selector: ([id, key]) => `${id} ${key}`,
      maxLength: 200,
    });
    fc.assert(
      fc.property(entries, (all) => {
        const index = new OutcomeIndex();
        for (const [number, [id, key]] of all.entries())
          index.remember(id, hashOf(id, key), number);
        for (const [number, [id, key]] of all.entries())
          expect(index.find(id, hashOf(id, key))).toBe(number);
      }),
    );
  });

  it("tells a hundred thousand keys of many accounts apart", () => {
    const index = new OutcomeIndex();
    const hashed = (n: number): [AccountId, number] => {
      const account = (n % 100) as AccountId;
      return [account, hashOf(account, `key-${n}`)];
    };
    for (let n = 0; n < 100_000; n++) index.remember(...hashed(n), n);
    for (let n = 0; n < 100_000; n++) expect(index.find(...hashed(n))).toBe(n);
    expect(index.find(ALICE, hashOf(ALICE, "another"))).toBeNull();
  });

  it("keeps the latest, up to its bound", () => {
    const index = new OutcomeIndex(3);
    for (let n = 0; n < 5; n++) index.remember(ALICE, hashOf(ALICE, `key-${n}`), n);
    const found = [0, 1, 2, 3, 4].map((n) => index.find(ALICE, hashOf(ALICE, `key-${n}`)));
    expect(found).toEqual([null, null, 2, 3, 4]);
  });

  it("says which one it has forgotten, so that its row can go", () => {
    const index = new OutcomeIndex(2);
    expect(index.remember(ALICE, hashOf(ALICE, "a"), 1)).toBeNull();
    expect(index.remember(ALICE, hashOf(ALICE, "b"), 2)).toBeNull();
    expect(index.remember(ALICE, hashOf(ALICE, "c"), 3)).toBe(1);
    // The same again: the later one is kept.
    expect(index.remember(ALICE, hashOf(ALICE, "c"), 4)).toBe(3);
  });

  it("finds one that has been moved under its new number, and forgets it no later for that", () => {
    const index = new OutcomeIndex(2);
    const hash = (key: string): number => hashOf(ALICE, key);
    for (const [at, key] of ["a", "b"].entries()) index.remember(ALICE, hash(key), at);
    index.renumber(ALICE, hash("a"), -9);
    index.renumber(ALICE, hash("never remembered"), -8);
    expect(index.find(ALICE, hash("a"))).toBe(-9);
    expect(index.find(ALICE, hash("never remembered"))).toBeNull();
    expect(index.remember(ALICE, hash("c"), 2)).toBe(-9);
  });

  it("keeps an account's few, however many another one asks for", () => {
    const index = new OutcomeIndex(10);
    for (let n = 0; n < 5; n++) index.remember(ALICE, hashOf(ALICE, `key-${n}`), n);
    for (let n = 0; n < 1_000; n++) index.remember(BOB, hashOf(BOB, `key-${n}`), 100 + n);
    const alices = [0, 1, 2, 3, 4].map((n) => index.find(ALICE, hashOf(ALICE, `key-${n}`)));
    expect(alices).toEqual([0, 1, 2, 3, 4]);
    const bobs = [994, 995, 999].map((n) => index.find(BOB, hashOf(BOB, `key-${n}`)));
    expect(bobs).toEqual([null, 1_095, 1_099]);
  });

  it("keeps the latest of all where every account has as many, and forgets the first", () => {
    const index = new OutcomeIndex(3);
    const accounts = [1, 2, 3, 4, 5].map((id) => id as AccountId);
    const forgotten = accounts.map((id) => index.remember(id, hashOf(id, "key"), id));
    expect(forgotten).toEqual([null, null, null, 1, 2]);
    expect(accounts.map((id) => index.find(id, hashOf(id, "key")))).toEqual([null, null, 3, 4, 5]);
  });

  it("holds its bound, and an even share of it for each account, in any order", () => {
    const max = 12;
    const account = fc.integer({ min: 1, max: 4 }).map((id) => id as AccountId);
    fc.assert(
      fc.property(fc.array(account, { maxLength: 200 }), (order) => {
        const index = new OutcomeIndex(max);
        let held = 0;
        for (const [number, id] of order.entries()) {
          held += index.remember(id, hashOf(id, String(number)), number) === null ? 1 : 0;
        }
        expect(held).toBe(Math.min(order.length, max));
        for (const id of new Set(order)) {
          const own = [...order.keys()].filter((number) => order[number] === id);
          for (const number of own.slice(0 - max / 4)) {
            expect(index.find(id, hashOf(id, String(number)))).toBe(number);
          }
        }
      }),
    );
  });

  it("does what a plain list does, whatever is remembered, moved and forgotten", () => {
    const max = 8;
    const account = fc.integer({ min: 1, max: 4 }).map((id) => id as AccountId);
    const step = fc.record({ account, key: fc.integer({ max: 9, min: 0 }), moves: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const index = new OutcomeIndex(max);
        let list: Remembered[] = [];
        for (const [number, { account: id, key, moves }] of steps.entries()) {
          const hash = hashOf(id, String(key));
          const isOne = (other: Remembered) => other.account === id && other.hash === hash;
          if (moves) {
            index.renumber(id, hash, number);
            list = list.map((one) => (isOne(one) ? { ...one, number } : one));
            continue;
          }
          const replaced = list.find(isOne)?.number ?? null;
          list = [...list.filter((one) => !isOne(one)), { account: id, hash, number }];
          const forgotten = index.remember(id, hash, number);
          if (list.length <= max) expect(forgotten).toBe(replaced);
          else list = list.filter((one) => one !== oldestOfMost(list, forgotten));
          for (const one of list) expect(index.find(one.account, one.hash)).toBe(one.number);
        }
      }),
    );
  });
});

type Remembered = { account: AccountId; hash: number; number: number };

/** The one with this number, which must be the oldest of an account that has most. */
function oldestOfMost(list: readonly Remembered[], number: number | null): Remembered | undefined {
  const countOf = (account: AccountId) => list.filter((one) => one.account === account).length;
  const forgotten = list.find((one) => one.number === number);
  expect(forgotten).toBeDefined();
  const owner = forgotten?.account ?? ALICE;
  expect(countOf(owner)).toBe(Math.max(...list.map(({ account }) => countOf(account))));
  expect(list.find(({ account }) => account === owner)).toBe(forgotten);
  return forgotten;
}
