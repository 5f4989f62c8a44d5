/** A mailbox: the messages that wait for one actor, in order, up to a bound. */

import { Fifo } from "./fifo.ts";

export class Mailbox<Message> {
  readonly max: number;
  readonly #waiting = new Fifo<Message>();
  #depthMax = 0;

  /** @throws RangeError if `max` is not a whole number above zero: a mailbox has a bound. */
  constructor(max: number) {
    if (!Number.isSafeInteger(max) || max < 1) throw new RangeError(`not a bound: ${max}`);
    this.max = max;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** The most messages that have ever waited here at once. */
  get depthMax(): number {
    return this.#depthMax;
  }

  /** Takes the message in, or says false where the mailbox is full and the caller must be told. */
  offer(message: Message): boolean {
    if (this.#waiting.size >= this.max) return false;
    this.#waiting.push(message);
    this.#depthMax = Math.max(this.#depthMax, this.#waiting.size);
    return true;
  }

  /** The oldest message, or `undefined` when `size` is 0. */
  take(): Message | undefined {
    return this.#waiting.shift();
  }

  /** Takes out everything that waits, oldest first. */
  *drain(): Generator<Message> {
    while (this.#waiting.size > 0) yield this.#waiting.shift() as Message;
  }
}
