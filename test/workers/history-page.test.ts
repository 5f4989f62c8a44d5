/** A page of history as it is written: what a customer reads of each row, and how pages go on. */

import { describe, expect, it } from "vitest";
import { AMOUNT_CENTS_MAX, BALANCE_CENTS_MAX, cents } from "../../src/bank/money.ts";
import { PLAINTEXT_BYTES_MAX } from "../../src/protocol/frames.ts";
import { METHOD_CODECS } from "../../src/protocol/method-codecs.ts";
import type { HistoryPage } from "../../src/protocol/methods.ts";
import { encodeResult, parseReply, parseResult } from "../../src/protocol/modern.ts";
import { encodeWrittenResult } from "../../src/protocol/rpc.ts";
import { writeHistory } from "../../src/workers/history-page.ts";
import type { HistoryRow } from "../../src/workers/store.ts";

/** The longest that there is, once written. */
const ID = "\u{1}".repeat(64);

const rowOf = (transaction: number, over: Partial<HistoryRow> = {}): HistoryRow => ({
  ...{ transaction, at: 1_764_000_000_000 + transaction, kind: "transfer", isCredit: false },
  ...{ amount: cents(5), balance: cents(95), memo: null, counterparty: "bob" },
  ...over,
});

/** What a client reads of the page. */
function pageOf(rows: readonly HistoryRow[], next: number | null): HistoryPage {
  const message = encodeWrittenResult(ID, writeHistory({ rows, next }));
  expect(message.length).toBeLessThanOrEqual(PLAINTEXT_BYTES_MAX);
  const reply = parseReply(message);
  if (reply.type !== "result") throw new Error("no result");
  expect(reply.id).toBe(ID);
  return parseResult(METHOD_CODECS["account.history"], reply.result);
}

const cash = { counterparty: null };
const CREDIT = { isCredit: true, balance: cents(105) };

describe("an entry", () => {
  it.for<[string, Partial<HistoryRow>, object]>([
    ["deposit", { ...cash, kind: "deposit", ...CREDIT }, { kind: "deposit", balance: 105 }],
    ["withdrawal", { ...cash, kind: "withdraw" }, { kind: "withdrawal", balance: 95 }],
    ["transfer out", {}, { kind: "transfer_out", balance: 95, counterparty: "bob" }],
    [
      "transfer in",
      { ...CREDIT, memo: "rent" },
      { kind: "transfer_in", balance: 105, counterparty: "bob", memo: "rent" },
    ],
    [
      "transfer whose texts need to be escaped",
      { memo: '"\\😀', counterparty: "\u{1}\n" },
      { kind: "transfer_out", balance: 95, counterparty: "\u{1}\n", memo: '"\\😀' },
    ],
    [
      "correction in the customer's favour",
      { ...cash, kind: "adjustment", ...CREDIT, memo: "a lost note" },
      { kind: "adjustment_in", balance: 105, memo: "a lost note" },
    ],
    [
      "correction to the customer's cost",
      { ...cash, kind: "adjustment", memo: "a note too many" },
      { kind: "adjustment_out", balance: 95, memo: "a note too many" },
    ],
  ])("of a %s says what its account saw", ([, over, expected]) => {
    expect(pageOf([rowOf(7, over)], null).entries).toEqual([
      { transactionId: "7", amount: 5, at: "2025-11-24T16:00:00.007Z", ...expected },
    ]);
  });
});

describe("a page", () => {
  it("that is the last has no next one", () => {
    expect(pageOf([rowOf(3), rowOf(2)], null).next).toBeUndefined();
    expect(pageOf([], null)).toEqual({ entries: [] });
  });

  it("is followed by what is behind its last entry", () => {
    expect(pageOf([rowOf(9), rowOf(8)], 8)).toMatchObject({ next: "8" });
  });

  it("without an entry says where to go on, while the bank has not looked at all", () => {
    expect(pageOf([], 9)).toEqual({ entries: [], next: "9" });
  });

  it("that fits is written as any other result", () => {
    const page = pageOf([rowOf(9), rowOf(8, { memo: "rent" })], 8);
    const written = encodeWrittenResult(
      7,
      writeHistory({ rows: [rowOf(9), rowOf(8, { memo: "rent" })], next: 8 }),
    );
    expect(written).toEqual(encodeResult(7, "account.history", page));
  });

  it("of the longest entries is cut to its frame, and the pages together lack none", () => {
    const longest = {
      ...{ at: 1_764_000_000_000, amount: AMOUNT_CENTS_MAX, balance: BALANCE_CENTS_MAX },
      ...{ memo: "\u{1f600}".repeat(140), counterparty: "\u{20000}".repeat(32) },
    };
    const first = Number.MAX_SAFE_INTEGER;
    const all = Array.from({ length: 100 }, (_, index) => rowOf(first - index, longest));
    const seen: string[] = [];
    while (seen.length < all.length) {
      const page = pageOf(all.slice(seen.length), null);
      expect(page.entries.length).toBeGreaterThan(0);
      seen.push(...page.entries.map(({ transactionId }) => transactionId));
      expect(page.next).toBe(seen.length < all.length ? seen.at(-1) : undefined);
    }
    expect(seen).toEqual(all.map(({ transaction }) => String(transaction)));
  });
});
