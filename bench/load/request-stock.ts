/**
 * The requests of a line, sealed before a run, in the order in which they are sent: so that during
 * the run the generator does with them what the echo's client does, and writes them. Where they run
 * out each further one is sealed when it is sent.
 */

import type { Cents } from "../../src/bank/money.ts";
import { MessageStore } from "./message-store.ts";
import type { Mix } from "./mix.ts";

export class RequestStock {
  readonly #seal: (amount: Cents) => Uint8Array;
  readonly #mix: Mix;
  #messages = new MessageStore();
  #amounts: Cents[] = [];
  #taken = 0;

  /** @param seal Gives a whole message; asked in the order in which they are sent. */
  constructor(seal: (amount: Cents) => Uint8Array, mix: Mix) {
    this.#seal = seal;
    this.#mix = mix;
  }

  get size(): number {
    return this.#messages.size - this.#taken;
  }

  /** Seals until `count` are there. */
  fill(count: number): void {
    const rest = new MessageStore();
    for (let index = this.#taken; index < this.#messages.size; index++) {
      rest.keep(this.#messages.at(index));
    }
    this.#messages = rest;
    this.#amounts = this.#amounts.slice(this.#taken);
    this.#taken = 0;
    while (this.size < count) {
      const amount = this.#mix();
      this.#amounts.push(amount);
      this.#messages.keep(this.#seal(amount));
    }
  }

  /** Throws away what is there. */
  clear(): void {
    this.#taken = this.#messages.size;
  }

  /** Hands the next message over, and gives its amount. */
  take(send: (message: Uint8Array) => void): Cents {
    if (this.size === 0) {
      const amount = this.#mix();
      send(this.#seal(amount));
      return amount;
    }
    const index = this.#taken;
    this.#taken += 1;
    send(this.#messages.at(index));
    return this.#amounts[index]!;
  }
}
