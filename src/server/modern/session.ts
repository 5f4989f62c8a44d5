/**
 * A session of the modern protocol: who is on the line and what they may ask. One per connection.
 *
 * Calls may come while others are in flight, up to a limit, and are answered as their answers
 * come. Whatever concerns passwords is done alone: until it has ended, the connection holds back
 * the calls behind it.
 */

import type { Transition } from "../../actor/transition.ts";
import type { Noted } from "../../bank/audit-vocabulary.ts";
import { isPermitted } from "../../bank/roles.ts";
import type { ProtocolErrorCode } from "../../protocol/error.ts";
import type { ClosingReason } from "../../protocol/notifications.ts";
import type { ErrorKind, RpcId } from "../../protocol/rpc-error.ts";
import {
  ACTIONS,
  beginAdmission,
  continueAdmission,
  type AdmissionOutcome,
  type AdmissionStep,
} from "../admission/admission.ts";
import {
  askLedger,
  historyQuery,
  isAdmission,
  needsConfirmation,
  sessionInfo,
  wishOf,
  type AdmissionCall,
  type CustomerCall,
} from "./calls.ts";
import {
  SECOND_PERSON_ABOVE,
  aimOf,
  askToEndSession,
  beginOperation,
  isOperatorCall,
  toldByOperation,
} from "./operator-calls.ts";
import { factorResult, withFactor } from "./factor-results.ts";
import { customerBy, greetingsTo, othersToEnd } from "./logged-in.ts";
import { admissionFailure, historyResult, ledgerResult, wordOf } from "./results.ts";
import type { Overdue } from "../patience.ts";
import {
  commonOf,
  customerOf,
  noteOf,
  type About,
  type Customer,
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
/** How long a confirmed password lets large sums go. */
export const CONFIRMED_MS = 5 * 60_000;

type Called = Message & { type: "called" };

export const sessionTransition =
  (config: SessionConfig): Transition<State, Message, Effect> =>
  (state, message) => {
    if (state.phase === "ended") return [state, []];
    switch (message.type) {
      case "called":
        return whenCalled(state, message, config);
      case "misread":
        return whenMisread(state, message);
      case "broken":
        return whenBroken(state, message.code);
      case "timed_out":
        return whenTimedOut(state, message.waitingFor);
      case "answered":
        if (message.about === "admission") return whenAdmitting(state, message, config);
        return whenAnswered(state, message.about, message.answer);
      case "turn":
      case "password_hashed":
      case "password_refused":
      case "password_measured":
      case "password_checked":
      case "password_failed":
      case "secret_made":
      case "code_checked":
      case "enrolment_checked":
        return whenAdmitting(state, message, config);
      case "history_read": {
        const { id, query, answer } = message;
        return settled(state, [historyResult(id, query, answer)]);
      }
      case "credited":
        return [state, [notify({ method: "account.credited", params: message.news })]];
      case "expiring":
        return [state, [notify({ method: "session.expiring", params: message.expiry })]];
      case "sessions_listed": {
        const { id, result } = message;
        return settled(state, [{ type: "send_result", id, method: "session.list", result }]);
      }
      case "session_ended":
        return whenOtherEnded(state, message);
      case "session_found":
        return [state, [askToEndSession(message, loggedIn(state))]];
      case "permitted_done":
        return settled(state, [message.sent]);
      case "drain":
        return toEnd(state, "draining");
      case "ended_elsewhere": {
        const noted: Noted = { action: "session", outcome: "ended_elsewhere" };
        return toEnd(state, "ended_elsewhere", [noteOf(state, noted, `by ${message.by}`)]);
      }
      case "closed":
        return whenClosed(state, message.hasCalled);
    }
  };

function whenCalled(state: LiveState, called: Called, config: SessionConfig): Step {
  const { id, call, now } = called;
  if (state.phase === "admitting") throw new Error("a call came while calls are held back");
  const customer = customerOf(state);
  if (isAdmission(call)) return whenAdmissionCalled(state, { id, call, now }, config);
  if (call.method === "session.info") return [state, [sessionInfo(id, customer, config)]];
  const refuse = (kind: ErrorKind): Step => [state, [{ type: "send_error", id, kind }]];
  if (state.ending !== null) return refuse(tooLate(state.ending));
  // Whoever leaves says so, a stranger too: a line that ends without it was cut.
  if (call.method === "auth.logout") {
    return drained({ ...state, ending: { reason: "logout", id, method: call.method } }, []);
  }
  if (state.phase === "anonymous") return refuse("not_logged_in");
  if (call.method === "auth.logoutEverywhere") {
    const ending: Ending = { reason: "logout", id, method: call.method };
    const { account, username: by } = state.customer;
    // The others first: once this one has its answer, all have been told to end.
    const [next, effects] = drained({ ...state, ending }, []);
    return [next, [{ type: "end_others", account, by }, ...effects]];
  }
  if (state.inFlight >= CALLS_IN_FLIGHT_MAX) return refuse("too_many_in_flight");
  if (needsConfirmation(call, now, state.customer, config)) {
    const outcome = "confirmation_required";
    const action = call.method === "account.withdraw" ? "withdraw" : "transfer";
    return refusedOnRecord(state, id, { action, outcome }, aimOf(call));
  }
  return whenCustomerCalled(state, id, call, config);
}

function whenAdmissionCalled(
  state: Phase<"anonymous"> | Phase<"authenticated">,
  { id, call, now }: { id: RpcId; call: AdmissionCall; now: number },
  { terminal, signUpsMax }: SessionConfig,
): Step {
  const customer = customerOf(state);
  const wish = state.ending === null ? wishOf(call, customer) : tooLate(state.ending);
  if (typeof wish === "string") {
    return [state, [{ type: "send_error", id, kind: wish }, { type: "go_on" }]];
  }
  const { admission, errands } = beginAdmission(wish, { terminal, signUpsMax });
  return [{ ...commonOf(state), phase: "admitting", id, admission, customer, since: now }, errands];
}

function whenCustomerCalled(
  state: Phase<"authenticated">,
  id: RpcId,
  call: CustomerCall,
  { aloneMax = SECOND_PERSON_ABOVE }: SessionConfig,
): Step {
  const { customer } = state;
  if (!isPermitted(customer.roles, call.method)) {
    const isWithheld = isOperatorCall(call) && isPermitted(customer.withheld, call.method);
    const refusal: Parameters<typeof refusedOnRecord>[2] = isWithheld
      ? { action: call.method, outcome: "weak_password" }
      : { action: call.method, outcome: "not_permitted" };
    return refusedOnRecord(state, id, refusal, aimOf(call));
  }
  if (isOperatorCall(call)) {
    return [oneMore(state), [beginOperation(id, call, customer, aloneMax)]];
  }
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
    case "session.list":
      return [oneMore(state), [{ type: "list_sessions", id, account: customer.account }]];
    case "session.end": {
      const { session } = call.params;
      const { account, username: by } = customer;
      return [oneMore(state), [{ type: "end_session", id, account, session, by }]];
    }
  }
}

const refusedOnRecord = (
  state: State,
  id: RpcId,
  refusal: Noted & { outcome: "not_permitted" | "weak_password" | "confirmation_required" },
  object: string | undefined,
): Step => [
  state,
  [{ type: "send_error", id, kind: refusal.outcome }, noteOf(state, refusal, object)],
];

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
  // A note is said on the terminal as well.
  const isNoted = effects.some(({ type }) => type === "note");
  const told = isNoted ? effects : [report(ACTIONS[admission.wish.type]), ...effects];
  const others = othersToEnd(customer, admission.wish, outcome);
  switch (outcome.type) {
    case "signed_up":
      return drained(back, [
        { type: "send_result", id, method: "auth.signUp", result: { username } },
        ...told,
      ]);
    case "password_changed":
      return drained(back, [
        { type: "send_result", id, method: "auth.changePassword", result: {} },
        ...others,
        ...told,
      ]);
    case "confirmed":
      return whenConfirmed(state, back, told);
    case "logged_in": {
      const who = customerBy(username, outcome);
      const next: State = { ...commonOf(state), phase: "authenticated", customer: who };
      return drained(next, [...greetingsTo(id, who, config), ...told]);
    }
    case "factor_begun":
    case "factor_enrolled":
    case "factor_removed":
      return drained(withFactor(back, outcome), [factorResult(id, outcome), ...told]);
    default:
      return drained(back, [
        { type: "send_error", id, ...admissionFailure(outcome) },
        ...others,
        ...told,
      ]);
  }
}

/** A login is none: the password is asked for when the sum is known, or shortly before. */
function whenConfirmed(
  { id, since }: Phase<"admitting">,
  back: State,
  told: readonly Effect[],
): Step {
  const next: State =
    back.phase === "authenticated"
      ? { ...back, customer: { ...back.customer, confirmedUntil: since + CONFIRMED_MS } }
      : back;
  const result = { seconds: CONFIRMED_MS / 1_000 };
  return drained(next, [{ type: "send_result", id, method: "auth.confirm", result }, ...told]);
}

function whenOtherEnded(state: State, { id, wasThere }: Message & { type: "session_ended" }): Step {
  if (!wasThere) return settled(state, [{ type: "send_error", id, kind: "unknown_session" }]);
  return settled(state, [{ type: "send_result", id, method: "session.end", result: {} }]);
}

function whenAnswered(
  state: State,
  { id, call }: Exclude<About, "admission">,
  answer: Parameters<typeof ledgerResult>[2],
): Step {
  const sent = ledgerResult(id, call, answer);
  const who = loggedIn(state).username;
  const outcome = sent.type === "send_error" ? sent.kind : "ok";
  const action = isOperatorCall(call) ? call.method : call.method.slice("account.".length);
  const effects: Effect[] = [sent, { type: "report", action, who, outcome }];
  if (sent.type === "do_permitted") return [state, effects]; // It is not answered yet.
  if (isOperatorCall(call) && answer.ok) effects.push(...toldByOperation(answer.reply, who));
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

function whenMisread(state: LiveState, { id, kind, reason }: Message & { type: "misread" }): Step {
  const answer: Effect = { type: "send_error", id, kind, reason };
  const effects = [answer, noteOf(state, { action: "request", outcome: kind })];
  const breaches = state.breaches + 1;
  if (breaches >= BREACHES_MAX) return ended(state, "breach", effects);
  return [{ ...state, breaches }, effects];
}

/** Nothing more is taken; what was called before is still answered. */
const whenBroken = (state: State, code: ProtocolErrorCode): Step =>
  drained({ ...state, ending: { reason: "breach" } }, [
    noteOf(state, { action: "session", outcome: code }),
  ]);

function whenTimedOut(state: State, waitingFor: Overdue): Step {
  const note = noteOf(state, { action: "session", outcome: `timed_out_${waitingFor}` });
  // Who does not read cannot be told, and who connects and says nothing is no event.
  if (waitingFor === "reader") return drained({ ...state, ending: { reason: "cut" } }, [note]);
  // Whoever has a request in hand at the end of the longest session still gets the answer.
  if (waitingFor === "session") return toEnd(state, "expired", [note]);
  return ended(state, "idle", waitingFor === "login" ? [] : [note]);
}

/**
 * A session that ends without a word from its client was cut, by whomever; and who hangs up on the
 * bank's hello has found it to be somebody else's, or altered on the way.
 */
function whenClosed(state: State, hasCalled: boolean): Step {
  const reason = state.ending?.reason;
  const isNoted = reason === "cut" || reason === "breach";
  const note = noteOf(state, { action: hasCalled ? "session" : "handshake", outcome: "cut" });
  return drained({ ...state, ending: { reason: "cut" } }, isNoted ? [] : [note]);
}

/** One call less in flight. */
const settled = (state: State, effects: readonly Effect[]): Step =>
  drained({ ...state, inFlight: state.inFlight - 1 }, effects);

/** Ends behind the last answer. What else has begun to end it goes on, and is not told again. */
const toEnd = (
  state: State,
  reason: "draining" | "expired" | "ended_elsewhere",
  notes: readonly Effect[] = [],
): Step =>
  state.ending === null ? drained({ ...state, ending: { reason } }, notes) : drained(state, []);

/** A session that is to end does so behind its last answer; an admission is always ended first. */
function drained(state: State, effects: readonly Effect[]): Step {
  const { ending, inFlight, phase } = state;
  if (ending === null || inFlight > 0 || phase === "admitting") return [state, effects];
  if (ending.reason === "cut") return [endedState(state), [...effects, { type: "hang_up" }]];
  if (ending.reason !== "logout") return ended(state, ending.reason, effects);
  return ended(state, "logout", [
    ...effects,
    { type: "send_result", id: ending.id, method: ending.method, result: {} },
    ...(customerOf(state) === null ? [] : [noteOf(state, { action: "logout", outcome: "ok" })]),
  ]);
}

function loggedIn(state: State): Customer {
  const customer = customerOf(state);
  if (customer === null) throw new Error("an answer came for nobody");
  return customer;
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
