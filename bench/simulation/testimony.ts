/** What one customer can testify: which changes were acknowledged, and which are in doubt. */

import type { Cents } from "../../src/bank/money.ts";
import type { Note } from "./customer.ts";
import type { Change } from "./deeds.ts";

export type Acknowledged = {
  readonly change: Change;
  /** The bank's number for it; null over the classic protocol. */
  readonly transaction: number | null;
  /** The balance after it, as the bank said. */
  readonly balance: Cents;
};

export type Testimony = {
  readonly name: string;
  readonly acknowledged: readonly Acknowledged[];
  /** Asked for, and never answered: done once, or not at all. */
  readonly unacknowledged: readonly Change[];
  /** Of those, what a look at the balance seemed to tell. */
  readonly settled: readonly { readonly change: Change; readonly isDone: boolean }[];
};

/** Gathers one customer's testimony from its notes. */
export class Witness {
  readonly #name: string;
  readonly #acknowledged: Acknowledged[] = [];
  readonly #settled: { change: Change; isDone: boolean }[] = [];
  readonly #doubts = new Map<number, Change>();

  constructor(name: string) {
    this.#name = name;
  }

  hear(note: Note): void {
    switch (note.type) {
      case "acknowledged":
        this.#doubts.delete(note.change.serial);
        this.#acknowledged.push(note);
        return;
      case "in_doubt":
        this.#doubts.set(note.change.serial, note.change);
        return;
      case "cleared":
        this.#doubts.delete(note.change.serial);
        return;
      case "settled":
        this.#settled.push(note);
        return;
      case "event":
      case "refused":
      case "setback":
      case "wrong":
        return;
    }
  }

  testimony(): Testimony {
    return {
      name: this.#name,
      acknowledged: this.#acknowledged,
      unacknowledged: [...this.#doubts.values()],
      settled: this.#settled,
    };
  }
}
