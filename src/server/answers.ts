/** What can be told of the ledger's answer, whatever was asked. */

import type { Answer } from "../actor/answer.ts";
import type { Rejection } from "../bank/ledger.ts";
import type { LedgerReply } from "../workers/ledger.ts";

/** Whether a change that got no reply may have been made. */
export const isUnknown = (answer: Answer<LedgerReply>): boolean =>
  !answer.ok && (answer.failure === "died" || answer.failure === "timed_out");

/** The rule that said no, or null where none did. */
export const rejectionOf = (answer: Answer<LedgerReply>): Rejection | null =>
  answer.ok && answer.reply.type === "rejected" ? answer.reply.rejection : null;
