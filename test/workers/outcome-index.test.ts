/** The index of outcomes: finds what it was told, and forgets the oldest. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccountId } from "../../src/bank/ledger.ts";
import { OutcomeIndex } from "../../src/workers/outcome-index.ts";

const ALICE = 1 as AccountId;

describe("an outcome index", () => {
  it("finds every outcome by its account and key", () => {
    const account = fc.integer({ min: 1, max: 2 ** 31 }).map((id) => id as AccountId);
    const entries = fc.uniqueArray(fc.tuple(account, fc.string({ maxLength: 64 })), {
      selector: ([id, key]) => `${id} ${key}`,
      maxLength: 200,
    });
    fc.assert(
      fc.property(entries, (all) => {
        const index = new OutcomeIndex();
        for (const [number, [id, key]] of all.entries()) index.remember(id, key, number);
        for (const [number, [id, key]] of all.entries()) expect(index.find(id, key)).toBe(number);
      }),
    );
  });

  it("tells a hundred thousand keys of many accounts apart", () => {
    const index = new OutcomeIndex();
    for (let n = 0; n < 100_000; n++) index.remember((n % 100) as AccountId, `key-${n}`, n);
    for (let n = 0; n < 100_000; n++) {
      expect(index.find((n % 100) as AccountId, `key-${n}`)).toBe(n);
    }
    expect(index.find(ALICE, "another")).toBeNull();
  });

  it("keeps the latest, up to its bound", () => {
    const index = new OutcomeIndex(3);
    for (let n = 0; n < 5; n++) index.remember(ALICE, `key-${n}`, n);
    const found = [0, 1, 2, 3, 4].map((n) => index.find(ALICE, `key-${n}`));
    expect(found).toEqual([null, null, 2, 3, 4]);
  });
});
