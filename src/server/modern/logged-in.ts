/** Who somebody is once they have logged in, and what they are told of it. */

import { AMOUNT_CENTS_MAX } from "../../bank/money.ts";
import type { RpcId } from "../../protocol/rpc-error.ts";
import type { AdmissionOutcome, Wish } from "../admission/admission.ts";
import type { Customer, Effect, SessionConfig } from "./session-state.ts";

type LoggedIn = AdmissionOutcome & { type: "logged_in" };

/**
 * Whoever has a role beside a customer's acts in it only if their password is fit for it. What that
 * is can be seen at a login alone, so there it is asked; and being given a role ends all sessions.
 */
export function customerBy(username: string, outcome: LoggedIn): Customer {
  const { account, vault, hasFactor, isFit } = outcome;
  const roles = outcome.roles.filter((role) => isFit || role === "customer");
  const withheld = outcome.roles.filter((role) => !roles.includes(role));
  return {
    ...{ username, account, vault, roles, withheld, hasFactor },
    ...{ pendingFactor: null, confirmedUntil: 0 },
  };
}

export function greetingsTo(
  id: RpcId,
  { account, username, roles, hasFactor }: Customer,
  { idleSeconds, absoluteSeconds, confirmAbove }: SessionConfig,
): readonly Effect[] {
  const session = { idleSeconds, absoluteSeconds, amountMax: AMOUNT_CENTS_MAX, confirmAbove };
  const result = { username, roles, hasFactor, session };
  return [
    { type: "send_result", id, method: "auth.login", result },
    { type: "enter", account, username, roles },
  ];
}

/**
 * Whoever knew the old password, or got in with or without a factor that is another now, has no
 * session left: where it has changed, or may have. Whether there is a factor, this session could
 * then not tell either, so it ends as well, behind its answer.
 */
export function sessionsToEnd(
  customer: Customer | null,
  { type }: Wish,
  outcome: AdmissionOutcome,
): readonly Effect[] {
  if (customer === null || !CHANGES.has(type)) return [];
  const { account, username } = customer;
  if (outcome.type === "unknown" && type !== "change_password") {
    return [{ type: "end_all_of", username, by: username }];
  }
  const isOver = outcome.type === "unknown" || CHANGED.has(outcome.type);
  return isOver ? [{ type: "end_others", account, by: username }] : [];
}

const CHANGES: ReadonlySet<Wish["type"]> = new Set<Wish["type"]>([
  ...(["change_password", "enrol_factor", "remove_factor"] as const),
]);

const CHANGED: ReadonlySet<AdmissionOutcome["type"]> = new Set<AdmissionOutcome["type"]>([
  ...(["password_changed", "factor_enrolled", "factor_removed"] as const),
]);
