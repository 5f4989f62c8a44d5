/**
 * A page of history as its customer sees it, written as it stands in the answer: here and not on
 * the main thread, which would spend more on it than on all else that it does for a page.
 */

import { givesHistory } from "../protocol/customer-codecs.ts";
import type { EntryKind, HistoryEntry, HistoryPage } from "../protocol/methods.ts";
import { writeTime } from "../protocol/time.ts";
import type { HistoryRow, HistoryRows } from "./store.ts";

/** The text of a result of `account.history`, cut to what a frame holds. */
export const writeHistory = (read: HistoryRows): string =>
  givesHistory.writeResult(historyPage(read));

const historyPage = ({ rows, next }: HistoryRows): HistoryPage => ({
  entries: rows.map(entryOf),
  ...(next !== null && { next: String(next) }),
});

function entryOf(row: HistoryRow): HistoryEntry {
  const { transaction, at, amount, balance, memo, counterparty } = row;
  return {
    transactionId: String(transaction),
    kind: entryKind(row),
    amount,
    balance,
    at: writeTime(at),
    ...(counterparty !== null && { counterparty }),
    ...(memo !== null && { memo }),
  };
}

function entryKind({ kind, isCredit }: HistoryRow): EntryKind {
  if (kind === "deposit") return "deposit";
  if (kind === "withdraw") return "withdrawal";
  if (kind === "adjustment") return isCredit ? "adjustment_in" : "adjustment_out";
  return isCredit ? "transfer_in" : "transfer_out";
}
