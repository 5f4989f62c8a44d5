/** What a customer may decide to do, and the changes of accounts that come of it. */

import type { Cents } from "../../src/bank/money.ts";

export type Protocol = "classic" | "modern";

/** When a line is cut: within the request, behind it, or as the reply arrives and is not heard. */
export type CutMoment = "torn" | "sent" | "unheard";

/** A decision, before anything of it has reached a line. */
export type Deed =
  | { type: "move"; wish: Wish; manner: "once" | "twice" | CutMoment }
  | { type: "look" }
  /** Goes away from the ATM; the next deed begins with a login. */
  | { type: "leave" }
  /** Logs in anew, but types wrong passwords first. */
  | { type: "mistype"; times: number }
  | { type: "idle"; ms: number };

export type Wish =
  | { kind: "deposit" | "withdraw"; amount: Cents }
  | { kind: "transfer"; amount: Cents; to: string; memo: string };

/**
 * One change of an account, asked for once. Its customer's count of changes names it, and is its
 * idempotency key over the modern protocol.
 */
export type Change = { readonly serial: number; readonly wish: Wish };

/** What the change does to the balance of the account whose owner asked for it. */
export const effectOf = ({ wish }: Change): number =>
  wish.kind === "deposit" ? wish.amount : -wish.amount;

export const keyOf = ({ serial }: Change): string => `change-${serial}`;
