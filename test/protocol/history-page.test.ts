/** Pages of history fit into a frame, however long the texts in them. */
import { describe, expect, it } from "vitest";
import { cents } from "../../src/bank/money.ts";
import { PLAINTEXT_BYTES_MAX } from "../../src/protocol/frames.ts";
import { METHOD_CODECS } from "../../src/protocol/method-codecs.ts";
import type { HistoryEntry, HistoryPage } from "../../src/protocol/methods.ts";
import { encodeResult, parseReply, parseResult } from "../../src/protocol/modern.ts";

describe("a page of history", () => {
  const entryOf = (index: number, memo: string): HistoryEntry => ({
    transactionId: String(Number.MAX_SAFE_INTEGER - index),
    kind: "transfer_in",
    amount: cents(100_000_000),
    balance: cents(10_000_000_000_000),
    at: "2026-11-24T07:00:00.000Z",
    counterparty: "😀".repeat(32),
    memo,
  });
  const id = "\u{1}".repeat(64); // Six bytes each, once written.

  it.for([
    ["of the longest texts", "😀".repeat(140)],
    ["of texts that are longer once written", '"'.repeat(140)],
    ["of short texts", "x"],
  ] as const)("%s ends where its frame is full, and says where it goes on", ([, memo]) => {
    const entries = Array.from({ length: 100 }, (_, index) => entryOf(index, memo));
    const message = encodeResult(id, "account.history", { entries, next: "1" });
    expect(message.length).toBeLessThanOrEqual(PLAINTEXT_BYTES_MAX);
    const page = pageOf(message);
    expect(page.entries).toEqual(entries.slice(0, page.entries.length));
    expect(page.next).toBe(page.entries.at(-1)!.transactionId);
    // No entry is left out that there is room for, but for the longest id and `next`.
    const entryBytes = message.length / page.entries.length;
    expect(message.length + entryBytes).toBeGreaterThan(PLAINTEXT_BYTES_MAX - 512);
  });

  it("stays as it is where it fits", () => {
    for (const page of [{ entries: [entryOf(0, "x")], next: "1" }, { entries: [] }]) {
      expect(pageOf(encodeResult(id, "account.history", page))).toEqual(page);
    }
  });

  it("has room for the longest entry that there can be", () => {
    const longest = { ...entryOf(0, "😀".repeat(140)), counterparty: "\u{1}".repeat(1024) };
    const page = pageOf(encodeResult(id, "account.history", { entries: [longest, longest] }));
    expect(page).toEqual({ entries: [longest], next: longest.transactionId });
  });
});

function pageOf(message: Uint8Array): HistoryPage {
  const reply = parseReply(message);
  if (reply.type !== "result") throw new Error("not a result");
  return parseResult(METHOD_CODECS["account.history"], reply.result);
}
