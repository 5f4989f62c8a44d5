/** For tests of actors: time by hand, turns in an order that a seed decides, ports in memory. */

import type { Cancel, Clock } from "./clock.ts";
import { Fifo } from "./fifo.ts";
import type { Port } from "./port.ts";
import { seededRandom } from "./random.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";

/** Time stands still until it is advanced. */
export class ManualClock implements Clock {
  readonly #startedAt: number;
  #elapsedMs = 0;
  #timers: { readonly dueMs: number; readonly run: () => void }[] = [];

  /** `now` is the time by the wall, in milliseconds since the epoch. */
  constructor(now = 0) {
    this.#startedAt = now;
  }

  now(): number {
    return this.#startedAt + this.#elapsedMs;
  }

  /** Starts at 0. */
  monotonic(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, run: () => void): Cancel {
    const timer = { dueMs: this.#elapsedMs + delayMs, run };
    const later = this.#timers.findIndex(({ dueMs }) => dueMs > timer.dueMs);
    this.#timers.splice(later === -1 ? this.#timers.length : later, 0, timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** The timers that have not fired. */
  get pending(): number {
    return this.#timers.length;
  }

  /**
   * Lets time pass and fires what falls due, in order of due time, then of arming, each at its own
   * moment. Timers armed on the way count too.
   */
  advance(ms: number): void {
    const untilMs = this.#elapsedMs + ms;
    for (let next = this.#timers[0]; next && next.dueMs <= untilMs; next = this.#timers[0]) {
      this.#timers.shift();
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      next.run();
    }
    this.#elapsedMs = untilMs;
  }
}

/** More runs than any test needs: actors that never come to rest are a mistake to report. */
const RUNS_MAX = 1_000_000;

/**
 * Runs the ready in an order that the seed decides; the same seed gives the same order again. An
 * actor is ready at most once at a time, so each still handles its own messages in order.
 */
export class SeededScheduler implements Scheduler {
  readonly #random: Random;
  readonly #ready: (() => void)[] = [];

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  schedule(run: () => void): void {
    this.#ready.push(run);
  }

  /** Runs one of those that are ready, or says false where none is. */
  runOne(): boolean {
    const [run] = this.#ready.splice(Math.floor(this.#random() * this.#ready.length), 1);
    run?.();
    return run !== undefined;
  }

  /** @throws Error if the actors never come to rest. */
  runUntilIdle(): void {
    for (let runs = 0; this.runOne(); runs += 1) {
      if (runs >= RUNS_MAX) throw new Error(`not idle after ${RUNS_MAX} runs`);
    }
  }
}

/** One end of two ports in memory. What is posted is cloned, as between threads. */
export class MemoryPort implements Port {
  /** What this end has posted. */
  readonly posted: unknown[] = [];
  readonly #schedule: (run: () => void) => void;
  readonly #listeners = new Map<string, ((value: unknown) => void)[]>();
  readonly #arrived = new Fifo<{ message: unknown }>();
  #peer: MemoryPort | null = null;
  #isOpen = true;
  #isClosing = false;
  #isDeliveryDue = false;

  constructor(schedule: (run: () => void) => void) {
    this.#schedule = schedule;
  }

  connect(peer: MemoryPort): void {
    this.#peer = peer;
  }

  /** @throws DataCloneError if the value could not cross to another thread. */
  postMessage(value: unknown): void {
    const message: unknown = structuredClone(value);
    if (!this.#isOpen) return;
    this.posted.push(message);
    if (this.#peer !== null) this.#peer.#accept({ message });
  }

  on(event: string, listener: (value: unknown) => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
    this.#deliverSoon();
  }

  /** The next message not delivered yet, in the form that `receiveMessageOnPort` gives. */
  receive(): { message: unknown } | undefined {
    return this.#arrived.shift();
  }

  /** Ends both: nothing more can be posted, and `close` follows what is under way. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#isClosing = true;
    this.#deliverSoon();
    if (this.#peer !== null) this.#peer.close();
  }

  #accept(arrival: { message: unknown }): void {
    this.#arrived.push(arrival);
    this.#deliverSoon();
  }

  // One at a time, so that a scheduler of any order keeps the order of this port.
  #deliverSoon(): void {
    if (this.#isDeliveryDue || !this.#isDeliverable()) return;
    this.#isDeliveryDue = true;
    this.#schedule(() => {
      this.#isDeliveryDue = false;
      this.#deliver();
      this.#deliverSoon();
    });
  }

  /** Messages wait for somebody who listens, as they do at a MessagePort. */
  #isDeliverable(): boolean {
    return this.#arrived.size > 0 ? this.#listeners.has("message") : this.#isClosing;
  }

  #deliver(): void {
    const arrival = this.#arrived.shift();
    if (arrival !== undefined) this.#emit("message", arrival.message);
    else if (this.#isClosing) {
      this.#isClosing = false;
      this.#emit("close", undefined);
    }
  }

  #emit(event: string, value: unknown): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value);
  }
}

/** Two connected ports. They deliver by `scheduler`; without one, before a post returns. */
export function portPair(scheduler?: Scheduler): readonly [MemoryPort, MemoryPort] {
  const schedule = (run: () => void): void => (scheduler ? scheduler.schedule(run) : run());
  const [near, far] = [new MemoryPort(schedule), new MemoryPort(schedule)];
  near.connect(far);
  far.connect(near);
  return [near, far];
}
