/** Time that people let pass, stretched or shrunk alike for all, and cut short at the end. */

import { setTimeout as delay } from "node:timers/promises";

export class Pace {
  readonly #factor: number;
  readonly #stop: AbortSignal;

  /** @param factor 1 for the habits' own times, 0 for none at all. */
  constructor(factor: number, stop: AbortSignal) {
    this.#factor = factor;
    this.#stop = stop;
  }

  /** Whether everybody is to come to an end. */
  get isOver(): boolean {
    return this.#stop.aborted;
  }

  /** Resolves after the time, or as soon as it is over. */
  async pause(ms: number): Promise<void> {
    await this.rest(ms * this.#factor);
  }

  /** As `pause`, for times that are not people's: they are never shrunk. */
  async rest(ms: number): Promise<void> {
    if (ms < 1 || this.isOver) return;
    await delay(ms, undefined, { signal: this.#stop }).catch(() => undefined);
  }
}
