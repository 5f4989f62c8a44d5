/** What a session says of an admission's outcome and of the ledger's answers, in classic words. */

import type { Answer } from "../../actor/answer.ts";
import type { Rejection } from "../../bank/ledger.ts";
import type { PasswordRefusal } from "../../bank/password-policy.ts";
import {
  AUTHENTICATED,
  AUTHENTICATION_FAILED,
  SIGNUP_SUCCESSFUL,
  USERNAME_EXISTS,
  formatReply,
  type Reply,
} from "../../protocol/classic-replies.ts";
import type { Request } from "../../protocol/classic.ts";
import { describe } from "../../protocol/error.ts";
import type { LedgerReply } from "../../workers/ledger.ts";
import type { AdmissionOutcome, Wish } from "../admission/admission.ts";
import { isUnknown } from "../answers.ts";

const TRY_AGAIN = "nothing was done, try again in a moment";
const TOO_MANY = "too many sign-ups from here, try again in an hour";
const SIGN_UP_IN_DOUBT = "it is not known whether this was done, try to log in";
const OUTCOME_UNKNOWN = "it is not known whether this was done, ask for the balance";

/** An outcome as the peer is told of it, and in a word for the terminal. */
type Verdict = { readonly text: string; readonly word: string };

const BUSY: Verdict = { text: formatReply({ type: "busy", detail: TRY_AGAIN }), word: "busy" };
const SIGN_UP_UNKNOWN: Verdict = {
  text: formatReply({ type: "busy", detail: SIGN_UP_IN_DOUBT }),
  word: "busy",
};

const VERDICTS: Record<Exclude<AdmissionOutcome["type"], "bad_password">, Verdict> = {
  signed_up: { text: SIGNUP_SUCCESSFUL, word: "ok" },
  logged_in: { text: AUTHENTICATED, word: "ok" },
  username_taken: { text: USERNAME_EXISTS, word: "username_taken" },
  throttled: { text: formatReply({ type: "busy", detail: TOO_MANY }), word: "throttled" },
  failed: { text: AUTHENTICATION_FAILED, word: "failed" },
  // Codes have no place in this protocol.
  code_required: { text: AUTHENTICATION_FAILED, word: "factor_required" },
  locked: { text: AUTHENTICATION_FAILED, word: "locked" },
  read_only: BUSY,
  busy: BUSY,
  unknown: BUSY, // Of a login, that is: it can be tried again.
  // Which nobody can wish for here:
  password_changed: BUSY,
  factor_begun: BUSY,
  factor_enrolled: BUSY,
  factor_removed: BUSY,
  factor_set: BUSY,
  no_factor: BUSY,
  confirmed: BUSY,
};

export function verdictOn(wish: Wish, outcome: AdmissionOutcome): Verdict {
  if (outcome.type === "bad_password") {
    const detail = REFUSED_PASSWORDS[outcome.refusal];
    return { text: formatReply({ type: "invalid_request", detail }), word: outcome.refusal };
  }
  const isUnknownSignUp = wish.type === "sign_up" && outcome.type === "unknown";
  return isUnknownSignUp ? SIGN_UP_UNKNOWN : VERDICTS[outcome.type];
}

const LITTLE_MORE_THAN_A_NAME = "the password is little more than a name";

const REFUSED_PASSWORDS: Record<PasswordRefusal, string> = {
  too_short: "the password is too short",
  common: "the password is one of those that are guessed first",
  user_name: LITTLE_MORE_THAN_A_NAME,
  bank_name: LITTLE_MORE_THAN_A_NAME,
};

/** The reply to a request, once the ledger has answered or failed to. */
export function replyTo(answer: Answer<LedgerReply>, request: Request): Reply {
  if (!answer.ok) {
    const inDoubt = isUnknown(answer) && request.action !== "balance";
    const detail = inDoubt ? OUTCOME_UNKNOWN : TRY_AGAIN;
    return { type: "busy", detail };
  }
  const { reply } = answer;
  switch (reply.type) {
    case "posted": {
      const type = request.action === "deposit" ? "deposited" : "withdrew";
      return { type, amount: reply.amount, balance: reply.balance };
    }
    case "balance_read":
      return { type: "balance", balance: reply.balance };
    case "rejected":
      return refusalOf(reply.rejection);
    default:
      return { type: "busy", detail: TRY_AGAIN };
  }
}

function refusalOf(rejection: Rejection): Reply {
  switch (rejection) {
    case "insufficient_funds":
      return { type: "insufficient_funds" };
    case "balance_too_large":
      return { type: "invalid_request", detail: "the balance would be above the limit" };
    case "vault_too_large":
      return { type: "invalid_request", detail: "this ATM cannot take more" };
    case "amount_too_large":
      return { type: "invalid_request", detail: describe("amount_too_large") };
    case "amount_not_positive":
      return { type: "invalid_request", detail: describe("bad_amount") };
    case "account_disabled":
      return { type: "invalid_request", detail: "the account is disabled" };
    case "unknown_account":
    case "unknown_vault":
    case "unknown_recipient":
    case "own_account":
    case "factor_set":
    case "no_factor":
    case "idempotency_conflict":
    case "username_taken":
    case "locked":
    case "throttled":
    case "too_many_attempts":
    case "not_permitted":
    case "unknown_user":
    case "unknown_session":
    case "own_standing":
    case "last_administrator":
    case "unknown_proposal":
    case "own_proposal":
    case "too_many_proposals":
      return { type: "invalid_request", detail: "the account cannot do this" };
  }
}
