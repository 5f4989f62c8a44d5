/**
 * The ledger's thread: takes letters from the main thread, and commits whatever has arrived as one
 * batch. What arrives during a commit is the next batch, so batches grow with the load; a small one
 * may wait a moment (./gathering.ts). The callers bound the mailbox: the port caps the calls in
 * flight.
 */

import { BroadcastChannel, receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import { systemClock } from "../actor/clock.ts";
import { servePort } from "../actor/port.ts";
import type { Control } from "./control.ts";
import { Gathering } from "./gathering.ts";
import {
  packReply,
  unpackRequest,
  type LedgerReply,
  type LedgerRequest,
} from "../protocol/ledger-letters.ts";
import { Ledger } from "./ledger.ts";
import { openSqliteStore } from "./sqlite-store.ts";

/** Others are told once of all that is committed within this time: to tell it costs 30 µs. */
const GROWN_MS = 50;
const FULL = "the disk is full: changes are refused until there is room, balances can be read";

export type LedgerThreadData = {
  folder: string;
  bytesMax: number | undefined;
  /** Names the channel on which the audit and the history learn that the journal has grown. */
  grownChannel: string;
};

/** @throws StoreUnusable; the thread then ends, and with it whatever was in its mailbox. */
export function runLedger(port: MessagePort, control: Control, data: LedgerThreadData): void {
  const ledger = new Ledger(openSqliteStore(data));
  const gathering = new Gathering(() => systemClock.monotonic());
  const grown = new BroadcastChannel(data.grownChannel);
  let grownTimer: NodeJS.Timeout | null = null;

  function tellSoon(): void {
    grownTimer ??= setTimeout(() => {
      grownTimer = null;
      grown.postMessage(null);
    }, GROWN_MS);
  }

  // If `commit` throws, this thread dies having promised nothing, and its successor starts from
  // what the store holds.
  const served = servePort<LedgerRequest, LedgerReply>(
    port,
    (letters) => {
      const wasFull = ledger.isFull;
      const requests = letters.map(({ request }) => request);
      const replies = ledger.commit(requests, systemClock.now(), systemClock.monotonic());
      if (ledger.isFull && !wasFull) control.alarm(FULL);
      served.reply(letters.flatMap(({ id }, index) => answerTo(id, replies[index])));
      tellSoon();
      gathering.committed(letters.length);
    },
    {
      receive: () => receiveMessageOnPort(port),
      gather: (here) => gathering.wait(here),
      packing: { pack: packReply, unpack: unpackRequest },
    },
  );

  control.onStop(() => {
    port.close();
    if (grownTimer !== null) clearTimeout(grownTimer); // The audit looks once more as it stops.
    grown.close();
    ledger.close();
  });
  control.ready();
  grown.postMessage(null);
}

/** A cast has the id 0 and wants no reply. */
const answerTo = (id: number, reply: LedgerReply | undefined): [number, LedgerReply][] =>
  id === 0 || reply === undefined ? [] : [[id, reply]];
