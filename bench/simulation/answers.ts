/** What a bank says to its customers, in the same words for both protocols. */

import type { Cents } from "../../src/bank/money.ts";

export type Answer =
  | { type: "signed_up" | "logged_in" | "left" | "idled" }
  /** `transaction` is null over the classic protocol, which has no numbers. */
  | { type: "done"; transaction: number | null; balance: Cents }
  | { type: "balance"; balance: Cents }
  /** A rule said no: nothing has happened. */
  | { type: "refused"; reason: string }
  /** The bank could not; where that is in doubt, it may have happened all the same. */
  | { type: "busy"; reason: string; inDoubt: boolean }
  /** The line is gone. In doubt: the request was on it, and its answer was not heard. */
  | { type: "lost"; detail: string; inDoubt: boolean };

/** Refusals that an honest customer brings upon itself; any other is a fault of somebody's. */
export const isOrdinary = (reason: string): boolean =>
  reason === "insufficient_funds" || reason === "unknown_recipient";
