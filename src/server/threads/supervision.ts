/** The bank's threads under their supervisor: the ledger, and those that read behind it. */

import type { RemoteActor } from "../../actor/remote-actor.ts";
import { Supervisor } from "../../actor/supervisor.ts";
import type { AuditThreadData } from "../../workers/audit-thread.ts";
import type { HistoryThreadData, ReaderQuery, ReaderReply } from "../../workers/history-thread.ts";
import type { LedgerReply, LedgerRequest } from "../../workers/ledger.ts";
import type { LedgerThreadData } from "../../workers/ledger-thread.ts";
import type { Log } from "../log.ts";
import { threadFile } from "./thread-file.ts";
import { Thread } from "./thread.ts";

export type ThreadsOptions = {
  folder: string;
  bytesMax?: number | undefined;
  /** The current one first, at every look. */
  auditKeys: () => Uint8Array[];
  /** Where the audit's thread hears of other ones. */
  keysChannel: string;
  /** Attached to its thread, and to each successor. */
  ledger: RemoteActor<LedgerRequest, LedgerReply>;
  history: RemoteActor<ReaderQuery, ReaderReply>;
  log: Log;
  /** Called once if a thread keeps dying: all are stopped then. */
  onFailure: (error: unknown) => void;
};

/** Resolves when the ledger is ready. @throws what the ledger could not start for. */
export async function startThreads(options: ThreadsOptions): Promise<Supervisor> {
  const { folder, bytesMax, auditKeys, keysChannel, ledger, history, log, onFailure } = options;
  const grownChannel = `journal grown ${crypto.randomUUID()}`;
  const onAlarm = (message: string): void => log.write({ type: "alarm", message });
  const ledgerReady = Promise.withResolvers<void>();
  let isReady = false;

  function start(
    name: "audit" | "history" | "ledger",
    data: AuditThreadData | HistoryThreadData | LedgerThreadData,
    onReady: () => void,
    onDeath: (error: unknown) => void,
  ): Thread {
    const thread = new Thread({ name, file: threadFile(name), data, onReady, onAlarm });
    thread.onEnd((error) => {
      onDeath(error);
      // A bank whose ledger cannot even start says so once, as the reason why it stops.
      if (isReady && !thread.isStopping) onAlarm(`the ${name} has died: ${messageOf(error)}`);
    });
    return thread;
  }
  const startLedger = (): Thread => {
    const data: LedgerThreadData = { folder, bytesMax, grownChannel };
    const onReady = (): void => {
      isReady = true;
      ledgerReady.resolve();
    };
    const thread = start("ledger", data, onReady, ledgerReady.reject);
    ledger.attach(thread.worker);
    return thread;
  };
  const auditData = (): AuditThreadData => ({
    ...{ folder, auditKeys: auditKeys(), grownChannel, keysChannel },
  });
  const startHistory = (): Thread => {
    const thread = start("history", { folder, grownChannel }, nothing, nothing);
    history.attach(thread.worker);
    return thread;
  };
  const supervisor = new Supervisor({
    // The first is stopped last: the audit, when the ledger's last commit is in the journal.
    children: [
      {
        name: "audit",
        start: () => start("audit", auditData(), nothing, nothing),
      },
      { name: "history", start: startHistory },
      { name: "ledger", start: startLedger },
    ],
    onGiveUp: onFailure,
  });
  supervisor.start();
  try {
    await ledgerReady.promise;
    return supervisor;
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

const nothing = (): void => undefined;

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
