/**
 * A session of the classic protocol: who is on the line and what they may ask. One per connection.
 *
 * The connection tells it of one message at a time, and of the next only after a `reply`. Time,
 * keys and sockets are the connection's; what is remembered here is who it is and what was asked.
 */

import type { Transition } from "../../actor/transition.ts";
import type { Cents } from "../../bank/money.ts";
import { parseHello, type Hello } from "../../protocol/classic.ts";
import { ProtocolError, describe, type ProtocolErrorCode } from "../../protocol/error.ts";
import { SeenTokens } from "../../protocol/seen-tokens.ts";
import {
  ACTIONS,
  beginAdmission,
  continueAdmission,
  type AdmissionOutcome,
  type Wish,
} from "../admission/admission.ts";
import type { Place } from "../admission/steps.ts";
import type { Overdue } from "../patience.ts";
import { verdictOn } from "./replies.ts";
import { whenAsking, whenAuthenticated, whenOpening } from "./requests.ts";
import {
  anonymous,
  bare,
  breached,
  ended,
  hungUp,
  parsed,
  unexpected,
  type Customer,
  type Effect,
  type Message,
  type Phase,
  type State,
  type Step,
} from "./session-state.ts";

/** What comes in its order, and not at any time as an end may. */
type InOrder = Exclude<Message, { type: "broken" | "timed_out" | "ended_elsewhere" | "closed" }>;

/** The place: what the session's cash belongs to, and what is locked for wrong passwords. */
export type SessionConfig = Place & {
  /** A larger sum needs a confirmation, for which this protocol has no words. */
  readonly confirmAbove: Cents;
};

export const sessionTransition =
  ({ confirmAbove, ...place }: SessionConfig): Transition<State, Message, Effect> =>
  (state, message) => {
    if (message.type === "closed") return whenClosed(state);
    if (state.phase === "ended") return [state, []];
    if (message.type === "broken") return whenBroken(state, message.code);
    if (message.type === "timed_out") return whenTimedOut(state, message.waitingFor);
    if (message.type === "ended_elsewhere") return whenEndedElsewhere(state, message.by);
    switch (state.phase) {
      case "anonymous":
        return whenAnonymous(state, message, place);
      case "admitting":
        return whenAdmitting(state, message);
      case "authenticated":
        return whenAuthenticated(state, message);
      case "opening":
        return whenOpening(state, message, confirmAbove);
      case "asking":
        return whenAsking(state, message);
    }
  };

function whenAnonymous(state: Phase<"anonymous">, message: Message, place: Place): Step {
  if (message.type !== "received") return unexpected(state, message);
  const hello = parsed(() => parseHello(message.bytes));
  if (hello instanceof ProtocolError) return breached(state, hello.code, null);
  const { admission, errands } = beginAdmission(wishOf(hello), place);
  return [{ ...state, phase: "admitting", admission }, errands];
}

function whenAdmitting(state: Phase<"admitting">, message: InOrder): Step {
  if (message.type === "received" || message.type === "opened") return unexpected(state, message);
  const step = continueAdmission(state.admission, message);
  if ("admission" in step) return [{ ...state, admission: step.admission }, step.errands];
  return whenAdmitted(state, step.outcome, step.errands);
}

function whenAdmitted(
  state: Phase<"admitting">,
  outcome: AdmissionOutcome,
  errands: readonly Effect[],
): Step {
  const { wish, step } = state.admission;
  const { word, text } = verdictOn(wish, outcome);
  // What was turned away before the ledger heard of it is no event.
  const isEvent = step !== "waiting_turn" && step !== "hashing";
  const action = ACTIONS[wish.type];
  const report: Effect = { type: "report", action, who: wish.username, outcome: word };
  const effects = isEvent ? [...errands, report] : errands;
  if (outcome.type !== "logged_in") return [anonymous(state), [...effects, bare(text)]];
  const { account, vault } = outcome;
  const seen = new SeenTokens();
  const customer: Customer = { username: wish.username, account, vault, seen, macFailures: 0 };
  const next: State = { phase: "authenticated", breaches: state.breaches, customer };
  const entered: Effect = { type: "enter", account, username: wish.username };
  return [next, [...effects, entered, { type: "start_sealing" }]];
}

/** The stream is lost: nothing that follows can be told apart. */
function whenBroken(state: State, code: ProtocolErrorCode): Step {
  const customer = "customer" in state ? state.customer : null;
  return hungUp(state, { type: "invalid_request", detail: describe(code) }, [
    { type: "note", who: customer?.username ?? null, action: "request", outcome: code },
  ]);
}

function whenEndedElsewhere(state: State, by: string): Step {
  const who = "customer" in state ? state.customer.username : null;
  return hungUp(state, { type: "invalid_request", detail: "this session was ended elsewhere" }, [
    { type: "note", who, action: "session", outcome: "ended_elsewhere", object: `by ${by}` },
  ]);
}

/** To hang up is this protocol's way to log out. A stranger who does so is no event. */
function whenClosed(state: State): Step {
  const hangUp: Effect = { type: "hang_up" };
  if (!("customer" in state)) return [ended(state), [hangUp]];
  const who = state.customer.username;
  return [ended(state), [{ type: "note", who, action: "session", outcome: "closed" }, hangUp]];
}

function whenTimedOut(state: State, waitingFor: Overdue): Step {
  const who = "customer" in state ? state.customer.username : null;
  const note: Effect = { type: "note", who, action: "session", outcome: `timed_out_${waitingFor}` };
  if (waitingFor === "reader") return [ended(state), [note, { type: "hang_up" }]];
  const detail =
    waitingFor === "session"
      ? "the session has lasted as long as one may, log in again"
      : `the bank waited too long for a ${waitingFor}`;
  // Who connects and says nothing is no event of the bank's.
  const notes = waitingFor === "login" ? [] : [note];
  return hungUp(state, { type: "invalid_request", detail }, notes);
}

const wishOf = ({ action, username, password }: Hello): Wish =>
  action === "signup"
    ? { type: "sign_up", username, password }
    : { type: "log_in", username, password, code: null };
