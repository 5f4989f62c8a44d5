/** What the calls of operators come to: an operation for the ledger, and what they hear of it. */

import type { Answer } from "../../actor/answer.ts";
import { THE_BANK } from "../../bank/audit-vocabulary.ts";
import { endsSessions, type Operation } from "../../bank/operations.ts";
import { dollars, type Cents } from "../../bank/money.ts";
import type { Call } from "../../protocol/methods.ts";
import type { OperatorMethod } from "../../protocol/operator-methods.ts";
import type { RpcId } from "../../protocol/rpc-error.ts";
import type { LedgerReply } from "../../workers/ledger.ts";
import { isUnknown } from "../answers.ts";
import type { Customer, Effect, Message, News } from "./session-state.ts";

/** What one operator may adjust alone, unless the bank is told another limit. */
export const SECOND_PERSON_ABOVE = dollars(1_000);

export type OperatorCall = Extract<Call, { method: OperatorMethod }>;

/** Those that the ledger permits and records, and others do. */
export type PermittedCall = OperatorCall & {
  method: "admin.sessions" | "admin.endSession" | "audit.list";
};

export const isOperatorCall = (call: Call): call is OperatorCall =>
  call.method.startsWith("admin.") || call.method.startsWith("audit.");

/** Whom or what a call is about, for the audit of one that a role does not permit. */
export function aimOf({ params }: Call): string | undefined {
  if ("roles" in params) return `${params.username} ${params.roles.join("+")}`;
  if ("username" in params) return params.username;
  if ("to" in params) return params.to;
  if ("proposal" in params) return `proposal ${params.proposal}`;
  return "session" in params ? `session ${params.session}` : undefined;
}

const isPermittedCall = (call: OperatorCall): call is PermittedCall =>
  call.method === "admin.sessions" ||
  call.method === "admin.endSession" ||
  call.method === "audit.list";

/** A call goes to the ledger; but first it is found out whose session is to be ended. */
export const beginOperation = (
  id: RpcId,
  call: OperatorCall,
  customer: Customer,
  aloneMax: Cents,
): Effect =>
  call.method === "admin.endSession"
    ? { type: "find_session", id, call }
    : askForOperation(id, call, customer, operationOf(call, aloneMax));

export const askToEndSession = (
  { id, call, username }: Message & { type: "session_found" },
  customer: Customer,
): Effect => askForOperation(id, call, customer, { type: "endSession", ...call.params, username });

function askForOperation(
  id: RpcId,
  call: OperatorCall,
  { username, account }: Customer,
  operation: Operation,
): Effect {
  const command = { type: "operate", operator: account, operation } as const;
  const key = operation.type === "adjust" ? { key: operation.key } : {};
  return { type: "ask_ledger", command, who: username, about: { id, call }, ...key };
}

function operationOf(
  call: Exclude<OperatorCall, { method: "admin.endSession" }>,
  aloneMax: Cents,
): Operation {
  switch (call.method) {
    case "admin.users": {
      const { after, limit } = call.params;
      return { type: "users", after: after ?? null, limit };
    }
    case "admin.show":
      return { type: "show", username: call.params.username };
    case "admin.lock":
      return { type: "lock", username: call.params.username };
    case "admin.unlock":
      return { type: "unlock", username: call.params.username };
    case "admin.disable":
      return { type: "disable", username: call.params.username };
    case "admin.enable":
      return { type: "enable", username: call.params.username };
    case "admin.resetFactor":
      return { type: "resetFactor", username: call.params.username };
    case "admin.setRoles":
      return { type: "setRoles", ...call.params };
    case "admin.adjust": {
      const { username, amount, reason, idempotencyKey: key } = call.params;
      return { type: "adjust", username, amount, reason, key, aloneMax };
    }
    case "admin.proposals":
      return { type: "proposals" };
    case "admin.approve":
      return { type: "approve", proposal: Number(call.params.proposal) };
    case "admin.reject":
      return { type: "reject", proposal: Number(call.params.proposal) };
    case "admin.sessions":
      return { type: "sessions", username: call.params.username ?? null };
    case "audit.list": {
      const { before } = call.params;
      return { type: "auditList", before: before === undefined ? null : Number(before) };
    }
  }
}

/** Of a reply that is no refusal; null for one that answers no operator. */
export function operatorResult(id: RpcId, call: OperatorCall, reply: LedgerReply): Effect | null {
  const given = (result: unknown): Effect =>
    ({ type: "send_result", id, method: call.method, result }) as Effect;
  switch (reply.type) {
    case "posted":
      return given({ transactionId: String(reply.transaction), balance: reply.balance });
    case "proposed":
      return given({ proposal: String(reply.proposal) });
    case "standing_changed":
    case "done":
      return given({});
    case "answered": {
      const { answer } = reply;
      switch (answer.type) {
        case "users": {
          const { users, next } = answer;
          return given({ users, ...(next !== null && { next }) });
        }
        case "permitted":
          return isPermittedCall(call) ? { type: "do_permitted", id, call } : null;
        case "shown":
          return given({ ...answer.user, balance: answer.balance });
        case "proposals":
          return given({
            proposals: answer.proposals.map((line) => ({
              ...line,
              proposal: String(line.proposal),
            })),
          });
      }
    }
    // Falls to the end: what is left answers no operator.
    default:
      return null;
  }
}

/**
 * What the sessions of whom it was about are told: money from the bank, or that they are over.
 * @param by The operator.
 */
export function toldByOperation(
  call: OperatorCall,
  answer: Answer<LedgerReply>,
  by: string,
): readonly Effect[] {
  if (!answer.ok) return isUnknown(answer) ? endedInDoubt(call, by) : [];
  const { reply } = answer;
  // Whoever is logged in there is so as somebody that the account is no more.
  if (reply.type === "standing_changed") {
    return [{ type: "end_others", account: reply.account, by }];
  }
  if (reply.type !== "posted" || reply.credited === null) return [];
  const { transaction, amount, credited } = reply;
  const { account, balance } = credited;
  const news: News = { transactionId: String(transaction), amount, balance, from: THE_BANK };
  return [{ type: "announce", account, news }];
}

/** What may have been done counts as done; but nobody has changed their own standing. */
function endedInDoubt(call: OperatorCall, by: string): readonly Effect[] {
  if (call.method === "admin.endSession") return [];
  const operation = operationOf(call, SECOND_PERSON_ABOVE);
  if (!("username" in operation) || operation.username === null) return [];
  const { username } = operation;
  if (!endsSessions(operation) || username === by) return [];
  return [{ type: "end_all_of", username, by }];
}
