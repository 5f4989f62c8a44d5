/**
 * The load as a scenario sees it: lines to a bank, spread over threads, on which one run after the
 * other can be made. It owns the threads.
 */

import type { RecordableHistogram } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { EchoSizes } from "../ceilings/echo-process.ts";
import { nowMs } from "./clock.ts";
import type { Run } from "./driver.ts";
import type { LineProtocol, User } from "./line.ts";
import type { ThreadMessage, ThreadOrder, ThreadPlan } from "./load-thread.ts";
import { mergeHistograms, mergeSlots, perSecondOf, type Slots } from "./meter.ts";
import { joinObservations, type Observations } from "./observations.ts";
import type { Target } from "./socket.ts";

/** Below the bank's own bound, so that no login is refused for want of a place. */
const LOGINS_AT_ONCE_MAX = 32;
/** Between the order to run and the start, so that all threads start together. */
const LEAD_MS = 50;
/**
 * Requests are sealed before a run, enough for so many a second of all lines together in a closed
 * loop; in an open one for its rate, and more, since not all lines send the same share of it.
 */
const CLOSED_PER_SECOND = 40_000;
const OPEN_SHARES = 1.5;

export type LoadOptions = {
  protocol: LineProtocol;
  target: Target;
  bankKey?: Uint8Array;
  echo?: EchoSizes;
  /** Lines are given to the users in turn. */
  users: readonly User[];
  connections: number;
  inFlight: number;
  threads: number;
  depositPercent: number;
  seed: number;
};

export type Pace = {
  /** Requests a second; null for a closed loop. */
  perSecond: number | null;
  warmUpMs: number;
  durationMs: number;
};

export type Measured = {
  /** Answered a second, while it measured. */
  perSecond: number;
  /** In nanoseconds. */
  latency: RecordableHistogram;
  slots: Slots;
  /** All of the run, its warm-up too: the proof wants every change. */
  observations: Observations;
  unsent: number;
};

/** Told when the measuring part of a run begins and ends. */
export interface RunWatcher {
  begin(): void;
  end(): void;
}

const NO_ECHO: EchoSizes = { requestBytes: 1, replyBytes: 1 };

export class Load {
  readonly #workers: readonly Worker[];
  readonly #connections: number;
  readonly #failed: Promise<never>;

  private constructor(workers: readonly Worker[], connections: number) {
    this.#workers = workers;
    this.#connections = connections;
    const failed = Promise.withResolvers<never>();
    failed.promise.catch(() => undefined); // Whoever waits for a thread learns of it.
    for (const worker of workers) worker.on("error", failed.reject);
    this.#failed = failed.promise;
  }

  /** Resolves when every line is logged in. @throws Error if one cannot be. */
  static async open(options: LoadOptions): Promise<Load> {
    const of = Math.min(options.threads, options.connections);
    const url = new URL("./load-thread.ts", import.meta.url);
    const workers = Array.from({ length: of }, (_, index) => {
      return new Worker(url, { workerData: planOf(options, { index, of }), name: "load" });
    });
    const load = new Load(workers, options.connections);
    try {
      await load.#answers("ready");
      return load;
    } catch (error) {
      await load.close();
      throw error;
    }
  }

  /** @throws Error if a line is lost, or the bank refuses a request. */
  async run(
    { perSecond, warmUpMs, durationMs }: Pace,
    watcher: RunWatcher | null = null,
  ): Promise<Measured> {
    await this.#stock({ perSecond, warmUpMs, durationMs });
    const startAt = nowMs() + LEAD_MS;
    const measureFrom = startAt + warmUpMs;
    const run: Run = { perSecond, startAt, measureFrom, endAt: measureFrom + durationMs };
    const driven = this.#answers("driven");
    const ran = this.#answers("ran");
    for (const answers of [driven, ran]) {
      answers.catch(() => undefined); // Waited for below, unless the run fails before.
    }
    this.#order({ type: "run", run });
    await Promise.race([sleep(LEAD_MS + warmUpMs), this.#failed]);
    watcher?.begin();
    try {
      await driven;
    } finally {
      watcher?.end();
    }
    const parts = await ran;
    const slots = mergeSlots(parts.map((part) => part.slots));
    return {
      perSecond: perSecondOf(slots),
      latency: mergeHistograms(parts.map(({ histogram }) => histogram)),
      slots,
      observations: joinObservations(parts.map(({ observations }) => observations)),
      unsent: parts.reduce((sum, { unsent }) => sum + unsent, 0),
    };
  }

  async close(): Promise<void> {
    const living = this.#workers.filter(({ threadId }) => threadId !== -1);
    const exits = living.map(
      (worker) => new Promise<void>((resolve) => worker.once("exit", () => resolve())),
    );
    for (const worker of living) worker.postMessage({ type: "close" } satisfies ThreadOrder);
    await Promise.race([Promise.all(exits), this.#failed.catch(() => undefined)]);
    await Promise.all(living.map((worker) => worker.terminate()));
  }

  /** Has every line seal what it will send. */
  async #stock({ perSecond, warmUpMs, durationMs }: Pace): Promise<void> {
    const seconds = (warmUpMs + durationMs) / 1_000;
    const requests = seconds * (perSecond === null ? CLOSED_PER_SECOND : perSecond * OPEN_SHARES);
    const stocked = this.#answers("stocked");
    this.#order({ type: "stock", perLine: Math.ceil(requests / this.#connections) });
    await stocked;
  }

  #order(order: ThreadOrder): void {
    for (const worker of this.#workers) worker.postMessage(order);
  }

  /** The next message of this type from each thread. */
  #answers<T extends ThreadMessage["type"]>(
    type: T,
  ): Promise<Extract<ThreadMessage, { type: T }>[]> {
    const all = this.#workers.map((worker) => nextMessage(worker, type));
    return Promise.race([Promise.all(all), this.#failed]);
  }
}

function nextMessage<T extends ThreadMessage["type"]>(
  worker: Worker,
  type: T,
): Promise<Extract<ThreadMessage, { type: T }>> {
  return new Promise((resolve) => {
    const take = (message: ThreadMessage): void => {
      if (message.type !== type) return;
      worker.off("message", take);
      resolve(message as Extract<ThreadMessage, { type: T }>);
    };
    worker.on("message", take);
  });
}

/** The plan of one thread: a row of lines, so that an account has lines on several threads. */
function planOf(options: LoadOptions, share: { index: number; of: number }): ThreadPlan {
  const { users, connections, protocol } = options;
  const { host, port } = options.target; // And whatever else it is, which may not be cloned.
  const all = Array.from({ length: connections }, (_, line) => {
    const account = line % users.length;
    return { ...users[account]!, account };
  });
  return {
    ...{ protocol, target: { host, port }, bankKey: options.bankKey ?? null },
    ...{ echo: options.echo ?? NO_ECHO, inFlight: options.inFlight, share },
    users: all.filter((_, line) => Math.floor((line * share.of) / connections) === share.index),
    depositPercent: options.depositPercent,
    seed: options.seed + share.index,
    loginsAtOnce: Math.max(1, Math.floor(LOGINS_AT_ONCE_MAX / share.of)),
  };
}
