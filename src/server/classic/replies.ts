/** What a session says of the ledger's answers, in the classic protocol's words. */

import type { Answer } from "../../actor/answer.ts";
import type { Rejection } from "../../bank/ledger.ts";
import { formatReply, type Reply, type Request } from "../../protocol/classic.ts";
import { describe } from "../../protocol/error.ts";
import type { LedgerReply } from "../../workers/ledger.ts";
import { isUnknown } from "../answers.ts";

const TRY_AGAIN = "nothing was done, try again in a moment";
const OUTCOME_UNKNOWN = "it is not known whether this was done, ask for the balance";

/** What a sign-up or a login is told when the bank cannot take it now. */
export const BUSY_TEXT = formatReply({ type: "busy", detail: TRY_AGAIN });

/** What a sign-up is told when nobody knows whether it was done. */
export const SIGN_UP_UNKNOWN_TEXT = formatReply({
  type: "busy",
  detail: "it is not known whether this was done, try to log in",
});

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
    case "amount_too_large":
      return { type: "invalid_request", detail: describe("amount_too_large") };
    case "amount_not_positive":
      return { type: "invalid_request", detail: describe("bad_amount") };
    case "unknown_account":
    case "unknown_vault":
    case "unknown_recipient":
    case "own_account":
    case "idempotency_conflict":
    case "username_taken":
    case "locked":
    case "too_many_attempts":
      return { type: "invalid_request", detail: "the account cannot do this" };
  }
}
