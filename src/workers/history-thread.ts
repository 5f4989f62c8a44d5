/**
 * The history's thread: reads accounts' histories, and the audit for operators, over a read-only
 * connection of its own, so that a long one makes neither the writer nor a customer's deposit wait.
 */

import { BroadcastChannel, type MessagePort } from "node:worker_threads";
import { Fifo } from "../actor/fifo.ts";
import { CAST_ID, servePort, type Letter } from "../actor/port.ts";
import type { Control } from "./control.ts";
import { openSqliteReader } from "./sqlite-store.ts";
import type { AuditEntry } from "../bank/audit.ts";
import { writeHistory } from "./history-page.ts";
import type { AuditQuery, HistoryQuery, StoreReader } from "./store.ts";

/** What is committed within this time is read together, so that no page has to read much of it. */
const READ_AHEAD_MS = 200;

export type HistoryThreadData = { folder: string; grownChannel: string };

/**
 * The page as the text that stands in the answer to the customer; null if the query begins behind a
 * transaction that is not the account's; `failed` if the store could not be read.
 */
export type HistoryReply = { readonly page: string } | "failed" | null;
export type AuditReply = AuditEntry[] | "failed";

/** What can be asked of this thread; each question has replies of its own type. */
export type ReaderQuery = HistoryQuery | AuditQuery;
export type ReaderReply = HistoryReply | AuditReply;

export function readPage(reader: StoreReader, query: ReaderQuery): ReaderReply {
  if (!("account" in query)) return reader.auditPage(query);
  const read = reader.history(query);
  return read === null ? null : { page: writeHistory(read) };
}

export function runHistory(
  port: MessagePort,
  control: Control,
  { folder, grownChannel }: HistoryThreadData,
): void {
  // Opened for the first question, or when the journal has grown: the ledger has made the store.
  let reader: StoreReader | null = null;
  const waiting = new Fifo<Letter<ReaderQuery>>();
  let next: NodeJS.Immediate | null = null;
  let ahead: NodeJS.Timeout | null = null;
  /** Of the last that was read, if it could not be: it is told once as long as it lasts. */
  let failure = "";

  // Each answer leaves before the next query begins: nobody waits for those behind.
  function answerNext(): void {
    next = null;
    const letter = waiting.shift();
    if (letter === undefined) return;
    served.reply([[letter.id, pageOf(letter.request)]]);
    if (waiting.size > 0) next = setImmediate(answerNext);
  }

  function pageOf(query: ReaderQuery): ReaderReply {
    return used("a page of history", (opened) => readPage(opened, query));
  }

  // In small steps, between which questions are answered.
  function readAhead(): void {
    const isThrough = used("what a page of history begins with", (opened) => opened.readAhead());
    ahead = isThrough === false ? setTimeout(readAhead) : null;
  }

  // One page that cannot be read is no reason to take this thread, and in the end the bank, from
  // everybody else. Whatever is wrong with the connection ends with it.
  function used<T>(what: string, use: (opened: StoreReader) => T): T | "failed" {
    try {
      reader ??= openSqliteReader(folder);
      const answer = use(reader);
      failure = "";
      return answer;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== failure) control.alarm(`${what} could not be read: ${reason}`);
      failure = reason;
      reader?.close();
      reader = null;
      return "failed";
    }
  }

  const served = servePort<ReaderQuery, ReaderReply>(port, (letters) => {
    for (const letter of letters) if (letter.id !== CAST_ID) waiting.push(letter);
    if (next === null) answerNext();
  });
  const grown = new BroadcastChannel(grownChannel);
  grown.onmessage = () => {
    ahead ??= setTimeout(readAhead, READ_AHEAD_MS);
  };
  control.onStop(() => {
    grown.close();
    if (ahead !== null) clearTimeout(ahead);
    if (next !== null) clearImmediate(next);
    port.close();
    reader?.close();
  });
  control.ready();
}
