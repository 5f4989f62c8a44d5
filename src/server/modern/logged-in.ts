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
    ...{ pendingSecret: null, confirmedUntil: 0 },
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

/** Whoever knew the old password has no session left, where there is, or may be, a new one. */
export function othersToEnd(
  customer: Customer | null,
  { type }: Wish,
  outcome: AdmissionOutcome,
): readonly Effect[] {
  const mayBeNew = outcome.type === "password_changed" || outcome.type === "unknown";
  if (customer === null || type !== "change_password" || !mayBeNew) return [];
  return [{ type: "end_others", account: customer.account, by: customer.username }];
}
