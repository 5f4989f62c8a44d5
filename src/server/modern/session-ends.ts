/**
 * How a session ends: behind its last answer, with a word to its client where one can be said. What
 * was called before is done, reported and told to others, whoever is still there to hear of it.
 */

import type { ProtocolErrorCode } from "../../protocol/error.ts";
import type { ClosingReason } from "../../protocol/notifications.ts";
import type { ErrorKind } from "../../protocol/rpc-error.ts";
import type { Draining, Overdue } from "../patience.ts";
import {
  commonOf,
  customerOf,
  noteOf,
  type Effect,
  type Ending,
  type State,
  type Step,
} from "./session-state.ts";

/** Nothing more is taken; what was called before is still answered. */
export const whenBroken = (state: State, code: ProtocolErrorCode): Step =>
  drained({ ...state, ending: { reason: "breach" } }, [
    noteOf(state, { action: "session", outcome: code }),
  ]);

export function whenTimedOut(state: State, waitingFor: Overdue): Step {
  const note = noteOf(state, { action: "session", outcome: `timed_out_${waitingFor}` });
  // Who does not read cannot be told, and who connects and says nothing is no event.
  if (waitingFor === "reader") return drained({ ...state, ending: { reason: "cut" } }, [note]);
  // Whoever has a request in hand at the end of the longest session still gets the answer.
  if (waitingFor === "session") return toEnd(state, "expired", [note]);
  return toEnd(state, "idle", waitingFor === "login" ? [] : [note]);
}

/**
 * A session that ends without a word from its client was cut, by whomever; and who hangs up on the
 * bank's hello has found it to be somebody else's, or altered on the way.
 */
export function whenClosed(state: State, hasCalled: boolean): Step {
  const reason = state.ending?.reason;
  const isNoted = reason === "cut" || reason === "breach";
  const note = noteOf(state, { action: hasCalled ? "session" : "handshake", outcome: "cut" });
  return drained({ ...state, ending: { reason: "cut" } }, isNoted ? [] : [note]);
}

/** Ends behind the last answer. What else has begun to end it goes on, and is not told again. */
export const toEnd = (
  state: State,
  reason: Draining | "idle" | "expired" | "ended_elsewhere",
  notes: readonly Effect[] = [],
): Step =>
  state.ending === null ? drained({ ...state, ending: { reason } }, notes) : drained(state, []);

/** A session that is to end does so behind its last answer; an admission is always ended first. */
export function drained(state: State, effects: readonly Effect[]): Step {
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

/** What a call is told that comes when the session is about to end. */
export const tooLate = ({ reason }: Ending): ErrorKind =>
  reason === "draining" ? "draining" : "not_logged_in";

const ended = (state: State, reason: ClosingReason, effects: readonly Effect[]): Step => [
  endedState(state),
  [...effects, notify({ method: "session.closed", params: { reason } }), { type: "hang_up" }],
];

const endedState = (state: State): State => ({ ...commonOf(state), phase: "ended" });

export const notify = (notification: (Effect & { type: "notify" })["notification"]): Effect => ({
  type: "notify",
  notification,
});
