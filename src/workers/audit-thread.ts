/**
 * The audit's thread: wakes when the journal has grown and brings the audit files up to date, over
 * a read-only connection of its own. Nobody waits for it, and it makes nobody wait.
 */

import { BroadcastChannel } from "node:worker_threads";
import { nodeCiphers } from "../ciphers/node.ts";
import { importFernetKey } from "../protocol/fernet.ts";
import { AuditLog, plainFormat, sealedFormat, type LineFormat } from "./audit-log.ts";
import { AuditPages } from "./audit-pages.ts";
import { yieldToOthers } from "./background.ts";
import type { Control } from "./control.ts";
import { openSqliteReader } from "./sqlite-store.ts";
import { StoreUnusable, type StoreReader } from "./store.ts";

/** What happens within this time is written together: each write wakes the thread on a core. */
const GATHER_MS = 100;
/** After a write that failed, as on a full disk. */
const RETRY_MS = 1_000;

export type AuditThreadData = {
  folder: string;
  /** The raw Fernet keys of the encrypted file, the current one first. */
  auditKeys: readonly Uint8Array[];
  /** Where other ones are told. */
  keysChannel: string;
  grownChannel: string;
};

export function runAudit(control: Control, data: AuditThreadData): void {
  yieldToOthers();
  const { folder, grownChannel } = data;
  let formats = formatsUnder(data.auditKeys);
  let reader: StoreReader | null = null;
  let logs: AuditLog[] = [];
  let timer: NodeJS.Timeout | null = null;
  let failure = "";
  let alarmed = "";

  function open(): void {
    const opened = openSqliteReader(folder);
    reader = opened;
    openLogs(opened);
  }

  function openLogs(opened: StoreReader): void {
    const onDamage = (message: string): void => control.alarm(message);
    const pages = new AuditPages(opened);
    logs = formats.map((format) => new AuditLog({ folder, format, pages, onDamage }));
  }

  function wakeIn(delayMs: number): void {
    timer ??= setTimeout(() => {
      timer = null;
      if (!catchUp()) wakeIn(RETRY_MS);
    }, delayMs);
  }

  function catchUp(): boolean {
    try {
      if (reader === null) open();
      for (const log of logs) log.catchUp();
      failure = "";
      alarmed = "";
      return true;
    } catch (error) {
      // The ledger, which makes the store, may still be starting; it calls when it has.
      if (error instanceof StoreUnusable && error.reason !== "unreachable") return true;
      raise(error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  /** Says each trouble once, and only when it lasts: a store that is just being made is none. */
  function raise(message: string): void {
    if (message === failure && message !== alarmed) {
      control.alarm(`the audit files are behind: ${message}`);
      alarmed = message;
    }
    failure = message;
  }

  const grown = new BroadcastChannel(grownChannel);
  grown.onmessage = () => wakeIn(GATHER_MS);
  const keysTold = new BroadcastChannel(data.keysChannel);
  keysTold.onmessage = ({ data: keys }) => {
    formats = formatsUnder(keys as readonly Uint8Array[]);
    if (reader !== null) openLogs(reader);
  };
  wakeIn(0);
  control.onStop(() => {
    if (timer !== null) clearTimeout(timer);
    grown.close();
    keysTold.close();
    catchUp();
    reader?.close();
  });
  control.ready();
}

function formatsUnder(auditKeys: readonly Uint8Array[]): LineFormat[] {
  const [current, ...older] = auditKeys.map((key) => importFernetKey(nodeCiphers, key));
  if (current === undefined) throw new Error("the audit has no key");
  return [plainFormat, sealedFormat(nodeCiphers, current, ...older)];
}
