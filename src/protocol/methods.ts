/**
 * The methods of the modern protocol: what each takes, and what it gives (docs/protocol.md,
 * "Methods").
 */
import type { Cents } from "../bank/money.ts";

/** How many entries a page of history has unless the client says so, and at most. */
export const HISTORY_LIMIT = 20;
export const HISTORY_LIMIT_MAX = 100;

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

export type EntryKind = "deposit" | "withdrawal" | "transfer_in" | "transfer_out";

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

/** Each method: what it takes, and what it gives. */
export interface Methods {
  "auth.signUp": { params: Credentials; result: { readonly username: string } };
  "auth.login": {
    params: Credentials & { readonly code?: string };
    result: {
      readonly username: string;
      readonly roles: readonly string[];
      readonly session: { readonly idleSeconds: number; readonly amountMax: Cents };
    };
  };
  "auth.logout": { params: Nothing; result: Nothing };
  "auth.changePassword": {
    params: { readonly oldPassword: string; readonly newPassword: string };
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
      readonly protocol: string;
      readonly fingerprint: string;
      readonly idleSeconds: number;
      readonly startedAt: string;
      readonly terminal: string;
    };
  };
}

export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M]["params"];
export type Result<M extends Method> = Methods[M]["result"];

/** A request's content, told apart by `method`. */
export type Call = { [M in Method]: { readonly method: M; readonly params: Params<M> } }[Method];
