/** What somebody can wish for that needs a password or a code. */

import type { AuditAction } from "../../bank/audit-vocabulary.ts";
import type { AccountId, CheckedHash } from "../../bank/ledger.ts";

export type SignUp = { type: "sign_up"; username: string; password: string };
/** `code` is null where the protocol has no place for one. */
export type LogIn = { type: "log_in"; username: string; password: string; code?: string | null };
/** Of somebody who is logged in: it is they who ask for a large sum. Counted like a login. */
export type Confirm = { type: "confirm"; username: string; password: string; code?: string };
export type ChangePassword = {
  type: "change_password";
  username: string;
  account: AccountId;
  password: string; // The old one.
  newPassword: string;
  code?: string;
};
/** Of somebody who is logged in: a secret for a second factor, kept by the session alone. */
export type BeginFactor = { type: "begin_factor"; username: string; password: string };
export type EnrolFactor = {
  type: "enrol_factor";
  username: string;
  account: AccountId;
  secret: string;
  /** Of the password that it was begun behind. */
  checkedHash: CheckedHash;
  code: string;
};
export type RemoveFactor = {
  type: "remove_factor";
  username: string;
  password: string;
  code: string;
};

/** Those that try a password which somebody has already. */
export type Trying = LogIn | Confirm | ChangePassword | BeginFactor | RemoveFactor;
export type Wish = SignUp | Trying | EnrolFactor;

/** What each wish is called in the log. */
export const ACTIONS: Record<Wish["type"], AuditAction> = {
  sign_up: "signup",
  log_in: "login",
  confirm: "confirm",
  change_password: "change_password",
  begin_factor: "begin_factor",
  enrol_factor: "enrol_factor",
  remove_factor: "remove_factor",
};
