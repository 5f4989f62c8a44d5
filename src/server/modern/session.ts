/**
 * A session of the modern protocol: who is on the line and what they may ask. One per connection.
 *
 * Calls may come while others are in flight, up to a limit, and are answered as their answers
 * come. Whatever concerns passwords is done alone: until it has ended, the connection holds back
 * the calls behind it.
 */

import type { Transition } from "../../actor/transition.ts";
import { AMOUNT_CENTS_MAX } from "../../bank/money.ts";
import type { ProtocolErrorCode } from "../../protocol/error.ts";
import type { Call } from "../../protocol/methods.ts";
import type { ClosingReason } from "../../protocol/notifications.ts";
import type { ErrorKind, RpcId } from "../../protocol/rpc-error.ts";
import {
  ACTIONS,
  beginAdmission,
  continueAdmission,
  type AdmissionOutcome,
  type AdmissionStep,
} from "../admission.ts";
import {
  ROLES,
  askLedger,
  historyQuery,
  isAdmission,
  sessionInfo,
  wishOf,
  type AdmissionCall,
  type CustomerCall,
} from "./calls.ts";
import { admissionErrors, historyResult, ledgerResult } from "./results.ts";
import {
  commonOf,
  customerOf,
  type About,
  type Effect,
  type Ending,
  type LiveState,
  type Message,
  type Phase,
  type SessionConfig,
  type State,
  type Step,
} from "./session-state.ts";

/** Calls of one session whose answers are due. */
export const CALLS_IN_FLIGHT_MAX = 32;
/** Messages that break the rules, before the bank hangs up. */
export const BREACHES_MAX = 100;

export const sessionTransition =
  (config: SessionConfig): Transition<State, Message, Effect> =>
  (state, message) => {
    if (state.phase === "ended") return [state, []];
    switch (message.type) {
      case "called":
        return whenCalled(state, message.id, message.call, config);
      case "misread":
        return whenMisread(state, message.id, message.kind);
      case "broken":
        return whenBroken(state, message.code);
      case "timed_out":
        return whenTimedOut(state, message.waitingFor);
      case "answered":
        if (message.about === "admission") return whenAdmitting(state, message, config);
        return whenAnswered(state, message.about, message.answer);
      case "turn":
      case "password_hashed":
      case "password_checked":
      case "password_failed":
        return whenAdmitting(state, message, config);
      case "history_read": {
        const { id, query, answer } = message;
        return settled(state, [historyResult(id, query, answer)]);
      }
      case "credited":
        return [state, [notify({ method: "account.credited", params: message.news })]];
      case "drain":
        return drained({ ...state, ending: state.ending ?? { reason: "draining" } }, []);
      case "closed":
        return whenClosed(state, message.hasCalled);
    }
  };

function whenCalled(state: LiveState, id: RpcId, call: Call, config: SessionConfig): Step {
  if (state.phase === "admitting") throw new Error("a call came while calls are held back");
  const customer = customerOf(state);
  if (isAdmission(call)) return whenAdmissionCalled(state, id, call, config);
  if (call.method === "session.info") return [state, [sessionInfo(id, customer, config)]];
  const refuse = (kind: ErrorKind): Step => [state, [{ type: "send_error", id, kind }]];
  if (state.ending !== null) return refuse(tooLate(state.ending));
  // Whoever leaves says so, a stranger too: a line that ends without it was cut.
  if (call.method === "auth.logout") {
    return drained({ ...state, ending: { reason: "logout", id } }, []);
  }
  if (state.phase === "anonymous") return refuse("not_logged_in");
  if (state.inFlight >= CALLS_IN_FLIGHT_MAX) return refuse("too_many_in_flight");
  return whenCustomerCalled(state, id, call);
}

function whenAdmissionCalled(
  state: Phase<"anonymous"> | Phase<"authenticated">,
  id: RpcId,
  call: AdmissionCall,
  { terminal }: SessionConfig,
): Step {
  const customer = customerOf(state);
  const wish = state.ending === null ? wishOf(call, customer) : tooLate(state.ending);
  if (typeof wish === "string") {
    return [state, [{ type: "send_error", id, kind: wish }, { type: "go_on" }]];
  }
  const { admission, errands } = beginAdmission(wish, terminal);
  return [{ ...commonOf(state), phase: "admitting", id, admission, customer }, errands];
}

function whenCustomerCalled(state: Phase<"authenticated">, id: RpcId, call: CustomerCall): Step {
  const { customer } = state;
  switch (call.method) {
    case "account.history": {
      const query = historyQuery(call.params, customer);
      return [oneMore(state), [{ type: "read_history", id, query }]];
    }
    case "account.balance":
    case "account.deposit":
    case "account.withdraw":
    case "account.transfer":
      return [oneMore(state), [askLedger(id, call, customer)]];
  }
}

function whenAdmitting(
  state: State,
  result: Parameters<typeof continueAdmission>[1],
  config: SessionConfig,
): Step {
  if (state.phase !== "admitting") throw new Error(`nobody waits for ${result.type}`);
  const step: AdmissionStep = continueAdmission(state.admission, result);
  if ("admission" in step) return [{ ...state, admission: step.admission }, step.errands];
  return whenAdmitted(state, step.outcome, [...step.errands, { type: "go_on" }], config);
}

function whenAdmitted(
  state: Phase<"admitting">,
  outcome: AdmissionOutcome,
  effects: readonly Effect[],
  config: SessionConfig,
): Step {
  const { id, admission, customer } = state;
  const { username } = admission.wish;
  const back: State =
    customer === null
      ? { ...commonOf(state), phase: "anonymous" }
      : { ...commonOf(state), phase: "authenticated", customer };
  const report = (action: string): Effect => ({
    ...{ type: "report", action, who: username, outcome: wordOf(outcome) },
  });
  const told = [report(ACTIONS[admission.wish.type]), ...effects];
  switch (outcome.type) {
    case "signed_up":
      return drained(back, [
        { type: "send_result", id, method: "auth.signUp", result: { username } },
        ...told,
      ]);
    case "password_changed":
      return drained(back, [
        { type: "send_result", id, method: "auth.changePassword", result: {} },
        ...told,
      ]);
    case "logged_in": {
      const { account, vault } = outcome;
      const next: State = {
        ...{ ...commonOf(state), phase: "authenticated" },
        customer: { username, account, vault },
      };
      const session = { idleSeconds: config.idleSeconds, amountMax: AMOUNT_CENTS_MAX };
      const result = { username, roles: ROLES, session };
      const sent: Effect = { type: "send_result", id, method: "auth.login", result };
      return drained(next, [sent, { type: "enter", account }, ...told]);
    }
    default:
      return drained(back, [
        { type: "send_error", id, kind: admissionErrors[outcome.type] },
        ...told,
      ]);
  }
}

function whenAnswered(
  state: State,
  { id, call }: Exclude<About, "admission">,
  answer: Parameters<typeof ledgerResult>[2],
): Step {
  const customer = customerOf(state);
  if (customer === null) throw new Error("an answer came for nobody");
  const sent = ledgerResult(id, call, answer);
  const who = customer.username;
  const outcome = sent.type === "send_error" ? sent.kind : "ok";
  const action = call.method.slice("account.".length);
  const effects: Effect[] = [sent, { type: "report", action, who, outcome }];
  if (call.method === "account.transfer" && answer.ok && answer.reply.type === "posted") {
    const { credited, transaction, amount } = answer.reply;
    const { memo } = call.params;
    if (credited !== null) {
      const news = {
        ...{ transactionId: String(transaction), amount, balance: credited.balance, from: who },
        ...(memo !== undefined && { memo }),
      };
      effects.push({ type: "announce", account: credited.account, news });
    }
  }
  return settled(state, effects);
}

function whenMisread(state: State, id: RpcId | null, kind: ErrorKind): Step {
  const effects: Effect[] = [{ type: "send_error", id, kind }, noteOf(state, "request", kind)];
  const breaches = state.breaches + 1;
  if (breaches >= BREACHES_MAX) return ended(state, "breach", effects);
  return [{ ...state, breaches }, effects];
}

/** Nothing more is taken; what was called before is still answered. */
const whenBroken = (state: State, code: ProtocolErrorCode): Step =>
  drained({ ...state, ending: { reason: "breach" } }, [noteOf(state, "session", code)]);

function whenTimedOut(state: State, waitingFor: string): Step {
  const note = noteOf(state, "session", `timed_out_${waitingFor}`);
  // Who does not read cannot be told, and who connects and says nothing is no event.
  if (waitingFor === "reader") return drained({ ...state, ending: { reason: "cut" } }, [note]);
  return ended(state, "idle", waitingFor === "login" ? [] : [note]);
}

/**
 * A session that ends without a word from its client was cut, by whomever; and who hangs up on the
 * bank's hello has found it to be somebody else's, or altered on the way.
 */
function whenClosed(state: State, hasCalled: boolean): Step {
  const reason = state.ending?.reason;
  const isNoted = reason === "cut" || reason === "breach";
  const note = noteOf(state, hasCalled ? "session" : "handshake", "cut");
  return drained({ ...state, ending: { reason: "cut" } }, isNoted ? [] : [note]);
}

/** One call less in flight. */
const settled = (state: State, effects: readonly Effect[]): Step =>
  drained({ ...state, inFlight: state.inFlight - 1 }, effects);

/** A session that is to end does so behind its last answer; an admission is always ended first. */
function drained(state: State, effects: readonly Effect[]): Step {
  const { ending, inFlight, phase } = state;
  if (ending === null || inFlight > 0 || phase === "admitting") return [state, effects];
  if (ending.reason === "cut") return [endedState(state), [...effects, { type: "hang_up" }]];
  if (ending.reason !== "logout") return ended(state, ending.reason, effects);
  return ended(state, "logout", [
    ...effects,
    { type: "send_result", id: ending.id, method: "auth.logout", result: {} },
    ...(customerOf(state) === null ? [] : [noteOf(state, "logout", "ok")]),
  ]);
}

/** What a call is told that comes when the session is about to end. */
const tooLate = ({ reason }: Ending): ErrorKind =>
  reason === "draining" ? "draining" : "not_logged_in";

const ended = (state: State, reason: ClosingReason, effects: readonly Effect[]): Step => [
  endedState(state),
  [...effects, notify({ method: "session.closed", params: { reason } }), { type: "hang_up" }],
];

const endedState = (state: State): State => ({ ...commonOf(state), phase: "ended" });
const oneMore = (state: State): State => ({ ...state, inFlight: state.inFlight + 1 });
const notify = (notification: (Effect & { type: "notify" })["notification"]): Effect => ({
  type: "notify",
  notification,
});
const noteOf = (state: State, action: string, outcome: string): Effect => ({
  ...{ type: "note", who: customerOf(state)?.username ?? null, action, outcome },
});

const wordOf = ({ type }: AdmissionOutcome): string =>
  type === "signed_up" || type === "logged_in" || type === "password_changed" ? "ok" : type;
