/** A session of the modern protocol without its connection: calls by method, states by name. */

import type { AuditAction, AuditOutcome } from "../../../src/bank/audit-vocabulary.ts";
import type { Failure } from "../../../src/actor/answer.ts";
import type { AccountId } from "../../../src/bank/ledger.ts";
import { cents } from "../../../src/bank/money.ts";
import type { Call, Method } from "../../../src/protocol/methods.ts";
import type { ClosingReason } from "../../../src/protocol/notifications.ts";
import type { ErrorKind, RpcId } from "../../../src/protocol/rpc-error.ts";
import type { Wish } from "../../../src/server/admission/admission.ts";
import { sessionTransition } from "../../../src/server/modern/session.ts";
import {
  initialState,
  type Customer,
  type Effect,
  type LedgerCall,
  type Message,
  type SessionConfig,
  type State,
} from "../../../src/server/modern/session-state.ts";
import type { LedgerReply } from "../../../src/workers/ledger.ts";

export const ACCOUNT = 1 as AccountId;
export const VAULT = 2 as AccountId;
export const CONFIG: SessionConfig = {
  ...{ terminal: "lobby", signUpsMax: 200, fingerprint: "0123 4567", protocol: "ATM/2" },
  ...{ startedAt: "2025-11-24T16:00:00.000Z", idleSeconds: 900 },
  ...{ absoluteSeconds: 43_200, confirmAbove: cents(1_000_000) },
};

export const transition = sessionTransition(CONFIG);

const cash = { amount: cents(100), idempotencyKey: "key" };

/** One call of each method, as it comes out of its frame. */
export const CALLS: { readonly [M in Method]: Call & { method: M } } = {
  "auth.signUp": { method: "auth.signUp", params: { username: "bob", password: "new" } },
  "auth.login": { method: "auth.login", params: { username: "alice", password: "pw" } },
  "auth.logout": { method: "auth.logout", params: {} },
  "auth.logoutEverywhere": { method: "auth.logoutEverywhere", params: {} },
  "auth.confirm": { method: "auth.confirm", params: { password: "pw" } },
  "auth.changePassword": {
    method: "auth.changePassword",
    params: { oldPassword: "pw", newPassword: "new" },
  },
  "auth.beginFactor": { method: "auth.beginFactor", params: { password: "pw" } },
  "auth.enrolFactor": { method: "auth.enrolFactor", params: { code: "123456" } },
  "auth.removeFactor": {
    method: "auth.removeFactor",
    params: { password: "pw", code: "123456" },
  },
  "account.balance": { method: "account.balance", params: {} },
  "account.deposit": { method: "account.deposit", params: cash },
  "account.withdraw": { method: "account.withdraw", params: cash },
  "account.transfer": {
    method: "account.transfer",
    params: { ...cash, to: "bob", memo: "rent" },
  },
  "account.history": { method: "account.history", params: { limit: 20 } },
  "admin.users": { method: "admin.users", params: { limit: 20 } },
  "admin.show": { method: "admin.show", params: { username: "bob" } },
  "admin.lock": { method: "admin.lock", params: { username: "bob" } },
  "admin.unlock": { method: "admin.unlock", params: { username: "bob" } },
  "admin.disable": { method: "admin.disable", params: { username: "bob" } },
  "admin.enable": { method: "admin.enable", params: { username: "bob" } },
  "admin.resetFactor": { method: "admin.resetFactor", params: { username: "bob" } },
  "admin.setRoles": { method: "admin.setRoles", params: { username: "bob", roles: ["teller"] } },
  "admin.adjust": {
    method: "admin.adjust",
    params: { ...cash, username: "bob", reason: "a lost note" },
  },
  "admin.proposals": { method: "admin.proposals", params: {} },
  "admin.approve": { method: "admin.approve", params: { proposal: "1" } },
  "admin.reject": { method: "admin.reject", params: { proposal: "1" } },
  "admin.sessions": { method: "admin.sessions", params: { username: "bob", limit: 20 } },
  "admin.endSession": { method: "admin.endSession", params: { session: "0".repeat(32) } },
  "audit.list": { method: "audit.list", params: { limit: 20 } },
  "session.info": { method: "session.info", params: {} },
  "session.list": { method: "session.list", params: {} },
  "session.end": { method: "session.end", params: { session: "0".repeat(32) } },
};

const customer: Customer = {
  username: "alice",
  account: ACCOUNT,
  vault: VAULT,
  roles: ["customer"],
  withheld: [],
  hasFactor: false,
  pendingFactor: null,
  confirmedUntil: 0,
};
const common = { breaches: 0, inFlight: 0, ending: null };

export const states = {
  anonymous: initialState,
  authenticated: { ...common, phase: "authenticated", customer },
  /** With one call in flight, so that the session goes on until its answer. */
  draining: {
    ...{ ...common, phase: "authenticated", customer, inFlight: 1 },
    ending: { reason: "draining" },
  },
  leaving: {
    ...{ ...common, phase: "authenticated", customer, inFlight: 1 },
    ending: { reason: "logout", id: 9, method: "auth.logout" },
  },
  ended: { ...common, phase: "ended" },
} as const satisfies Record<string, State>;

/** An admission whose password is being checked: alice's, who is logged in or not. */
export function admitting(wish: Wish, who: Customer | null): State {
  const { terminal, signUpsMax } = CONFIG;
  const admission = { wish, terminal, signUpsMax, step: "checking", outcome: null } as const;
  return { ...common, phase: "admitting", id: 7, admission, customer: who, since: 0 };
}

export const admittingLogin = (): State =>
  admitting({ type: "log_in", username: "alice", password: "pw" }, null);

/** A session that has this many calls in flight. */
export const busyWith = (inFlight: number): State => ({ ...states.authenticated, inFlight });

export function follow(state: State, message: Message): { next: State; effects: Effect[] } {
  const [next, effects] = transition(state, message);
  return { next, effects: [...effects] };
}

export const called = (call: Call, id: RpcId = 1, now = 0): Message => ({
  type: "called",
  id,
  call,
  now,
});

export const replied = (call: LedgerCall, reply: LedgerReply, id: RpcId = 1): Message => ({
  ...{ type: "answered", about: { id, call }, answer: { ok: true, reply } },
});
export const failed = (call: LedgerCall, failure: Failure, id: RpcId = 1): Message => ({
  ...{ type: "answered", about: { id, call }, answer: { ok: false, failure } },
});
/** What the ledger says to an admission. */
export const admissionReplied = (reply: LedgerReply): Message => ({
  ...{ type: "answered", about: "admission", answer: { ok: true, reply } },
});

export const error = (kind: ErrorKind, id: RpcId | null = 1): Effect => ({
  ...{ type: "send_error", id, kind },
});
export const note = (
  who: string | null,
  action: AuditAction,
  outcome: AuditOutcome,
  object?: string,
): Effect =>
  ({ type: "note", who, action, outcome, ...(object !== undefined && { object }) }) as Effect;
export const report = (action: string, outcome: string, who = "alice"): Effect => ({
  ...{ type: "report", action, who, outcome },
});
export const closed = (reason: ClosingReason): Effect[] => [
  { type: "notify", notification: { method: "session.closed", params: { reason } } },
  { type: "hang_up" },
];
