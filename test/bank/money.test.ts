/** Money: exact cents, and the two ways between them and what people read. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cents, dollars, formatDollars, parseDollars } from "../../src/bank/money.ts";

describe("cents", () => {
  it.for([0.1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("refuses %d", (value) => {
    expect(() => cents(value)).toThrow(RangeError);
  });

  it("refuses dollars whose cents would not be exact", () => {
    expect(() => dollars(2 ** 53 - 1)).toThrow(RangeError);
  });
});

describe("formatDollars", () => {
  it.for([
    [0, "$0"],
    [25_000, "$250"],
    [25_050, "$250.50"],
    [5, "$0.05"],
    [-400, "-$4"],
    [-1, "-$0.01"],
  ] as const)("prints %i cents as %s", ([amount, text]) => {
    expect(formatDollars(cents(amount))).toBe(text);
  });

  it("is undone by parseDollars", () => {
    const anyCents = fc.integer({ min: -1e15, max: 1e15 });
    fc.assert(
      fc.property(anyCents, (amount) => {
        expect(parseDollars(formatDollars(cents(amount)))).toBe(amount);
      }),
    );
  });
});

describe("parseDollars", () => {
  it.for(["", "250", "$", "$01", "$1.5", "$1.00", "$1.234", "$1e3", " $1", "$1 ", "$-1"])(
    "refuses %o",
    (text) => {
      expect(parseDollars(text)).toBeNull();
    },
  );
});
