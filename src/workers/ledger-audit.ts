/** What the audit says of what the ledger did. */

import type { Audited } from "../bank/audit.ts";
import type { AuditAction, AuditOutcome } from "../bank/audit-vocabulary.ts";
import type { Decision, Event, LoginFailure, LoginPurpose, Posted } from "../bank/ledger.ts";
import type { Cents } from "../bank/money.ts";
import { ACTIONS, type Operation } from "../bank/operations.ts";
import type { LedgerNote, LedgerRequest } from "./ledger.ts";

/** What the audit says of a command: one entry each, but none for a login that has only begun. */
export function auditOf(
  { command, who, origin }: LedgerRequest & { type: "command" },
  decision: Decision,
): Audited | null {
  const posted = decision.ok ? postedOf(decision.event) : null;
  const transaction = posted?.transaction ?? null;
  const outcome = outcomeOf(decision);
  const told = (
    action: AuditAction,
    amount: Cents | null = null,
    object: string | null = null,
  ): Audited => ({ who, action, outcome, amount, transaction, object, origin });
  switch (command.type) {
    case "begin_sign_up":
      return decision.ok ? null : told("signup"); // Its end tells of it.
    case "sign_up":
      return told("signup", null, command.username === who ? null : command.username);
    case "begin_login":
      return decision.ok ? null : told(purposeOf(command));
    case "end_login": {
      const action = purposeOf(command);
      // Its own entry follows.
      return action === "remove_factor" && outcome === "ok" ? null : told(action);
    }
    case "deposit":
    case "withdraw":
      return told(command.type, command.amount);
    case "transfer":
      return told("transfer", command.amount, command.to);
    case "change_password":
    case "balance":
    case "enrol_factor":
    case "remove_factor":
      return told(command.type);
    case "appoint":
      return told("admin.init", null, command.username);
    case "operate": {
      if (decision.ok && isRepeated(decision.event)) return null;
      const { operation } = command;
      const amount = operation.type === "adjust" ? operation.amount : (posted?.amount ?? null);
      const entry = told(ACTIONS[operation.type], amount, operationObject(operation));
      const isProposed = decision.ok && decision.event.type === "proposed";
      return isProposed ? { ...entry, outcome: "proposed" } : entry;
    }
    case "end_factor":
      return decision.ok && isRecovery(decision.event) ? told("recovery_code") : null;
    case "upgrade_hash": // Of the bank's own accord, and nothing that anybody could notice.
    case "begin_factor": // The end of its login tells of it.
    case "forget_attempts":
      return null;
  }
}

/** What the audit says of a note. */
export const auditOfNote = ({ who, origin, object, ...noted }: LedgerNote): Audited => ({
  ...{ who, action: noted.action, outcome: noted.outcome },
  ...{ amount: null, transaction: null, object: object ?? null, origin },
});

const isRecovery = (event: Event): boolean =>
  event.type === "factor_tried" && event.verdict === "recovery_code";

/** A wrong old password is a failed change of the password, though it counts like a login's. */
const purposeOf = ({ purpose = "login" }: { purpose?: LoginPurpose }): LoginPurpose => purpose;

function outcomeOf(decision: Decision): AuditOutcome {
  if (!decision.ok) return decision.rejection;
  return decision.event.type === "login_failed" ? LOGIN_FAILURES[decision.event.reason] : "ok";
}

const LOGIN_FAILURES: Record<LoginFailure, AuditOutcome> = {
  wrong_password: "failed",
  not_checked: "busy",
  disabled: "disabled",
  locked: "locked",
  code_required: "code_required",
  factor_required: "factor_required",
  wrong_code: "wrong_code",
  code_locked: "code_locked",
  not_permitted: "not_permitted",
  bad_password: "bad_password",
};

/** What an event has posted to the journal, if anything. */
export function postedOf(event: Event | null): Posted | null {
  if (event?.type === "adjusted") return event.posted;
  return event?.type === "posted" ? event : null;
}

/** A proposal that was made before is on record already. */
const isRepeated = (event: Event): boolean =>
  event.type === "answered" && event.answer.type === "proposed_before";

/** Whom, or what, an operator has acted upon. */
function operationObject(operation: Operation): string | null {
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
