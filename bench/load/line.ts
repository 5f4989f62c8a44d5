/** A line of the load: one connection that is logged in, whatever it speaks. */

import type { Cents } from "../../src/bank/money.ts";

export type LineProtocol = "classic" | "modern" | "echo";

export type User = { name: string; password: string };

export interface Line {
  /** Sends a request in a free place of the line. It leaves with the next `flush`. */
  send(place: number, amount: Cents): void;
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
