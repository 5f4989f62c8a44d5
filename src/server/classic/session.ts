/**
 * A session of the classic protocol: who is on the line and what they may ask. One per connection.
 *
 * The connection tells it of one message at a time, and of the next only after a `reply`. Time,
 * keys and sockets are the connection's; what is remembered here is who it is and what was asked.
 */

import type { Transition } from "../../actor/transition.ts";
import { describe, type ProtocolErrorCode } from "../../protocol/error.ts";
import type { Overdue } from "../patience.ts";
import {
  whenAnonymous,
  whenBeginningLogin,
  whenChecking,
  whenEndingLogin,
  whenHashing,
  whenSigningUp,
  whenWaitingTurn,
} from "./session-login.ts";
import { whenAsking, whenAuthenticated, whenOpening } from "./requests.ts";
import {
  ended,
  hungUp,
  type Effect,
  type Message,
  type State,
  type Step,
} from "./session-state.ts";

/** @param terminal What the session's cash belongs to, and what is locked for wrong passwords. */
export const sessionTransition =
  (terminal: string): Transition<State, Message, Effect> =>
  (state, message) => {
    if (state.phase === "ended") return [state, []];
    if (message.type === "broken") return whenBroken(state, message.code);
    if (message.type === "timed_out") return whenTimedOut(state, message.waitingFor);
    switch (state.phase) {
      case "anonymous":
        return whenAnonymous(state, message);
      case "waiting_turn":
        return whenWaitingTurn(state, message, terminal);
      case "hashing":
        return whenHashing(state, message);
      case "signing_up":
        return whenSigningUp(state, message);
      case "beginning_login":
        return whenBeginningLogin(state, message);
      case "checking":
        return whenChecking(state, message, terminal);
      case "ending_login":
        return whenEndingLogin(state, message);
      case "authenticated":
        return whenAuthenticated(state, message);
      case "opening":
        return whenOpening(state, message);
      case "asking":
        return whenAsking(state, message);
    }
  };

/** The stream is lost: nothing that follows can be told apart. */
function whenBroken(state: State, code: ProtocolErrorCode): Step {
  const customer = "customer" in state ? state.customer : null;
  return hungUp(state, { type: "invalid_request", detail: describe(code) }, [
    { type: "note", who: customer?.username ?? null, action: "request", outcome: code },
  ]);
}

function whenTimedOut(state: State, waitingFor: Overdue): Step {
  const who = "customer" in state ? state.customer.username : null;
  const note: Effect = { type: "note", who, action: "session", outcome: `timed_out_${waitingFor}` };
  if (waitingFor === "reader") return [ended(state), [note, { type: "hang_up" }]];
  const detail = `the bank waited too long for a ${waitingFor}`;
  // Who connects and says nothing is no event of the bank's.
  const notes = waitingFor === "login" ? [] : [note];
  return hungUp(state, { type: "invalid_request", detail }, notes);
}
