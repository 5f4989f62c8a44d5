/** What the audit says of what the ledger did. */

import type { AuditEntry } from "../bank/audit.ts";
import type { Decision, Event, LoginFailure, LoginPurpose, Posted } from "../bank/ledger.ts";
import { ACTIONS, type Operation } from "../bank/operations.ts";
import type { LedgerRequest } from "./ledger.ts";

/** What the audit says of a command: one entry each, but none for a login that has only begun. */
export function auditOf(
  { command, who, origin }: LedgerRequest & { type: "command" },
  decision: Decision,
): Omit<AuditEntry, "sequence" | "at"> | null {
  const posted = decision.ok ? postedOf(decision.event) : null;
  const transaction = posted?.transaction ?? null;
  const outcome = outcomeOf(decision);
  switch (command.type) {
    case "sign_up":
      return { who, action: "signup", outcome, amount: null, transaction, origin };
    case "begin_login":
      if (decision.ok) return null;
      return { who, action: purposeOf(command), outcome, amount: null, transaction, origin };
    case "end_login":
      return { who, action: purposeOf(command), outcome, amount: null, transaction, origin };
    case "change_password":
      return { who, action: "change_password", outcome, amount: null, transaction, origin };
    case "deposit":
    case "withdraw":
    case "transfer":
      return { who, action: command.type, outcome, amount: command.amount, transaction, origin };
    case "balance":
      return { who, action: "balance", outcome, amount: null, transaction, origin };
    case "appoint": {
      const object = command.username;
      return { who, action: "admin.init", outcome, amount: null, transaction, origin, object };
    }
    case "operate": {
      if (decision.ok && isRepeated(decision.event)) return null;
      const { operation } = command;
      const amount = operation.type === "adjust" ? operation.amount : (posted?.amount ?? null);
      const action = ACTIONS[operation.type];
      const object = objectOf(operation);
      const ended = decision.ok && decision.event.type === "proposed" ? "proposed" : outcome;
      return { who, action, outcome: ended, amount, transaction, origin, object };
    }
    case "enrol_factor":
    case "remove_factor":
      return { who, action: command.type, outcome, amount: null, transaction, origin };
    case "end_factor":
      if (!decision.ok || !isRecovery(decision.event)) return null;
      return { who, action: "recovery_code", outcome, amount: null, transaction, origin };
    case "upgrade_hash": // Of the bank's own accord, and nothing that anybody could notice.
    case "begin_factor": // The end of its login tells of it.
    case "forget_attempts":
      return null;
  }
}

const isRecovery = (event: Event): boolean =>
  event.type === "factor_tried" && event.verdict === "recovery_code";

/** A wrong old password is a failed change of the password, though it counts like a login's. */
const purposeOf = ({ purpose = "login" }: { purpose?: LoginPurpose }): string => purpose;

function outcomeOf(decision: Decision): string {
  if (!decision.ok) return decision.rejection;
  return decision.event.type === "login_failed" ? LOGIN_FAILURES[decision.event.reason] : "ok";
}

const LOGIN_FAILURES: Record<LoginFailure, string> = {
  wrong_password: "failed",
  not_checked: "busy",
  disabled: "disabled",
  locked: "locked",
  code_required: "code_required",
  factor_required: "factor_required",
  wrong_code: "wrong_code",
  code_locked: "code_locked",
};

/** What an event has posted to the journal, if anything. */
export function postedOf(event: Event): Posted | null {
  if (event.type === "adjusted") return event.posted;
  return event.type === "posted" ? event : null;
}

/** A proposal that was made before is on record already. */
const isRepeated = (event: Event): boolean =>
  event.type === "answered" && event.answer.type === "proposed_before";

/** Whom, or what, an operator has acted upon. */
function objectOf(operation: Operation): string | null {
  switch (operation.type) {
    case "users":
    case "proposals":
      return null;
    case "approve":
    case "reject":
      return `proposal ${operation.proposal}`;
    case "setRoles":
      return `${operation.username} ${operation.roles.join("+")}`;
    case "endSession":
      return `${operation.username ?? "nobody"} session ${operation.session}`;
    case "auditList":
      return operation.before === null ? null : `before ${operation.before}`;
    default:
      return operation.username;
  }
}
