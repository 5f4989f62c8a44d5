/**
 * What it costs to take a page of history from one thread to another, in µs of CPU: as objects, and
 * as it travels (src/protocol/history-letters.ts).
 */

import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import type { AccountId } from "../../src/bank/ledger.ts";
import type { Cents } from "../../src/bank/money.ts";
import { HISTORY_LIMIT } from "../../src/protocol/methods.ts";
import {
  packPage,
  unpackPage,
  type HistoryPage,
  type HistoryRow,
} from "../../src/protocol/history-letters.ts";

const PAGES = 10_000;
/** The first ones are slower, until the code is compiled. */
const ROUNDS = 4;

const row = (transaction: number): HistoryRow => ({
  posting: {
    ...{ type: "posted", kind: "deposit", memo: null, transaction, amount: 100 as Cents },
    debit: { account: 1 as AccountId, balance: -1e9 as Cents, previous: transaction - 1 },
    credit: { account: 5 as AccountId, balance: 1e6 as Cents, previous: transaction - 1_000 },
  },
  at: 1.79e12 + transaction,
  counterparty: "127.0.0.1",
});
const rows = Array.from({ length: HISTORY_LIMIT }, (_, index) => row(1e7 - index));
const page: HistoryPage = { rows, next: 1 };

const { port1, port2 } = new MessageChannel();

function microsecondsOf(pack: (page: HistoryPage) => unknown, unpack: (sent: unknown) => unknown) {
  const before = process.cpuUsage();
  for (let count = 0; count < PAGES; count++) {
    port1.postMessage(pack(page));
    unpack(receiveMessageOnPort(port2)?.message);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / PAGES;
}

for (let round = 0; round < ROUNDS; round++) {
  const asObjects = microsecondsOf(
    (sent) => sent,
    (sent) => sent,
  );
  const packed = microsecondsOf(packPage, unpackPage);
  console.log(`as objects ${asObjects.toFixed(1)} µs, packed ${packed.toFixed(1)} µs`);
}
port1.close();
