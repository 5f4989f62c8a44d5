/**
 * What can go wrong with a request of the modern protocol: a closed table, whose words clients may
 * build on (docs/protocol.md, "Errors").
 */

import type { PasswordReason } from "../bank/password-policy.ts";

/** How a client tells its answers apart: an integer, or up to 64 UTF-16 units of text. */
export type RpcId = number | string;

/**
 * What the caller should do: not ask again as it did; ask again with the same idempotency key, for
 * nobody knows whether it was done; or ask again later, for it was not.
 */
export type Retry = "never" | "same_key" | "later";

type ErrorEntry = { readonly code: number; readonly message: string; readonly retry: Retry };

// Codes below -32000 are JSON-RPC's own. Ours are 1000 and up for what a session may not do, 2000
// and up for what an account may not, 3000 and up for a bank that cannot just now.
export const ERRORS = {
  parse_error: { code: -32700, message: "this is not JSON", retry: "never" },
  invalid_request: { code: -32600, message: "this is not a request", retry: "never" },
  unknown_method: { code: -32601, message: "there is no such method", retry: "never" },
  invalid_params: { code: -32602, message: "the parameters do not fit", retry: "never" },
  internal: { code: -32603, message: "the bank has failed", retry: "same_key" },
  not_logged_in: { code: 1000, message: "log in first", retry: "never" },
  already_logged_in: { code: 1001, message: "log out first", retry: "never" },
  authentication_failed: { code: 1002, message: "name or password is wrong", retry: "never" },
  username_taken: { code: 1003, message: "the user name is taken", retry: "never" },
  bad_username: { code: 1004, message: "this cannot be a user name", retry: "never" },
  bad_password: { code: 1005, message: "this cannot be a password", retry: "never" },
  code_required: { code: 1006, message: "a code of the second factor too", retry: "never" },
  factor_set: { code: 1007, message: "there is a second factor", retry: "never" },
  no_factor: { code: 1008, message: "there is no second factor", retry: "never" },
  confirmation_required: { code: 1010, message: "confirm your password first", retry: "never" },
  unknown_session: { code: 1011, message: "there is no such session", retry: "never" },
  not_permitted: { code: 1050, message: "your role does not permit this", retry: "never" },
  weak_password: { code: 1051, message: "your password is too weak for your role", retry: "never" },
  amount_not_positive: { code: 2000, message: "an amount is above zero", retry: "never" },
  amount_too_large: { code: 2001, message: "the amount is above the limit", retry: "never" },
  balance_too_large: { code: 2002, message: "the account cannot hold that much", retry: "never" },
  insufficient_funds: { code: 2003, message: "the balance is too low", retry: "never" },
  unknown_recipient: { code: 2004, message: "there is no such recipient", retry: "never" },
  own_account: { code: 2005, message: "that is your own account", retry: "never" },
  idempotency_conflict: { code: 2006, message: "the key was used for another", retry: "never" },
  vault_too_large: { code: 2007, message: "this terminal cannot take more", retry: "never" },
  account_disabled: { code: 2008, message: "the account is disabled", retry: "never" },
  unknown_user: { code: 2050, message: "there is no such user", retry: "never" },
  own_standing: { code: 2051, message: "nobody changes their own standing", retry: "never" },
  last_administrator: { code: 2052, message: "nobody else could administrate", retry: "never" },
  unknown_proposal: { code: 2053, message: "there is no such open proposal", retry: "never" },
  own_proposal: { code: 2054, message: "another operator has to approve it", retry: "never" },
  too_many_proposals: { code: 2055, message: "too many proposals are open", retry: "never" },
  busy: { code: 3000, message: "the bank is busy", retry: "later" },
  read_only: { code: 3001, message: "the bank takes no changes just now", retry: "later" },
  timed_out: { code: 3002, message: "the outcome is not known yet", retry: "same_key" },
  draining: { code: 3003, message: "the bank is about to stop", retry: "later" },
  too_many_in_flight: { code: 3004, message: "too many requests at once", retry: "later" },
  throttled: { code: 3005, message: "too many sign-ups from here", retry: "later" },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorKind = keyof typeof ERRORS;

export const ERROR_KINDS = Object.keys(ERRORS) as readonly ErrorKind[];

export const isErrorKind = (word: string): word is ErrorKind => Object.hasOwn(ERRORS, word);

/**
 * What an error says; a `bad_password` also says what is wrong with it, and if it is too short, how
 * many characters it has to have.
 */
export interface RpcFailure<Kind extends ErrorKind = ErrorKind> {
  readonly kind: Kind;
  readonly reason?: PasswordReason | undefined;
  readonly charsMin?: number;
}

/** What a request can be that is none, or not one that its method takes. */
export type MisreadKind =
  | "parse_error"
  | "invalid_request"
  | "unknown_method"
  | "invalid_params"
  | "bad_username"
  | "bad_password"
  | "amount_not_positive"
  | "amount_too_large";

/**
 * A request that is answered with an error and does nothing. Thrown in `protocol/` alone; `id` is
 * the request's, or null where it has none that can be read.
 */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly kind: MisreadKind;
  readonly id: RpcId | null;
  readonly reason: PasswordReason | undefined;

  constructor(kind: MisreadKind, id: RpcId | null, reason?: PasswordReason) {
    super(ERRORS[kind].message);
    this.kind = kind;
    this.id = id;
    this.reason = reason;
  }
}
