/** A line of the load: one connection that is logged in, whatever it speaks. */

import type { Cents } from "../../src/bank/money.ts";

export type LineProtocol = "classic" | "modern" | "echo";

export type User = { name: string; password: string };

export interface Line {
  /** Seals requests ahead, until as many are there. Only while none is in flight. */
  stock(requests: number): void;
  /**
   * Sends the next request, in a free place of the line; it leaves with the next `flush`. Gives its
   * amount, zero for an inquiry.
   */
  send(place: number): Cents;
  flush(): void;
  /** The balance that a reply tells, in cents. @throws Error if it tells none. */
  balanceIn(reply: Uint8Array, amount: Cents): number;
  close(): void;
}

/** What a line tells its driver. */
export type LineEvents = {
  /** The request in this place is answered. `reply` is only there during the call. */
  readonly onReply: (place: number, reply: Uint8Array) => void;
  /** The line ended, although nobody had closed it. */
  readonly onLost: (reason: string) => void;
};

/** A reply that is none to a deposit or an inquiry: the bank refused, or was busy. */
export class UnexpectedReply extends Error {
  override readonly name = "UnexpectedReply";
}
