/** The audit as the store's reader tells it: of two tables, in one order. */

import { describe, expect, it, onTestFinished } from "vitest";
import { openSqliteReader } from "../../src/workers/sqlite-store.ts";
import type { StoreReader } from "../../src/workers/store.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { AS_BEFORE_4, TRANSACTIONS, liveThroughADay, tamper } from "./books-stage.ts";

function readerOfADay(more = ""): StoreReader {
  const folder = temporaryFolder();
  liveThroughADay(folder);
  tamper(folder, more);
  const reader = openSqliteReader(folder);
  onTestFinished(() => reader.close());
  return reader;
}

describe("the audit of a day", () => {
  it("has each transaction once, an adjustment as its operator's", () => {
    const rows = readerOfADay().auditAfter(0, 100);
    expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, index) => index + 1));
    const moves = rows.filter(({ transaction }) => transaction !== null);
    const told = moves.map(({ transaction, who, action, amount, object }) => {
      return [transaction, who, action, amount, object];
    });
    expect(told).toEqual([
      [1, "alice", "deposit", 10_000, null],
      [2, "bob", "deposit", 3_000, null],
      [3, "alice", "transfer", 700, "bob"],
      [4, "bob", "withdraw", 1_200, null],
      [5, "ada", "admin.adjust", 500, "bob"],
      [6, "ada", "admin.adjust", -250, "alice"],
      [TRANSACTIONS, "alice", "deposit", 100, null],
    ]);
    const ended = new Set(moves.map(({ origin, outcome }) => `${outcome} ${origin}`));
    expect([...ended]).toEqual(["ok 127.0.0.1:5000"]);
  });

  it("is the same in pages of any size, from any place, and row by row", () => {
    const reader = readerOfADay();
    const all = reader.auditAfter(0, 100);
    expect(reader.auditLast()).toBe(all.length);
    for (let after = 0; after <= all.length; after++) {
      for (const limit of [1, 2, 3, 100]) {
        expect(reader.auditAfter(after, limit)).toEqual(all.slice(after, after + limit));
      }
      expect(reader.auditAt(after + 1)).toEqual(all[after] ?? null);
    }
  });

  it("comes in pages from its end, none of which is before its beginning", () => {
    const reader = readerOfADay();
    const newest = reader.auditAfter(0, 100).toReversed();
    expect(reader.auditPage({ before: null, limit: 2 })).toEqual(newest.slice(0, 2));
    expect(reader.auditPage({ before: newest.length + 9, limit: 2 })).toEqual(newest.slice(0, 2));
    expect(reader.auditPage({ before: 3, limit: 2 })).toEqual(newest.slice(-2));
    expect(reader.auditPage({ before: 2, limit: 2 })).toEqual(newest.slice(-1));
    for (const before of [1, 0]) expect(reader.auditPage({ before, limit: 2 })).toEqual([]);
  });

  it("is the same where the journal's rows are older than their own places in it", () => {
    const before = readerOfADay(AS_BEFORE_4);
    const after = readerOfADay();
    const withoutOrigin = (reader: StoreReader) =>
      reader.auditAfter(0, 100).map((entry) => ({ ...entry, origin: "" }));
    expect(withoutOrigin(before)).toEqual(withoutOrigin(after));
    expect(before.auditLast()).toBe(after.auditLast());
  });
});
