/** How a sign-up, a login or a change of what somebody logs in with can end. */

import type { AccountId, CheckedHash } from "../../bank/ledger.ts";
import type { PasswordRefusal } from "../../bank/password-policy.ts";
import type { Role } from "../../bank/standing.ts";

export type AdmissionOutcome =
  | { type: "signed_up" }
  | {
      type: "logged_in";
      account: AccountId;
      vault: AccountId;
      roles: readonly Role[];
      hasFactor: boolean;
      /** Whether the password is one that an operator may have; of nobody else's is it asked. */
      isFit: boolean;
    }
  | { type: "password_changed" }
  | { type: "confirmed" }
  | { type: "factor_begun"; secret: string; uri: string; checkedHash: CheckedHash }
  | { type: "factor_enrolled"; recoveryCodes: readonly string[] }
  | { type: "factor_removed" }
  | { type: "username_taken" }
  /** There were too many sign-ups from here. */
  | { type: "throttled" }
  | { type: "bad_password"; refusal: PasswordRefusal; charsMin: number }
  | { type: "code_required" }
  | { type: "factor_set" }
  | { type: "no_factor" }
  | { type: "failed" }
  | { type: "locked" }
  | { type: "read_only" }
  | { type: "busy" }
  | { type: "unknown" };
