/** Whose turn it is: runs of ready actors, one after the other, never one inside another. */

import { Fifo } from "./fifo.ts";

export interface Scheduler {
  /** Runs `run` later, once, and never before this call has returned. */
  schedule(run: () => void): void;
}

/** Runs in a row before timers and sockets get a turn: some tens of milliseconds of short ones. */
const RUNS_MAX = 100_000;

/**
 * First come, first served, in a microtask: a cast made in a turn of the event loop is handled
 * before the turn ends. Actors that feed each other without end do not starve the event loop.
 */
class MicrotaskScheduler implements Scheduler {
  readonly #ready = new Fifo<() => void>();
  #isDrainDue = false;

  schedule(run: () => void): void {
    this.#ready.push(run);
    if (this.#isDrainDue) return;
    this.#isDrainDue = true;
    queueMicrotask(this.#drain);
  }

  // A run that throws surfaces as an uncaught error; the runs behind it keep their turn.
  readonly #drain = (): void => {
    let runs = 0;
    try {
      while (this.#ready.size > 0 && runs < RUNS_MAX) {
        runs += 1;
        this.#ready.shift()?.();
      }
    } finally {
      this.#isDrainDue = this.#ready.size > 0;
      if (this.#isDrainDue && runs < RUNS_MAX) queueMicrotask(this.#drain);
      else if (this.#isDrainDue) setTimeout(this.#drain, 0);
    }
  };
}

export const microtaskScheduler: Scheduler = new MicrotaskScheduler();
