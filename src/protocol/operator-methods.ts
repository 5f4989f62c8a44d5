/** The methods of operators: what each takes, and what it gives (docs/protocol.md, "Operators"). */

import type { Cents } from "../bank/money.ts";
import type { Role } from "../bank/standing.ts";

/** How many users a page has unless the client says so, and at most. */
export const USERS_LIMIT = 20;
export const USERS_LIMIT_MAX = 50;

type Nothing = Readonly<Record<string, never>>;
type Named = { readonly username: string };

export interface UserLine {
  readonly username: string;
  readonly roles: readonly Role[];
  readonly disabled: boolean;
  readonly hasFactor: boolean;
  /** Whether guesses have locked the name out somewhere. */
  readonly locked: boolean;
}

/** An adjustment that waits for a second person. */
export interface ProposalLine {
  readonly proposal: string;
  readonly username: string;
  readonly amount: Cents;
  readonly reason: string;
  readonly proposer: string;
}

/** Done, with the customer's balance after it; or put before a second person. */
export type Adjusted =
  | { readonly transactionId: string; readonly balance: Cents }
  | { readonly proposal: string };

export interface OperatorMethods {
  /** In the order of the accounts' opening; `next`, if there is more, is the next `after`. */
  "admin.users": {
    params: { readonly after?: string; readonly limit: number };
    result: { readonly users: readonly UserLine[]; readonly next?: string };
  };
  "admin.show": { params: Named; result: UserLine & { readonly balance: Cents } };
  /** Forgets wrong passwords, and so ends a lockout. */
  "admin.unlock": { params: Named; result: Nothing };
  /** Switches an account off: it can neither log in nor move money until it is enabled. */
  "admin.disable": { params: Named; result: Nothing };
  "admin.enable": { params: Named; result: Nothing };
  "admin.resetFactor": { params: Named; result: Nothing };
  "admin.setRoles": { params: Named & { readonly roles: readonly Role[] }; result: Nothing };
  /** `amount` is signed: above zero to the customer, below zero from them. */
  "admin.adjust": {
    params: Named & {
      readonly amount: Cents;
      readonly reason: string;
      readonly idempotencyKey: string;
    };
    result: Adjusted;
  };
  "admin.proposals": { params: Nothing; result: { readonly proposals: readonly ProposalLine[] } };
  "admin.approve": { params: { readonly proposal: string }; result: Adjusted };
  "admin.reject": { params: { readonly proposal: string }; result: Nothing };
}

export type OperatorMethod = keyof OperatorMethods;
