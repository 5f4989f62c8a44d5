/** What the audit says of what the ledger did. */

import type { AuditEntry } from "../bank/audit.ts";
import type { Decision, LoginOutcome, LoginPurpose } from "../bank/ledger.ts";
import type { LedgerRequest } from "./ledger.ts";

/** What the audit says of a command: one entry each, but none for a login that has only begun. */
export function auditOf(
  { command, who, origin }: LedgerRequest & { type: "command" },
  decision: Decision,
): Omit<AuditEntry, "sequence" | "at"> | null {
  const posted = decision.ok && decision.event.type === "posted" ? decision.event : null;
  const transaction = posted?.transaction ?? null;
  const outcome = decision.ok ? "ok" : decision.rejection;
  switch (command.type) {
    case "sign_up":
      return { who, action: "signup", outcome, amount: null, transaction, origin };
    case "begin_login":
      if (decision.ok) return null;
      return { who, action: purposeOf(command), outcome, amount: null, transaction, origin };
    case "end_login": {
      const ended = decision.ok ? LOGIN_OUTCOMES[command.outcome] : outcome;
      const action = purposeOf(command);
      return { who, action, outcome: ended, amount: null, transaction, origin };
    }
    case "change_password":
      return { who, action: "change_password", outcome, amount: null, transaction, origin };
    case "deposit":
    case "withdraw":
    case "transfer":
      return { who, action: command.type, outcome, amount: command.amount, transaction, origin };
    case "balance":
      return { who, action: "balance", outcome, amount: null, transaction, origin };
    case "forget_attempts":
      return null;
  }
}

/** A wrong old password is a failed change of the password, though it counts like a login's. */
const purposeOf = ({ purpose = "login" }: { purpose?: LoginPurpose }): string => purpose;

const LOGIN_OUTCOMES: Record<LoginOutcome, string> = {
  authenticated: "ok",
  wrong_password: "failed",
  not_checked: "busy",
};
