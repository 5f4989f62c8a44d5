/**
 * The bank: starts its parts in the order in which they need each other, and ends them in the
 * other order. A request passes acceptor → connection → session → ledger, and comes back.
 */

import { mkdirSync } from "node:fs";
import { RemoteActor } from "../actor/remote-actor.ts";
import { Supervisor } from "../actor/supervisor.ts";
import { systemClock } from "../actor/clock.ts";
import { ActorSystem } from "../actor/system.ts";
import type { AuditThreadData } from "../workers/audit-thread.ts";
import type { LedgerReply, LedgerRequest } from "../workers/ledger.ts";
import type { LedgerThreadData } from "../workers/ledger-thread.ts";
import { Acceptor } from "./acceptor.ts";
import { CryptoPool } from "./crypto-pool.ts";
import { openKeyRing } from "./key-ring.ts";
import type { Log } from "./log.ts";
import type { ConnectionLimits } from "./patience.ts";
import { SessionCrypto, type CryptoMode } from "./session-crypto.ts";
import { threadFile } from "./thread-file.ts";
import { Thread } from "./thread.ts";

/** Requests on their way to the ledger at once, and so the largest batch. */
const LEDGER_CALLS_MAX = 4_096;

export type BankOptions = {
  host: string;
  /** 0 for any free port. */
  port: number;
  /** The folder that holds the books, the keys and the audit; made if it is not there. */
  folder: string;
  /** bcrypt's cost for new passwords, 4 to 31. */
  bcryptCost: number;
  crypto: CryptoMode;
  connectionsMax: number;
  /** Passwords in work or waiting. */
  passwordsMax: number;
  limits: ConnectionLimits;
  /** The most that the database may grow to, in bytes. */
  bytesMax?: number | undefined;
  log: Log;
  /** Called once if a part keeps dying: nothing is served any more, the bank is to be stopped. */
  onFailure: (error: unknown) => void;
};

export type Bank = {
  readonly host: string;
  readonly port: number;
  /** Stops taking requests, answers those in hand, and leaves everything on the disk. */
  stop(): Promise<void>;
  metrics(): BankMetrics;
};

export type BankMetrics = {
  acceptor: ReturnType<Acceptor["metrics"]>;
  ledger: ReturnType<RemoteActor<LedgerRequest, LedgerReply>["metrics"]>;
  pool: ReturnType<CryptoPool["metrics"]>;
  threads: ReturnType<Supervisor["metrics"]>;
};

/** @throws KeyUnusable, StoreUnusable (by its `name`), or what `listen` throws. */
export async function startBank(options: BankOptions): Promise<Bank> {
  const { folder, log } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keys = openKeyRing(folder);
  const clock = systemClock;
  const system = new ActorSystem({ clock });
  const { deadLetters } = system;
  const callsMax = LEDGER_CALLS_MAX;
  const ledger = new RemoteActor<LedgerRequest, LedgerReply>({
    ...{ name: "ledger", clock, callsMax, deadLetters },
  });
  const supervisor = await startThreads(options, ledger, keys.auditKey);
  const onAlarm = (message: string): void => log.write({ type: "alarm", message });
  const pool = new CryptoPool({ ...options, pepper: keys.pepper, onAlarm });
  const crypto = new SessionCrypto({ mode: options.crypto, pool, clock });
  const context = { system, ledger, pool, crypto, log, limits: options.limits, clock };
  const acceptor = new Acceptor({ ...options, context });

  async function stopParts(): Promise<void> {
    crypto.close();
    await ledger.drain();
    await supervisor.stop();
    await pool.close();
  }
  try {
    const { address, port } = await acceptor.listen();
    log.write({ type: "listening", address: `${address}:${port}` });
    return {
      host: address,
      port,
      async stop() {
        await acceptor.drain();
        await stopParts();
        log.flush();
      },
      metrics: () => ({
        acceptor: acceptor.metrics(),
        ledger: ledger.metrics(),
        pool: pool.metrics(),
        threads: supervisor.metrics(),
      }),
    };
  } catch (error) {
    await stopParts();
    throw error;
  }
}

/** Starts the ledger and the audit under their supervisor; resolves when the ledger is ready. */
async function startThreads(
  { folder, bytesMax, log, onFailure }: BankOptions,
  ledger: RemoteActor<LedgerRequest, LedgerReply>,
  auditKey: Uint8Array,
): Promise<Supervisor> {
  const grownChannel = `journal grown ${crypto.randomUUID()}`;
  const onAlarm = (message: string): void => log.write({ type: "alarm", message });
  const ready = Promise.withResolvers<void>();
  let isReady = false;

  const startLedger = (): Thread => {
    const data: LedgerThreadData = { folder, bytesMax, grownChannel };
    const onReady = (): void => {
      isReady = true;
      ready.resolve();
    };
    const thread = new Thread({ file: threadFile("ledger"), data, onReady, onAlarm });
    ledger.attach(thread.worker);
    thread.onEnd((error) => {
      ready.reject(error); // Only the first start is waited for: a bank that cannot open stops.
      if (isReady && !thread.isStopping) onAlarm(`the ledger has died: ${messageOf(error)}`);
    });
    return thread;
  };
  const startAudit = (): Thread => {
    const data: AuditThreadData = { folder, auditKey, grownChannel };
    const thread = new Thread({
      file: threadFile("audit"),
      data,
      onReady: () => undefined,
      onAlarm,
    });
    thread.onEnd((error) => {
      if (!thread.isStopping) onAlarm(`the audit has died: ${messageOf(error)}`);
    });
    return thread;
  };
  const supervisor = new Supervisor({
    // Started first, so that it is stopped last, when the ledger's last commit is in the journal.
    children: [
      { name: "audit", start: startAudit },
      { name: "ledger", start: startLedger },
    ],
    onGiveUp: onFailure,
  });
  supervisor.start();
  try {
    await ready.promise;
    return supervisor;
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
