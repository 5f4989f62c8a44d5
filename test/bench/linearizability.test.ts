/** Histories of an account that can have happened one at a time, and those that cannot. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findFault, type Operation } from "../../bench/proof/linearizability.ts";

type Row = readonly [amount: number, balance: number, startedAt: number, endedAt: number];

const operation = ([amount, balance, startedAt, endedAt]: Row): Operation => ({
  ...{ amount, balance, startedAt, endedAt },
});

describe("a history", () => {
  it.for<readonly [string, Row[]]>([
    ["is empty", []],
    ["has an inquiry before any deposit", [[0, 50, 0, 1]]],
    [
      "goes one by one",
      [
        [10, 60, 0, 1],
        [0, 60, 2, 3],
        [5, 65, 4, 5],
      ],
    ],
    [
      "has an inquiry that overlaps a deposit, and sees it",
      [
        [10, 60, 0, 9],
        [0, 60, 1, 2],
      ],
    ],
    [
      "has an inquiry that overlaps a deposit, and does not see it",
      [
        [10, 60, 0, 9],
        [0, 50, 1, 2],
      ],
    ],
    [
      "has deposits that overlap, done in the other order than they began",
      [
        [10, 65, 0, 9],
        [5, 55, 1, 8],
      ],
    ],
    [
      "has equal inquiries in any order",
      [
        [0, 50, 8, 9],
        [0, 50, 0, 1],
        [0, 50, 4, 5],
      ],
    ],
  ])("is linearizable if it %s", ([, rows]) => {
    expect(findFault(rows.map(operation), 50)).toBeNull();
  });

  it.for<readonly [string, Row[]]>([
    ["has an inquiry of money that nobody put in", [[0, 51, 0, 1]]],
    [
      "has an inquiry that misses a deposit that had ended",
      [
        [10, 60, 0, 1],
        [0, 50, 2, 3],
      ],
    ],
    [
      "has an inquiry that sees a deposit that had not begun",
      [
        [0, 60, 0, 1],
        [10, 60, 2, 3],
      ],
    ],
    [
      "has an inquiry that goes back behind an earlier one",
      [
        [10, 60, 0, 9],
        [0, 60, 1, 2],
        [0, 50, 3, 4],
      ],
    ],
    [
      "loses a deposit",
      [
        [10, 60, 0, 1],
        [5, 55, 2, 3],
      ],
    ],
    [
      "does a deposit twice",
      [
        [10, 60, 0, 1],
        [0, 70, 2, 3],
      ],
    ],
    [
      "has two deposits that gave the same balance",
      [
        [10, 60, 0, 1],
        [10, 60, 0, 1],
      ],
    ],
    [
      "has deposits in the other order than they happened",
      [
        [10, 65, 0, 1],
        [5, 55, 2, 3],
      ],
    ],
  ])("is not linearizable if it %s", ([, rows]) => {
    expect(findFault(rows.map(operation), 50)).not.toBeNull();
  });

  it("is found linearizable if it happened, whatever the times around each moment", () => {
    fc.assert(
      fc.property(happened, (operations) => {
        expect(findFault(operations, 0)).toBeNull();
      }),
    );
  });

  it("is judged as by trying every order", () => {
    const small = fc.array(
      fc.record({
        amount: fc.constantFrom(0, 0, 1, 2),
        balance: fc.integer({ min: 0, max: 4 }),
        startedAt: fc.integer({ min: 0, max: 6 }),
        length: fc.integer({ min: 0, max: 4 }),
      }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(small, (drawn) => {
        const operations = drawn.map(({ length, ...rest }) => ({
          ...{ ...rest, endedAt: rest.startedAt + length },
        }));
        expect(findFault(operations, 0) === null).toBe(someOrderFits(operations));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Operations that really happened at moments one after the other, told in any order. */
const happened = fc
  .array(
    fc.record({
      amount: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000 })),
      before: fc.integer({ min: 0, max: 5 }),
      after: fc.integer({ min: 0, max: 5 }),
    }),
    { maxLength: 40 },
  )
  .chain((drawn) => {
    let balance = 0;
    const operations = drawn.map(({ amount, before, after }, moment) => {
      balance += amount;
      return { amount, balance, startedAt: moment - before, endedAt: moment + after };
    });
    return fc.shuffledSubarray(operations, { minLength: operations.length });
  });

/**
 * The definition itself: some order gives every balance, and keeps what was one after the other.
 */
function someOrderFits(left: readonly Operation[], balance = 0): boolean {
  if (left.length === 0) return true;
  return left.some((next, index) => {
    const others = left.filter((_, other) => other !== index);
    const isFirst = others.every(({ endedAt }) => endedAt >= next.startedAt);
    const fits = next.balance === balance + next.amount;
    return isFirst && fits && someOrderFits(others, next.balance);
  });
}
