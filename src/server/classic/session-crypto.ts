/**
 * Where the sessions' cryptography runs. Inline, on the main thread, it costs 12 µs a transaction
 * and no hop; in the pool it costs more in all, but other cores pay. So `auto` stays inline until
 * the main thread is the bottleneck while cores are idle.
 */

import { availableParallelism, cpus } from "node:os";
import { performance, type EventLoopUtilization } from "node:perf_hooks";
import type { Cancel, Clock } from "../../actor/clock.ts";
import { nodeCiphers } from "../../ciphers/node.ts";
import { performSealing, type SealingResult, type SealingTask } from "../../protocol/sealing.ts";
import { deriveSessionKeys, type SessionKeys } from "../../protocol/session-keys.ts";
import type { CryptoPool } from "../threads/crypto-pool.ts";

export type CryptoMode = "auto" | "inline" | "pool";
export type Placement = "inline" | "pool";

const SAMPLE_MS = 500;

/** What a session seals with: the keys for here, the secret for other threads. */
export type SessionSecrets = { readonly masterSecret: Uint8Array; readonly keys: SessionKeys };

export const deriveSecrets = (masterSecret: Uint8Array): SessionSecrets => ({
  masterSecret,
  keys: deriveSessionKeys(nodeCiphers, masterSecret),
});

export type Load = {
  /** The share of the time, 0 to 1, in which the main thread's event loop was busy. */
  readonly mainBusy: number;
  readonly coresIdle: number;
};

/**
 * The pool costs a core or two of its own and eases the main thread by about a half, so going back
 * needs a far lower load than going there: otherwise the two would alternate.
 */
export function choosePlacement(current: Placement, { mainBusy, coresIdle }: Load): Placement {
  if (current === "inline") return mainBusy > 0.95 && coresIdle >= 1 ? "pool" : "inline";
  return mainBusy < 0.4 || coresIdle < 0.1 ? "inline" : "pool";
}

export type SessionCryptoOptions = {
  mode: CryptoMode;
  pool: CryptoPool;
  clock: Clock;
  /** Told of each task that the pool could not do. */
  onAlarm: (message: string) => void;
};

export class SessionCrypto {
  readonly #pool: CryptoPool;
  readonly #onAlarm: (message: string) => void;
  #placement: Placement;
  #cancelSample: Cancel = () => undefined;

  constructor({ mode, pool, clock, onAlarm }: SessionCryptoOptions) {
    this.#pool = pool;
    this.#onAlarm = onAlarm;
    this.#placement = mode === "pool" ? "pool" : "inline";
    if (mode === "auto" && availableParallelism() > 1) this.#sampleOn(clock);
  }

  get placement(): Placement {
    return this.#placement;
  }

  /** Does one task of a session, at once or in the pool; if a thread died over it, here. */
  perform(secrets: SessionSecrets, task: SealingTask): SealingResult | Promise<SealingResult> {
    if (this.#placement === "inline") return performSealing(nodeCiphers, secrets.keys, task);
    const { masterSecret, keys } = secrets;
    return this.#pool.seal({ masterSecret, task }).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      this.#onAlarm(`a sealing task failed in the pool, and is done without it: ${reason}`);
      return performSealing(nodeCiphers, keys, task);
    });
  }

  close(): void {
    this.#cancelSample();
  }

  #sampleOn(clock: Clock): void {
    let busyBefore: EventLoopUtilization = performance.eventLoopUtilization();
    let timesBefore = coreTimes();
    const sample = (): void => {
      const busyNow = performance.eventLoopUtilization();
      const timesNow = coreTimes();
      const mainBusy = performance.eventLoopUtilization(busyNow, busyBefore).utilization;
      const passed = Math.max(1, timesNow.all - timesBefore.all);
      const coresIdle = ((timesNow.idle - timesBefore.idle) / passed) * timesNow.cores;
      this.#placement = choosePlacement(this.#placement, { mainBusy, coresIdle });
      busyBefore = busyNow;
      timesBefore = timesNow;
      this.#cancelSample = clock.after(SAMPLE_MS, sample);
    };
    this.#cancelSample = clock.after(SAMPLE_MS, sample);
  }
}

/** The time that all cores together have spent, and spent idle, in ms since the system started. */
function coreTimes(): { all: number; idle: number; cores: number } {
  const cores = cpus();
  let all = 0;
  let idle = 0;
  for (const { times } of cores) {
    all += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { all, idle, cores: cores.length };
}
