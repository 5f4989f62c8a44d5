/** The dead-letter office: counts every message that could not be handled, keeps the last. */

import { systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { Fifo } from "./fifo.ts";

/**
 * - `stopped`, `crashed`: it waited for, or was sent to, an actor that had ended so.
 * - `died`: it had not left for another thread when that ended.
 * - `late`: a reply, to a call that had already got its answer.
 */
export type DeadLetterReason = "stopped" | "crashed" | "died" | "late";

/** Kept whole, secrets included: show `to`, `reason` and `at` to people, not `message`. */
export interface DeadLetter {
  readonly to: string;
  readonly message: unknown;
  readonly reason: DeadLetterReason;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const KEPT_MAX = 100;

export class DeadLetters {
  readonly #clock: Clock;
  readonly #keptMax: number;
  readonly #kept = new Fifo<DeadLetter>();
  #total = 0;

  constructor({
    clock = systemClock,
    keptMax = KEPT_MAX,
  }: { clock?: Clock; keptMax?: number } = {}) {
    this.#clock = clock;
    this.#keptMax = keptMax;
  }

  /** How many there have ever been, kept or not. */
  get total(): number {
    return this.#total;
  }

  add(to: string, message: unknown, reason: DeadLetterReason): void {
    this.#total += 1;
    this.#kept.push({ to, message, reason, at: this.#clock.now() });
    if (this.#kept.size > this.#keptMax) this.#kept.shift();
  }

  /** The last ones, oldest first. */
  recent(): DeadLetter[] {
    return [...this.#kept];
  }
}
