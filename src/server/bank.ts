/**
 * The bank: starts its parts in the order in which they need each other, and ends them in the
 * other order. A request passes acceptor → connection → session → ledger, and comes back.
 */

import { mkdirSync } from "node:fs";
import { RemoteActor, type RemoteActorMetrics } from "../actor/remote-actor.ts";
import type { Supervisor } from "../actor/supervisor.ts";
import { systemClock } from "../actor/clock.ts";
import type { DeadLetter } from "../actor/dead-letters.ts";
import type { ActorMetrics } from "../actor/metrics.ts";
import { ActorSystem } from "../actor/system.ts";
import { passwordMinimum, type PasswordProfile } from "../bank/password-policy.ts";
import {
  packRequest,
  unpackReply,
  type LedgerReply,
  type LedgerRequest,
} from "../protocol/ledger-letters.ts";
import type { ReaderQuery, ReaderReply } from "../workers/history-thread.ts";
import { addressText } from "./address.ts";
import { Acceptor } from "./acceptor.ts";
import { CryptoPool } from "./threads/crypto-pool.ts";
import { followIdentity, openIdentity } from "./keys/identity.ts";
import { SecondFactors, type SecretBox } from "./factor/second-factors.ts";
import { openSecret, sealSecret } from "./keys/secret-box.ts";
import { followKeyRing, openKeyRing } from "./keys/key-ring.ts";
import { watchKeys } from "./keys/key-watch.ts";
import type { Log } from "./log.ts";
import type { News } from "./modern/session-state.ts";
import type { ConnectionLimits } from "./patience.ts";
import { followReports } from "./owner-reports.ts";
import { recordKeys, recordReport, recordStart, recordStop } from "./own-record.ts";
import { SessionRegistry } from "./session-registry.ts";
import { nodeCiphers } from "../ciphers/node.ts";
import type { Cents } from "../bank/money.ts";
import { SessionCrypto, type CryptoMode, type Placement } from "./classic/session-crypto.ts";
import { startThreads } from "./threads/supervision.ts";
import { serverCertificateWarning } from "./tls/options.ts";
import { openTlsEntrance } from "./tls/entrance.ts";

/** Requests on their way to the ledger at once, and so the largest batch. */
const LEDGER_CALLS_MAX = 4_096;
/** Pages of history on their way at once. */
const HISTORY_CALLS_MAX = 256;

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
  /** What new passwords must be; anything goes where nothing is said. */
  passwords?: PasswordProfile | undefined;
  /** Passwords in work or waiting. */
  passwordsMax: number;
  /** Sign-ups from one source in an hour. */
  signUpsMax: number;
  limits: ConnectionLimits;
  /** Withdrawals and transfers above it need a fresh confirmation. */
  confirmAbove: Cents;
  /** The bank's name and version, for its greeting. */
  about: { name: string; version: string };
  /** Whether the classic protocol is spoken beside the modern one. */
  classic: boolean;
  /** Whether TLS clients need a certificate of the bank's authority. */
  mutualTls: boolean;
  /** The most that the database may grow to, in bytes. */
  bytesMax?: number | undefined;
  /** What an operator may adjust without a second person. */
  secondPersonAbove?: Cents | undefined;
  log: Log;
  /** Called once if a part keeps dying: nothing is served any more, the bank is to be stopped. */
  onFailure: (error: unknown) => void;
};

export type Bank = {
  readonly host: string;
  readonly port: number;
  /** The fingerprint of the key that modern clients pin; a rotation changes it. */
  readonly fingerprint: string;
  /** That key as it is now, in hex. */
  readonly publicKey: string;
  /** Who is logged in, to be listed and ended. */
  readonly sessions: Pick<SessionRegistry<News>, "list" | "end" | "endAll" | "size">;
  /** Stops taking requests, answers those in hand, and leaves everything on the disk. */
  stop(): Promise<void>;
  metrics(): BankMetrics;
};

export type BankMetrics = {
  acceptor: ReturnType<Acceptor["metrics"]>;
  ledger: RemoteActorMetrics;
  history: RemoteActorMetrics;
  /** The sessions and whoever else lives on the main thread, taken together. */
  actors: { count: number; depth: number; handled: number };
  /** The latest too, but not what they said: that may be a password. */
  deadLetters: { total: number; recent: Omit<DeadLetter, "message">[] };
  /** Where the sessions' sealing is done. */
  crypto: { placement: Placement };
  pool: ReturnType<CryptoPool["metrics"]>;
  threads: ReturnType<Supervisor["metrics"]>;
};

/**
 * @throws KeyUnusable, CertificateUnusable, StoreUnusable (by its `name`), or what `listen` throws.
 */
export async function startBank(options: BankOptions): Promise<Bank> {
  const { folder, log } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keyRing = openKeyRing(folder);
  const clock = systemClock;
  openIdentity(folder, clock.now());
  const onAlarm = (message: string): void => log.write({ type: "alarm", message });
  const onDamage = ({ message }: Error): void => onAlarm(message);
  const currentKeys = followKeyRing(folder, { first: keyRing, onDamage });
  const currentIdentity = followIdentity(folder, { now: () => clock.now(), onDamage });
  const tls = openTlsEntrance(folder, { mutual: options.mutualTls, onDamage });
  const warning = tls === null ? null : serverCertificateWarning(folder, clock.now());
  if (warning !== null) onAlarm(warning);
  const system = new ActorSystem({ clock });
  const { deadLetters } = system;
  const ledger = new RemoteActor<LedgerRequest, LedgerReply>({
    ...{ name: "ledger", clock, callsMax: LEDGER_CALLS_MAX, deadLetters },
    packing: { pack: packRequest, unpack: unpackReply },
  });
  const history = new RemoteActor<ReaderQuery, ReaderReply>({
    ...{ name: "history", clock, callsMax: HISTORY_CALLS_MAX, deadLetters },
  });
  const auditKeys = (): Uint8Array[] => currentKeys().auditKeys.map(({ key }) => key);
  const record = { ledger, log };
  const keyWatch = watchKeys({
    ...{ ring: currentKeys, identity: currentIdentity },
    onChanged: (before, after) => recordKeys(record, before, after),
  });
  const supervisor = await startThreads({
    ...options,
    ...{ auditKeys, keysChannel: keyWatch.channel, ledger, history },
  });
  const box: SecretBox = {
    seal: (account, secret) => sealSecret(currentKeys().factorKeys, account, secret),
    open: (account, sealed) => openSecret(currentKeys().factorKeys, account, sealed),
  };
  const factors = new SecondFactors({ box, clock });
  const pool = new CryptoPool({ ...options, peppers: () => currentKeys().peppers, onAlarm });
  const crypto = new SessionCrypto({ mode: options.crypto, pool, clock, onAlarm });
  const sessions = new SessionRegistry<News>((length) => nodeCiphers.randomBytes(length));
  const context = {
    ...{ system, clock, ledger, history, pool, factors, crypto, log, tls },
    ...{ limits: options.limits, about: options.about, classic: options.classic },
    secondPersonAbove: options.secondPersonAbove,
    tlsOnly: options.mutualTls,
    ...{ sessions, confirmAbove: options.confirmAbove, signUpsMax: options.signUpsMax },
    passwordCharsMin: options.passwords === undefined ? null : passwordMinimum(options.passwords),
    identities: () => currentIdentity().all,
  };
  const acceptor = new Acceptor({ ...options, context });

  await recordStart(record, options, keyWatch.names);
  const closeReports = await followReports(folder, {
    record: (key, report) => recordReport(record, key, report),
    onDamage: onAlarm,
  });

  async function stopParts(sessionsEnded: number): Promise<void> {
    crypto.close();
    keyWatch.close();
    closeReports();
    await recordStop(record, sessionsEnded);
    await Promise.all([ledger.drain(), history.drain()]);
    await supervisor.stop();
    await pool.close();
  }
  try {
    const { address, port } = await acceptor.listen();
    log.write({ type: "listening", address: addressText({ host: address, port }) });
    log.write({ type: "told", message: `Key fingerprint: ${currentIdentity().fingerprint}` });
    return {
      ...{ host: address, port, sessions },
      get fingerprint() {
        return currentIdentity().fingerprint;
      },
      get publicKey() {
        return currentIdentity().publicKeyHex;
      },
      async stop() {
        const { size } = sessions;
        await acceptor.drain();
        await stopParts(size);
        log.flush();
      },
      metrics: () => ({
        acceptor: acceptor.metrics(),
        ledger: ledger.metrics(),
        history: history.metrics(),
        actors: sumOf(system.metrics()),
        deadLetters: {
          total: deadLetters.total,
          recent: deadLetters.recent().map(({ to, reason, at }) => ({ to, reason, at })),
        },
        crypto: { placement: crypto.placement },
        pool: pool.metrics(),
        threads: supervisor.metrics(),
      }),
    };
  } catch (error) {
    await stopParts(0);
    throw error;
  }
}

const sumOf = (actors: readonly ActorMetrics[]): BankMetrics["actors"] => ({
  count: actors.length,
  depth: actors.reduce((sum, { depth }) => sum + depth, 0),
  handled: actors.reduce((sum, { handled }) => sum + handled, 0),
});
