/** Times in messages: written as `Date` writes them, and read only if there is such a time. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isTime, writeTime } from "../../src/protocol/time.ts";

const FIRST = Date.parse("0000-01-01T00:00:00.000Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z");
const time = fc.integer({ min: FIRST, max: LAST });

describe("a time", () => {
  it("is written as the language itself writes it, and read", () => {
    fc.assert(
      fc.property(time, (at) => {
        expect(writeTime(at)).toBe(new Date(at).toISOString());
        expect(isTime(writeTime(at))).toBe(true);
      }),
    );
  });

  it("is written right on both sides of a midnight, whichever comes first", () => {
    const midnight = Date.parse("2026-03-01T00:00:00.000Z");
    const times = [midnight - 1, midnight, midnight - 1].map(writeTime);
    expect(times).toEqual([
      "2026-02-28T23:59:59.999Z",
      "2026-03-01T00:00:00.000Z",
      "2026-02-28T23:59:59.999Z",
    ]);
  });

  it.for([
    ["2024-02-29T00:00:00.000Z", true],
    ["2026-02-29T00:00:00.000Z", false],
    ["1900-02-29T00:00:00.000Z", false],
    ["2000-02-29T00:00:00.000Z", true],
    ["2026-04-30T00:00:00.000Z", true],
    ["2026-04-31T00:00:00.000Z", false],
    ["2026-12-31T23:59:59.999Z", true],
    ["2026-00-01T00:00:00.000Z", false],
    ["2026-13-01T00:00:00.000Z", false],
    ["2026-01-00T00:00:00.000Z", false],
    ["2026-01-32T00:00:00.000Z", false],
    ["2026-01-01T24:00:00.000Z", false],
    ["2026-01-01T00:60:00.000Z", false],
    ["2026-01-01T00:00:60.000Z", false],
    ["2026-01-01T00:00:00.00Z", false],
    ["2026-01-01T00:00:00.000", false],
    ["2026-01-01T00:00:00.000+00:00", false],
    ["+002026-01-01T00:00:00.000Z", false],
    [" 2026-01-01T00:00:00.000Z", false],
  ] as const)("%j is one: %j", ([text, isOne]) => {
    expect(isTime(text)).toBe(isOne);
  });

  it("of a text that looks like one is what the calendar says", () => {
    const number = (max: number, digits: number) =>
      fc.integer({ min: 0, max }).map((value) => String(value).padStart(digits, "0"));
    const looksLikeOne = fc
      .tuple(number(9_999, 4), number(13, 2), number(32, 2), number(25, 2), number(61, 2))
      .map(
        ([year, month, day, hour, minute]) => `${year}-${month}-${day}T${hour}:${minute}:00.000Z`,
      );
    fc.assert(
      fc.property(looksLikeOne, (text) => {
        const ms = Date.parse(text);
        expect(isTime(text)).toBe(!Number.isNaN(ms) && new Date(ms).toISOString() === text);
      }),
      { numRuns: 1_000 },
    );
  });
});
