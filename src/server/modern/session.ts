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
import { customerBy, greetingsTo, sessionsToEnd } from "./logged-in.ts";
import { admissionFailure, historyResult, ledgerResult, wordOf } from "./results.ts";
import {
  drained,
  notify,
  toEnd,
  tooLate,
  whenBroken,
  whenClosed,
  whenTimedOut,
} from "./session-ends.ts";
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
        const { id, answer } = message;
        return settled(state, [historyResult(id, answer)]);
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
        return toEnd(state, message.why);
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
  const endings = sessionsToEnd(customer, admission.wish, outcome);
  switch (outcome.type) {
    case "signed_up":
      return drained(back, [
        { type: "send_result", id, method: "auth.signUp", result: { username } },
        ...told,
      ]);
    case "password_changed":
      return drained(back, [
        { type: "send_result", id, method: "auth.changePassword", result: {} },
        ...endings,
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
      return drained(withFactor(back, outcome), [factorResult(id, outcome), ...endings, ...told]);
    default:
      return drained(back, [
        { type: "send_error", id, ...admissionFailure(outcome) },
        ...endings,
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
  if (isOperatorCall(call)) effects.push(...toldByOperation(call, answer, who));
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
  const { breaches } = state;
  // It ends with what is in hand, and whoever goes on meanwhile is not answered.
  if (breaches >= BREACHES_MAX) return [state, []];
  if (breaches + 1 < BREACHES_MAX) return [{ ...state, breaches: breaches + 1 }, effects];
  return drained({ ...state, breaches: BREACHES_MAX, ending: { reason: "breach" } }, effects);
}

/** One call less in flight. */
const settled = (state: State, effects: readonly Effect[]): Step =>
  drained({ ...state, inFlight: state.inFlight - 1 }, effects);

function loggedIn(state: State): Customer {
  const customer = customerOf(state);
  if (customer === null) throw new Error("an answer came for nobody");
  return customer;
}

const oneMore = (state: State): State => ({ ...state, inFlight: state.inFlight + 1 });
