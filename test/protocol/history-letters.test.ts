/** Pages of history on their way between threads. */

import { describe, expect, it } from "vitest";
import type { AccountId } from "../../src/bank/ledger.ts";
import type { Cents } from "../../src/bank/money.ts";
import {
  packPage,
  unpackPage,
  type HistoryPage,
  type HistoryRow,
} from "../../src/protocol/history-letters.ts";

const row = (transaction: number, memo: string | null): HistoryRow => ({
  posting: {
    ...{ type: "posted", kind: memo === null ? "deposit" : "transfer", memo, transaction },
    amount: (transaction * 100) as Cents,
    debit: { account: 1 as AccountId, balance: -5 as Cents, previous: transaction - 1 },
    credit: { account: 7 as AccountId, balance: 5 as Cents, previous: 0 },
  },
  at: 1_000 + transaction,
  counterparty: memo === null ? "127.0.0.1" : "bob",
});

describe("a page of history", () => {
  it.for<[string, HistoryPage]>([
    ["without rows", { rows: [], next: null }],
    ["whose rows were all too new", { rows: [], next: 12 }],
    ["with rows of both kinds", { rows: [row(9, null), row(8, "rent"), row(3, "")], next: 2 }],
  ])("%s is on the other thread what it was", ([, page]) => {
    expect(unpackPage(structuredClone(packPage(page)))).toEqual(page);
  });

  it("has no object for a row while it travels", () => {
    const { columns } = packPage({ rows: [row(9, null), row(8, "rent")], next: null }) as {
      columns: unknown[][];
    };
    const isObject = (column: unknown): boolean => typeof column === "object" && column !== null;
    expect(columns).toHaveLength(2);
    expect(columns.flat().filter(isObject)).toEqual([]);
  });

  it.for<[string, unknown]>([
    ["no page", null],
    ["a failure", "failed"],
    ["a page of the audit", [{ sequence: 1, at: 2, who: "alice" }]],
    ["an empty page of the audit", []],
  ])("leaves %s as it is", ([, reply]) => {
    expect(unpackPage(structuredClone(packPage(reply)))).toEqual(reply);
  });
});
