/** What the calls of a client come to: a question to the ledger, a wish, or an answer at once. */

import type { Command } from "../../bank/ledger.ts";
import type { Call } from "../../protocol/methods.ts";
import type { ErrorKind, RpcId } from "../../protocol/rpc-error.ts";
import type { HistoryQuery } from "../../workers/store.ts";
import type { Wish } from "../admission/admission.ts";
import type { AccountCall, Customer, Effect, SessionConfig } from "./session-state.ts";

/** The calls that need a password. */
export type AdmissionCall = Extract<
  Call,
  {
    method:
      | "auth.signUp"
      | "auth.login"
      | "auth.changePassword"
      | "auth.confirm"
      | "auth.beginFactor"
      | "auth.enrolFactor"
      | "auth.removeFactor";
  }
>;

/** Those of whoever is logged in. */
export type CustomerCall = Exclude<
  Call,
  AdmissionCall | { method: "auth.logout" | "auth.logoutEverywhere" | "session.info" }
>;

export const isAdmission = (call: Call): call is AdmissionCall =>
  call.method === "auth.signUp" ||
  call.method === "auth.login" ||
  call.method === "auth.changePassword" ||
  call.method === "auth.confirm" ||
  call.method === "auth.beginFactor" ||
  call.method === "auth.enrolFactor" ||
  call.method === "auth.removeFactor";

/** What is wished for, or why it cannot be. Names and passwords fit: the codec has seen to it. */
export function wishOf(call: AdmissionCall, customer: Customer | null): Wish | ErrorKind {
  switch (call.method) {
    case "auth.signUp": {
      if (customer !== null) return "already_logged_in";
      const { username, password } = call.params;
      return { type: "sign_up", username, password };
    }
    case "auth.login": {
      if (customer !== null) return "already_logged_in";
      return { type: "log_in", ...call.params };
    }
    case "auth.changePassword": {
      if (customer === null) return "not_logged_in";
      const { oldPassword: password, ...rest } = call.params;
      const { username, account } = customer;
      return { type: "change_password", username, account, password, ...rest };
    }
    case "auth.beginFactor": {
      if (customer === null) return "not_logged_in";
      if (customer.hasFactor) return "factor_set";
      return { type: "begin_factor", username: customer.username, ...call.params };
    }
    case "auth.enrolFactor": {
      if (customer === null) return "not_logged_in";
      const { username, account, pendingFactor } = customer;
      if (pendingFactor === null) return "no_factor";
      return { type: "enrol_factor", username, account, ...pendingFactor, ...call.params };
    }
    case "auth.removeFactor": {
      if (customer === null) return "not_logged_in";
      if (!customer.hasFactor) return "no_factor";
      return { type: "remove_factor", username: customer.username, ...call.params };
    }
    case "auth.confirm": {
      if (customer === null) return "not_logged_in";
      return { type: "confirm", username: customer.username, ...call.params };
    }
  }
}

export function askLedger(
  id: RpcId,
  call: AccountCall,
  { username, account, vault }: Customer,
): Effect {
  const about = { id, call };
  const key = "idempotencyKey" in call.params ? call.params.idempotencyKey : undefined;
  const command = commandOf(call, account, vault);
  return {
    ...{ type: "ask_ledger", command, who: username, about },
    ...(key !== undefined && { key }),
  };
}

function commandOf(
  call: AccountCall,
  account: Customer["account"],
  vault: Customer["vault"],
): Command {
  switch (call.method) {
    case "account.balance":
      return { type: "balance", account };
    case "account.deposit":
      return { type: "deposit", account, vault, amount: call.params.amount };
    case "account.withdraw":
      return { type: "withdraw", account, vault, amount: call.params.amount };
    case "account.transfer": {
      const { to, amount, memo } = call.params;
      return { type: "transfer", account, to, amount, memo: memo ?? null };
    }
  }
}

export function sessionInfo(id: RpcId, customer: Customer | null, config: SessionConfig): Effect {
  const { terminal, fingerprint, protocol, startedAt, idleSeconds, absoluteSeconds } = config;
  const username = customer?.username ?? null;
  const roles = customer?.roles ?? [];
  const hasFactor = customer?.hasFactor ?? false;
  return {
    ...{ type: "send_result", id, method: "session.info" },
    result: {
      ...{ username, roles, hasFactor, protocol, fingerprint, startedAt, terminal },
      ...{ idleSeconds, absoluteSeconds },
    },
  };
}

/** Whether the sum is so large that whoever asks for it has to show again who they are. */
export const needsConfirmation = (
  call: CustomerCall,
  now: number,
  { confirmedUntil }: Customer,
  { confirmAbove }: SessionConfig,
): boolean =>
  (call.method === "account.withdraw" || call.method === "account.transfer") &&
  call.params.amount > confirmAbove &&
  now >= confirmedUntil;

export const historyQuery = (
  { before, until, limit }: (Call & { method: "account.history" })["params"],
  { account }: Customer,
): HistoryQuery => ({
  ...{ account, limit },
  before: before === undefined ? null : Number(before),
  until: until === undefined ? null : Date.parse(until),
});
