/** The methods of operators: what each takes, and what it gives (docs/protocol.md, "Operators"). */

import type { Cents } from "../bank/money.ts";
import type { Role } from "../bank/standing.ts";

/** How many users a page has unless the client says so, and at most. */
export const USERS_LIMIT = 20;
export const USERS_LIMIT_MAX = 50;
/** The same of sessions, and of the audit's entries. */
export const LINES_LIMIT = 20;
export const LINES_LIMIT_MAX = 50;

type Nothing = Readonly<Record<string, never>>;
type Named = { readonly username: string };

export interface UserLine {
  readonly username: string;
  readonly roles: readonly Role[];
  readonly disabled: boolean;
  readonly hasFactor: boolean;
  /** Whether an operator has locked it, or guesses have locked the name out somewhere. */
  readonly locked: boolean;
}

/** A session of anybody's. `number` counts the logins since the bank's start; times are in UTC. */
export interface SessionLine {
  readonly number: string;
  readonly session: string;
  readonly username: string;
  readonly roles: readonly string[];
  readonly terminal: string;
  readonly protocol: string;
  readonly startedAt: string;
  readonly lastActiveAt: string;
}

/** One entry of the audit. `sequence` counts from 1 without a gap; long texts are cut. */
export interface AuditLine {
  readonly sequence: string;
  readonly at: string;
  readonly who: string;
  readonly action: string;
  /** `ok`, or why it was refused. */
  readonly outcome: string;
  readonly origin: string;
  /** As it was asked for, however odd. */
  readonly amount?: Cents;
  readonly transactionId?: string;
  readonly object?: string;
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
  /** Nobody logs in to the account until it is unlocked; its sessions and its money go on. */
  "admin.lock": { params: Named; result: Nothing };
  /** Ends a lock, and forgets wrong passwords, and so ends a lockout. */
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
  /** The latest first, of one user or of all; `next`, if there is more, is the next `before`. */
  "admin.sessions": {
    params: { readonly username?: string; readonly before?: string; readonly limit: number };
    result: { readonly sessions: readonly SessionLine[]; readonly next?: string };
  };
  "admin.endSession": { params: { readonly session: string }; result: Nothing };
  /** The latest first; that it was read is the first of them. */
  "audit.list": {
    params: { readonly before?: string; readonly limit: number };
    result: { readonly entries: readonly AuditLine[]; readonly next?: string };
  };
}

export type OperatorMethod = keyof OperatorMethods;
