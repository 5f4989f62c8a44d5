/** What the audit says of what the ledger did. */

import type { AuditEntry } from "../bank/audit.ts";
import type { Command, Decision, LoginFailure, LoginPurpose } from "../bank/ledger.ts";
import type { LedgerRequest } from "./ledger.ts";

/** What the audit says of a command: one entry each, but none for a login that has only begun. */
export function auditOf(
  { command, who, origin }: LedgerRequest & { type: "command" },
  decision: Decision,
): Omit<AuditEntry, "sequence" | "at"> | null {
  const posted = decision.ok && decision.event.type === "posted" ? decision.event : null;
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
    case "set_disabled":
    case "set_roles":
      return { who, action: orderOf(command), outcome, amount: null, transaction, origin };
    case "upgrade_hash": // Of the bank's own accord, and nothing that anybody could notice.
    case "forget_attempts":
      return null;
  }
}

/** A wrong old password is a failed change of the password, though it counts like a login's. */
const purposeOf = ({ purpose = "login" }: { purpose?: LoginPurpose }): string => purpose;

/** An operator's order names the account that it is about. */
const orderOf = (command: Command & { type: "set_disabled" | "set_roles" }): string =>
  command.type === "set_roles"
    ? `set_roles account ${command.account} ${command.roles.join(",")}`
    : `${command.disabled ? "disable" : "enable"} account ${command.account}`;

function outcomeOf(decision: Decision): string {
  if (!decision.ok) return decision.rejection;
  return decision.event.type === "login_failed" ? LOGIN_FAILURES[decision.event.reason] : "ok";
}

const LOGIN_FAILURES: Record<LoginFailure, string> = {
  wrong_password: "failed",
  not_checked: "busy",
  disabled: "disabled",
};
