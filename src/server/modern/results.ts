/** What a session says of the answers that it got, in the modern protocol's words. */

import type { Answer } from "../../actor/answer.ts";
import type { Rejection } from "../../bank/ledger.ts";
import { SESSIONS_LISTED_MAX } from "../../protocol/methods.ts";
import type { ListedSession, Moved } from "../../protocol/methods.ts";
import type { ErrorKind, RpcFailure, RpcId } from "../../protocol/rpc-error.ts";
import type { ReaderReply } from "../../workers/history-thread.ts";
import type { LedgerReply } from "../../workers/ledger.ts";
import type { AdmissionOutcome } from "../admission/admission.ts";
import type { SessionEntry } from "../session-registry.ts";
import { isOperatorCall, operatorResult } from "./operator-calls.ts";
import type { Effect, LedgerCall } from "./session-state.ts";

/** The answer to a call that the ledger was asked for. */
export function ledgerResult(id: RpcId, call: LedgerCall, answer: Answer<LedgerReply>): Effect {
  if (!answer.ok) return { type: "send_error", id, kind: failureKind(answer) };
  const { reply } = answer;
  const operators = isOperatorCall(call) ? operatorResult(id, call, reply) : null;
  if (operators !== null) return operators;
  switch (reply.type) {
    case "posted": {
      const { balance, transaction } = reply;
      const result: Moved = { transactionId: String(transaction), balance };
      return { type: "send_result", id, method: call.method, result } as Effect;
    }
    case "balance_read": {
      const { balance } = reply;
      const result = { balance, available: balance };
      return { type: "send_result", id, method: "account.balance", result };
    }
    case "rejected":
      return { type: "send_error", id, kind: REJECTION_KINDS[reply.rejection] };
    case "read_only":
      return { type: "send_error", id, kind: "read_only" };
    default:
      return { type: "send_error", id, kind: "internal" };
  }
}

export function historyResult(id: RpcId, answer: Answer<ReaderReply>): Effect {
  if (!answer.ok) return { type: "send_error", id, kind: "busy" };
  const { reply } = answer;
  if (reply === null) return { type: "send_error", id, kind: "invalid_params" };
  if (reply === "failed" || !("page" in reply)) return { type: "send_error", id, kind: "internal" };
  return { type: "send_written", id, result: reply.page };
}

/** The latest sessions of an account as its own customer may see them, the latest first. */
export const listedSessions = (entries: readonly SessionEntry[], now: number): ListedSession[] =>
  entries
    .slice(-SESSIONS_LISTED_MAX)
    .toReversed()
    .map((entry) => ({
      session: entry.id,
      terminal: entry.terminal,
      protocol: entry.protocol,
      startedAt: new Date(entry.startedAt).toISOString(),
      lastActiveAt: new Date(now - entry.idleMs()).toISOString(),
    }));

/** What a login, a sign-up or a change of password is told when it did not succeed. */
export function admissionFailure(outcome: FailedAdmission): RpcFailure {
  if (outcome.type !== "bad_password") return { kind: ADMISSION_KINDS[outcome.type] };
  const { refusal: reason, charsMin } = outcome;
  return { kind: "bad_password", reason, ...(reason === "too_short" && { charsMin }) };
}

const ADMISSION_KINDS = {
  username_taken: "username_taken",
  throttled: "throttled",
  failed: "authentication_failed",
  code_required: "code_required",
  factor_set: "factor_set",
  no_factor: "no_factor",
  locked: "authentication_failed",
  read_only: "read_only",
  busy: "busy",
  unknown: "timed_out",
} as const satisfies Partial<Record<AdmissionOutcome["type"], ErrorKind>>;

type FailedAdmission = Extract<
  AdmissionOutcome,
  { type: "bad_password" | keyof typeof ADMISSION_KINDS }
>;
/** An outcome in a word, for the terminal. */
export const wordOf = ({ type }: AdmissionOutcome): string => (OK.has(type) ? "ok" : type);

const OK: ReadonlySet<AdmissionOutcome["type"]> = new Set<AdmissionOutcome["type"]>([
  ...(["signed_up", "logged_in", "password_changed", "confirmed"] as const),
  ...(["factor_begun", "factor_enrolled", "factor_removed"] as const),
]);

function failureKind({ failure }: Answer<LedgerReply> & { ok: false }): ErrorKind {
  // A thread that died may have committed: like a late answer, the outcome is in the books only.
  return failure === "died" ? "timed_out" : failure;
}

const REJECTION_KINDS: Record<Rejection, ErrorKind> = {
  username_taken: "username_taken",
  locked: "authentication_failed",
  throttled: "authentication_failed",
  too_many_attempts: "busy",
  unknown_account: "internal",
  unknown_vault: "internal",
  account_disabled: "account_disabled",
  factor_set: "factor_set",
  no_factor: "no_factor",
  unknown_recipient: "unknown_recipient",
  own_account: "own_account",
  amount_not_positive: "amount_not_positive",
  amount_too_large: "amount_too_large",
  insufficient_funds: "insufficient_funds",
  balance_too_large: "balance_too_large",
  vault_too_large: "vault_too_large",
  idempotency_conflict: "idempotency_conflict",
  not_permitted: "not_permitted",
  unknown_user: "unknown_user",
  unknown_session: "unknown_session",
  own_standing: "own_standing",
  last_administrator: "last_administrator",
  unknown_proposal: "unknown_proposal",
  own_proposal: "own_proposal",
  too_many_proposals: "too_many_proposals",
};
