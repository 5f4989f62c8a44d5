/** Who may do what: a table of the modern protocol's methods. What is not listed is refused. */

import type { Role } from "./standing.ts";

/** Whoever is logged in, if all their roles were withheld: it is about their own sessions. */
const ANYBODY = "anybody";
const CUSTOMERS: readonly Role[] = ["customer"];
const READERS: readonly Role[] = ["auditor", "administrator"];
const COUNTER: readonly Role[] = ["teller", "administrator"];
const ADMINISTRATORS: readonly Role[] = ["administrator"];

/**
 * Each method of those who are logged in, but for what concerns the session and its password alone,
 * with those who may call it. Money of an account is moved by its
 * own customer alone: an operator can only adjust, against the bank's account and on record.
 */
const PERMITTED = {
  "account.balance": CUSTOMERS,
  "account.deposit": CUSTOMERS,
  "account.withdraw": CUSTOMERS,
  "account.transfer": CUSTOMERS,
  "account.history": CUSTOMERS,
  "session.list": ANYBODY,
  "session.end": ANYBODY,
  "admin.users": READERS,
  "admin.show": ["teller", "auditor", "administrator"],
  "admin.lock": COUNTER,
  "admin.unlock": COUNTER,
  "admin.disable": ADMINISTRATORS,
  "admin.enable": ADMINISTRATORS,
  "admin.resetFactor": ADMINISTRATORS,
  "admin.setRoles": ADMINISTRATORS,
  "admin.adjust": COUNTER,
  "admin.proposals": READERS,
  "admin.approve": ADMINISTRATORS,
  "admin.reject": ADMINISTRATORS,
  "admin.sessions": READERS,
  "admin.endSession": ADMINISTRATORS,
  "audit.list": READERS,
} as const satisfies Record<string, readonly Role[] | typeof ANYBODY>;

export type Action = keyof typeof PERMITTED;

/** Somebody with several roles may do what any of them may. */
export function isPermitted(roles: readonly Role[], action: Action): boolean {
  const permitted: readonly Role[] | typeof ANYBODY = PERMITTED[action];
  return permitted === ANYBODY || roles.some((role) => permitted.includes(role));
}

/** Operators use the modern protocol alone, whatever else they are. */
export const isOperator = (roles: readonly Role[]): boolean =>
  roles.some((role) => role !== "customer");
