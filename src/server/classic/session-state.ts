/**
 * What a session remembers, takes and wants: the types of ./session.ts, and the steps that its
 * phases share.
 */

import type { AccountId } from "../../bank/ledger.ts";
import { formatReply, type Reply } from "../../protocol/classic-replies.ts";
import type { Envelope, Request } from "../../protocol/classic.ts";
import { ProtocolError, describe, type ProtocolErrorCode } from "../../protocol/error.ts";
import type { SealingResult } from "../../protocol/sealing.ts";
import type { SeenTokens } from "../../protocol/seen-tokens.ts";
import type { Admission } from "../admission/admission.ts";
import type { Errand, ErrandResult } from "../errands.ts";
import type { Overdue } from "../patience.ts";

/** Messages that break the rules, before the bank hangs up. */
export const BREACHES_MAX = 100;

/** What a question to the ledger is for. */
export type About = "admission" | "request";

export type Message =
  | { type: "received"; bytes: Uint8Array; nowSeconds: number } //  one whole JSON object
  | { type: "broken"; code: ProtocolErrorCode } //                  the stream has no next object
  | { type: "timed_out"; waitingFor: Overdue }
  | { type: "ended_elsewhere"; by: string } //                      by another session, or the bank
  | { type: "closed" } //                                           the line is gone
  | ErrandResult<About>
  | { type: "opened"; result: SealingResult; nowSeconds: number };

export type Effect =
  | Errand<About>
  | { type: "open"; envelope: Envelope }
  /** The session is one of those of the account. */
  | { type: "enter"; account: AccountId; username: string }
  /** Sends a fresh Master Secret behind `Authenticated`, and seals from then on. */
  | { type: "start_sealing" }
  | { type: "reply"; text: string; sealed: boolean; hangUp: boolean }
  | { type: "hang_up" };

/** The customer behind a session, since the login. */
export type Customer = {
  readonly username: string;
  readonly account: AccountId;
  readonly vault: AccountId;
  /** Too big to copy at each message, so it is changed in place: the one exception in this file. */
  readonly seen: SeenTokens;
  readonly macFailures: number;
};

/** Counted over the whole connection. */
type Breaches = { readonly breaches: number };

export type State = Breaches &
  (
    | { phase: "anonymous" }
    | { phase: "admitting"; admission: Admission }
    | { phase: "authenticated"; customer: Customer }
    | { phase: "opening"; customer: Customer }
    | { phase: "asking"; customer: Customer; request: Request }
    | { phase: "ended" }
  );

export type Phase<P extends State["phase"]> = State & { phase: P };
export type Step = readonly [State, readonly Effect[]];

export const initialState: State = { phase: "anonymous", breaches: 0 };

/** The peer broke a rule of the wire: it is told, noted, and forgiven a number of times. */
export function breached(
  state: Phase<"anonymous"> | Phase<"authenticated">,
  code: ProtocolErrorCode,
  customer: Customer | null,
): Step {
  const reply: Reply = { type: "invalid_request", detail: describe(code) };
  const who = customer?.username ?? null;
  const note: Effect = { type: "note", who, action: "request", outcome: code };
  const next = { ...state, breaches: state.breaches + 1 };
  if (next.breaches >= BREACHES_MAX) return hungUp(state, reply, [note]);
  return [next, [note, customer === null ? bare(formatReply(reply)) : sealed(reply)]];
}

/** Answers in the form that the peer expects at this point, and ends the session. */
export function hungUp(state: State, reply: Reply, effects: readonly Effect[]): Step {
  const isSealed = "customer" in state;
  const last: Effect = { type: "reply", text: formatReply(reply), sealed: isSealed, hangUp: true };
  return [ended(state), [...effects, last]];
}

/** Nothing is asked for twice and nothing arrives unasked: the connection would be at fault. */
export function unexpected(state: State, message: Message): never {
  throw new Error(`a session in phase ${state.phase} cannot take ${message.type}`);
}

/** What `parse` gives, or the breach that it found. */
export function parsed<T>(parse: () => T): T | ProtocolError {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

export const anonymous = ({ breaches }: State): State => ({ phase: "anonymous", breaches });
export const ended = ({ breaches }: State): State => ({ phase: "ended", breaches });
export const bare = (text: string): Effect => ({
  type: "reply",
  text,
  sealed: false,
  hangUp: false,
});
export const sealed = (reply: Reply): Effect => ({
  ...{ type: "reply", text: formatReply(reply), sealed: true, hangUp: false },
});
