/**
 * The history's thread: reads accounts' histories over a read-only connection of its own, so that a
 * customer with a long one makes neither the writer nor another customer's deposit wait.
 */

import type { MessagePort } from "node:worker_threads";
import { CAST_ID, servePort } from "../actor/port.ts";
import type { Control } from "./control.ts";
import { openSqliteReader } from "./sqlite-store.ts";
import type { HistoryPage, HistoryQuery, StoreReader } from "./store.ts";

export type HistoryThreadData = { folder: string };

/** The page, or null if the query begins with a transaction that is not the account's. */
export type HistoryReply = HistoryPage | null;

export function runHistory(
  port: MessagePort,
  control: Control,
  { folder }: HistoryThreadData,
): void {
  // Opened for the first question, which nobody asks before the ledger has made the store.
  let reader: StoreReader | null = null;
  const served = servePort<HistoryQuery, HistoryReply>(port, (letters) => {
    const calls = letters.filter(({ id }) => id !== CAST_ID);
    const open = (reader ??= openSqliteReader(folder));
    served.reply(calls.map(({ id, request }) => [id, open.history(request)] as const));
  });
  control.onStop(() => {
    port.close();
    reader?.close();
  });
  control.ready();
}
