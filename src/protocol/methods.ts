/**
 * The methods of the modern protocol: what each takes, and what it gives (docs/protocol.md,
 * "Methods").
 */
import type { Cents } from "../bank/money.ts";
import type { OperatorMethods } from "./operator-methods.ts";

/** How many entries a page of history has unless the client says so, and at most. */
export const HISTORY_LIMIT = 20;
export const HISTORY_LIMIT_MAX = 100;

/** Of the sessions of one account, how many a list has: the latest. */
export const SESSIONS_LISTED_MAX = 20;

type Nothing = Readonly<Record<string, never>>;

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** A change carries a key of the client's choice: asked again with it, it is not done again. */
export interface CashParams {
  readonly amount: Cents;
  readonly idempotencyKey: string;
}

/** `transactionId` is of plain digits; the balance is the one right after the change. */
export interface Moved {
  readonly transactionId: string;
  readonly balance: Cents;
}

export type EntryKind =
  | "deposit"
  | "withdrawal"
  | "transfer_in"
  | "transfer_out"
  /** By the bank, which says why in the memo. */
  | "adjustment_in"
  | "adjustment_out";

/** One change as its account saw it. `amount` is above zero whatever the kind; `at` is in UTC. */
export interface HistoryEntry {
  readonly transactionId: string;
  readonly kind: EntryKind;
  readonly amount: Cents;
  readonly balance: Cents;
  readonly at: string;
  readonly counterparty?: string;
  readonly memo?: string;
}

/** Newest first. `next`, if there is more, is the `before` of the next page. */
export interface HistoryPage {
  readonly entries: readonly HistoryEntry[];
  readonly next?: string;
}

/** One session of the account. `session` is its id: 32 hex digits; times are in UTC. */
export interface ListedSession {
  readonly session: string;
  readonly terminal: string;
  readonly protocol: string;
  readonly startedAt: string;
  readonly lastActiveAt: string;
}

/** What a session may do, and how long: what a login tells. */
export interface SessionLimits {
  readonly idleSeconds: number;
  /** From the login to the end, whatever is asked for. */
  readonly absoluteSeconds: number;
  readonly amountMax: Cents;
  /** Withdrawals and transfers above it need `auth.confirm` first. */
  readonly confirmAbove: Cents;
}

/** Each method of customers: what it takes, and what it gives. */
export interface CustomerMethods {
  "auth.signUp": { params: Credentials; result: { readonly username: string } };
  "auth.login": {
    params: Credentials & { readonly code?: string };
    result: {
      readonly username: string;
      readonly roles: readonly string[];
      readonly hasFactor: boolean;
      readonly session: SessionLimits;
    };
  };
  "auth.logout": { params: Nothing; result: Nothing };
  /** Ends all sessions of the account, this one last. */
  "auth.logoutEverywhere": { params: Nothing; result: Nothing };
  /** For some minutes, large sums may then be moved in this session. */
  "auth.confirm": {
    params: { readonly password: string; readonly code?: string };
    result: { readonly seconds: number };
  };
  "auth.changePassword": {
    params: { readonly oldPassword: string; readonly newPassword: string; readonly code?: string };
    result: Nothing;
  };
  /** A secret for an authenticator, which nobody keeps but this session. */
  "auth.beginFactor": {
    params: { readonly password: string };
    result: { readonly secret: string; readonly uri: string };
  };
  /** The code proves that the authenticator has the secret. */
  "auth.enrolFactor": {
    params: { readonly code: string };
    result: { readonly recoveryCodes: readonly string[] };
  };
  "auth.removeFactor": {
    params: { readonly password: string; readonly code: string };
    result: Nothing;
  };
  "account.balance": {
    params: Nothing;
    result: { readonly balance: Cents; readonly available: Cents };
  };
  "account.deposit": { params: CashParams; result: Moved };
  "account.withdraw": { params: CashParams; result: Moved };
  "account.transfer": {
    params: CashParams & { readonly to: string; readonly memo?: string };
    result: Moved;
  };
  "account.history": {
    /** Entries older than the one called `before`, and none after the time `until` (ISO, UTC). */
    params: { readonly before?: string; readonly until?: string; readonly limit: number };
    result: HistoryPage;
  };
  "session.info": {
    params: Nothing;
    result: {
      readonly username: string | null;
      readonly roles: readonly string[];
      readonly hasFactor: boolean;
      readonly protocol: string;
      readonly fingerprint: string;
      readonly idleSeconds: number;
      readonly absoluteSeconds: number;
      readonly startedAt: string;
      readonly terminal: string;
    };
  };
  /** The latest first; `current` is the id of the session that asks. */
  "session.list": {
    params: Nothing;
    result: { readonly current: string; readonly sessions: readonly ListedSession[] };
  };
  "session.end": { params: { readonly session: string }; result: Nothing };
}

export type Methods = CustomerMethods & OperatorMethods;

export type CustomerMethod = keyof CustomerMethods;
export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M]["params"];
export type Result<M extends Method> = Methods[M]["result"];

/** A request's content, told apart by `method`. */
export type Call = { [M in Method]: { readonly method: M; readonly params: Params<M> } }[Method];
