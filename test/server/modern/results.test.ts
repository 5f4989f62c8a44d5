/** A page of history: what a customer sees of each row, and how pages follow each other. */

import { describe, expect, it } from "vitest";
import type { AccountId, Posted } from "../../../src/bank/ledger.ts";
import { AMOUNT_CENTS_MAX, BALANCE_CENTS_MAX, cents } from "../../../src/bank/money.ts";
import { PLAINTEXT_BYTES_MAX } from "../../../src/protocol/frames.ts";
import { METHOD_CODECS } from "../../../src/protocol/method-codecs.ts";
import type { HistoryPage } from "../../../src/protocol/methods.ts";
import { encodeResult, parseReply, parseResult } from "../../../src/protocol/modern.ts";
import { historyResult } from "../../../src/server/modern/results.ts";
import type { HistoryRow } from "../../../src/protocol/history-letters.ts";
import type { HistoryQuery } from "../../../src/workers/store.ts";

const ALICE = 1 as AccountId;
const BOB = 2 as AccountId;
const query: HistoryQuery = { account: ALICE, from: null, until: null, limit: 20 };

function rowOf(transaction: number, over: Partial<Posted> = {}, counterparty = "bob"): HistoryRow {
  const posting: Posted = {
    ...{ type: "posted", transaction, kind: "transfer", amount: cents(5), memo: null },
    debit: { account: ALICE, balance: cents(95), previous: 0 },
    credit: { account: BOB, balance: cents(105), previous: 0 },
    ...over,
  };
  return { posting, at: 1_764_000_000_000 + transaction, counterparty };
}

function pageOf(rows: readonly HistoryRow[], next: number | null, asked = query): HistoryPage {
  const effect = historyResult(1, asked, { ok: true, reply: { rows, next } });
  if (effect.type !== "send_result" || effect.method !== "account.history") {
    throw new Error(`no page: ${effect.type}`);
  }
  return effect.result;
}

/** What a client reads of a page. @throws Error if it is too long for a frame. */
function asRead(page: HistoryPage): HistoryPage {
  const bytes = encodeResult("i".repeat(64), "account.history", page);
  expect(bytes.length).toBeLessThanOrEqual(PLAINTEXT_BYTES_MAX);
  const reply = parseReply(bytes);
  if (reply.type !== "result") throw new Error("no result");
  return parseResult(METHOD_CODECS["account.history"], reply.result);
}

describe("an entry", () => {
  const sides = {
    debit: { account: BOB, balance: cents(1), previous: 0 },
    credit: { account: ALICE, balance: cents(105), previous: 0 },
  };
  it.for([
    ["deposit", { kind: "deposit", ...sides }, { kind: "deposit", balance: 105 }],
    ["withdrawal", { kind: "withdraw" }, { kind: "withdrawal", balance: 95 }],
    ["transfer out", {}, { kind: "transfer_out", balance: 95, counterparty: "bob" }],
    [
      "transfer in",
      { ...sides, memo: "rent" },
      { kind: "transfer_in", balance: 105, counterparty: "bob", memo: "rent" },
    ],
  ] as const)("of a %s says what its account saw", ([, over, expected]) => {
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
    expect(pageOf([rowOf(9), rowOf(8)], 5)).toMatchObject({ next: "8" });
  });

  it("behind an entry begins with the next one", () => {
    const asked = { ...query, from: 9, limit: 3 };
    const page = pageOf([rowOf(9), rowOf(8), rowOf(5)], 4, asked);
    expect(page.entries.map(({ transactionId }) => transactionId)).toEqual(["8", "5"]);
    expect(page.next).toBe("5");
  });

  it("behind an entry that is too late for it is no longer than asked for", () => {
    const asked = { ...query, from: 9, until: 1_764_000_000_008, limit: 3 };
    const page = pageOf([rowOf(8), rowOf(5), rowOf(4)], null, asked);
    expect(page.entries.map(({ transactionId }) => transactionId)).toEqual(["8", "5"]);
    expect(page.next).toBe("5");
  });

  it("without an entry says where to go on, while the bank has not looked at all", () => {
    expect(pageOf([], 9)).toEqual({ entries: [], next: "9" });
  });

  it("that the store could not give is the bank's failure", () => {
    expect(historyResult(1, query, { ok: true, reply: "failed" })).toEqual({
      ...{ type: "send_error", id: 1, kind: "internal" },
    });
  });

  it("of an entry that is not the account's is a wrong parameter", () => {
    expect(historyResult(1, query, { ok: true, reply: null })).toEqual({
      ...{ type: "send_error", id: 1, kind: "invalid_params" },
    });
  });

  it.for(["busy", "timed_out", "died", "draining"] as const)(
    "that is %s is for later",
    (failure) => {
      expect(historyResult(1, query, { ok: false, failure })).toEqual({
        ...{ type: "send_error", id: 1, kind: "busy" },
      });
    },
  );

  it("of the longest entries is cut to its frame, and the pages together lack none", () => {
    const longest = {
      ...{ amount: AMOUNT_CENTS_MAX, memo: "\u{1f600}".repeat(140) },
      debit: { account: ALICE, balance: BALANCE_CENTS_MAX, previous: 1 },
    };
    const first = Number.MAX_SAFE_INTEGER;
    const name = "\u{20000}".repeat(32);
    const rows = Array.from({ length: 100 }, (_, index) => rowOf(first - index, longest, name));
    // The time of these ids is none that there is.
    const all = rows.map((row) => ({ ...row, at: 1_764_000_000_000 }));
    const seen: string[] = [];
    let from: number | null = null;
    for (let pages = 0; seen.length < all.length; pages++) {
      expect(pages).toBeLessThan(100);
      const at = from === null ? 0 : all.findIndex(({ posting }) => posting.transaction === from);
      const limit = from === null ? 100 : 101;
      const page: HistoryPage = asRead(pageOf(all.slice(at), null, { ...query, from, limit }));
      seen.push(...page.entries.map(({ transactionId }) => transactionId));
      expect(page.next).toBe(seen.length < all.length ? seen.at(-1) : undefined);
      from = Number(page.next);
    }
    expect(seen).toEqual(all.map(({ posting }) => String(posting.transaction)));
  });
});
