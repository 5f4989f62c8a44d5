/** Adjustments above a limit: proposed by one operator, and made only if another one approves. */

import type { AccountId } from "./ledger.ts";
import type { Cents } from "./money.ts";

export type Proposal = {
  /** 1, 2, 3 … in the order of proposing. */
  readonly id: number;
  readonly proposer: AccountId;
  readonly account: AccountId;
  /** Above zero to credit the account, below to debit it. */
  readonly amount: Cents;
  readonly reason: string;
  /** The proposer's own: asked for again under it, the proposal is not made twice. */
  readonly key: string;
  readonly state: "open" | "approved" | "rejected";
};
