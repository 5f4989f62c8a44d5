/**
 * A session of the classic protocol: who is on the line and what they may ask. One per connection.
 *
 * The connection tells it of one message at a time, and of the next only after a `reply`. Time,
 * keys and sockets are the connection's; what is remembered here is who it is and what was asked.
 */

import type { Answer } from "../actor/answer.ts";
import type { Transition } from "../actor/transition.ts";
import type { AccountId, Command, LoginOutcome } from "../bank/ledger.ts";
import {
  AUTHENTICATION_FAILED,
  SIGNUP_SUCCESSFUL,
  USERNAME_EXISTS,
  formatReply,
  parseEnvelope,
  parseHello,
  parseRequest,
  type Envelope,
  type Hello,
  type Reply,
  type Request,
} from "../protocol/classic.ts";
import { ProtocolError, describe, type ProtocolErrorCode } from "../protocol/error.ts";
import type { SealingResult } from "../protocol/sealing.ts";
import { SeenTokens } from "../protocol/seen-tokens.ts";
import type { LedgerReply } from "../workers/ledger.ts";
import { BUSY_TEXT, rejectionOf, replyTo } from "./session-replies.ts";

/** A session ends at the third MAC that does not match: nobody honest gets there. */
export const MAC_FAILURES_MAX = 3;
/** Messages that break the rules, before the bank hangs up. */
export const BREACHES_MAX = 100;

export type Message =
  | { type: "received"; bytes: Uint8Array; nowSeconds: number } //  one whole JSON object
  | { type: "broken"; code: ProtocolErrorCode } //                  the stream has no next object
  | { type: "timed_out"; waitingFor: "message" | "login" | "request" | "reader" }
  | { type: "turn"; granted: boolean } //                           a place in the password line
  | { type: "password_hashed"; hash: string }
  | { type: "password_checked"; valid: boolean }
  | { type: "password_failed" } //                                  the pool could not do it
  | { type: "answered"; answer: Answer<LedgerReply> } //            by the ledger
  | { type: "opened"; result: SealingResult; nowSeconds: number };

export type Effect =
  | { type: "take_turn" }
  | { type: "end_turn" }
  | { type: "hash_password"; password: string }
  | { type: "check_password"; password: string; hash: string | null }
  | { type: "ask_ledger"; command: Command; who: string }
  | { type: "open"; envelope: Envelope }
  /** Sends a fresh Master Secret behind `Authenticated`, and seals from then on. */
  | { type: "start_sealing" }
  | { type: "reply"; text: string; sealed: boolean; hangUp: boolean }
  | { type: "hang_up" }
  /** For the audit; `who` is null for somebody who has not logged in. */
  | { type: "note"; who: string | null; action: string; outcome: string }
  /** For the terminal: what was done, by whom. */
  | { type: "report"; action: string; who: string; outcome: string };

/** The customer behind a session, since the login. */
type Customer = {
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
    | { phase: "waiting_turn"; hello: Hello }
    | { phase: "hashing"; hello: Hello }
    | { phase: "signing_up"; hello: Hello }
    | { phase: "beginning_login"; hello: Hello }
    | { phase: "checking"; hello: Hello }
    | { phase: "ending_login"; hello: Hello; outcome: LoginOutcome }
    | { phase: "authenticated"; customer: Customer }
    | { phase: "opening"; customer: Customer }
    | { phase: "asking"; customer: Customer; request: Request }
    | { phase: "ended" }
  );

type Phase<P extends State["phase"]> = State & { phase: P };
type Step = readonly [State, readonly Effect[]];

/** @param terminal What the session's cash belongs to, and what is locked for wrong passwords. */
export const sessionTransition =
  (terminal: string): Transition<State, Message, Effect> =>
  (state, message) => {
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
      case "ended":
        return [state, []];
    }
  };

export const initialState: State = { phase: "anonymous", breaches: 0 };

function whenAnonymous(state: Phase<"anonymous">, message: Message): Step {
  if (message.type !== "received") return unexpected(state, message);
  const hello = parsed(() => parseHello(message.bytes));
  if (hello instanceof ProtocolError) return breached(state, hello.code, null);
  return [{ ...state, phase: "waiting_turn", hello }, [{ type: "take_turn" }]];
}

function whenWaitingTurn(state: Phase<"waiting_turn">, message: Message, terminal: string): Step {
  if (message.type !== "turn") return unexpected(state, message);
  const { hello } = state;
  if (!message.granted) return [anonymous(state), [bare(BUSY_TEXT)]];
  if (hello.action === "signup") {
    const { password } = hello;
    return [{ ...state, phase: "hashing" }, [{ type: "hash_password", password }]];
  }
  const command: Command = { type: "begin_login", username: hello.username, terminal };
  return [{ ...state, phase: "beginning_login" }, [askLedger(command, hello.username)]];
}

// The name is looked up only after its password was hashed, so that a name that is taken costs as
// much as one that is free.
function whenHashing(state: Phase<"hashing">, message: Message): Step {
  const { username } = state.hello;
  if (message.type === "password_failed") {
    return [anonymous(state), [{ type: "end_turn" }, bare(BUSY_TEXT)]];
  }
  if (message.type !== "password_hashed") return unexpected(state, message);
  const command: Command = { type: "sign_up", username, passwordHash: message.hash };
  const effects: Effect[] = [{ type: "end_turn" }, askLedger(command, username)];
  return [{ ...state, phase: "signing_up" }, effects];
}

function whenSigningUp(state: Phase<"signing_up">, message: Message): Step {
  if (message.type !== "answered") return unexpected(state, message);
  const { answer } = message;
  const who = state.hello.username;
  if (answer.ok && answer.reply.type === "signed_up") {
    const report: Effect = { type: "report", action: "signup", who, outcome: "ok" };
    return [anonymous(state), [report, bare(SIGNUP_SUCCESSFUL)]];
  }
  const rejection = rejectionOf(answer);
  const outcome = rejection ?? "busy";
  const text = rejection === "username_taken" ? USERNAME_EXISTS : BUSY_TEXT;
  return [anonymous(state), [{ type: "report", action: "signup", who, outcome }, bare(text)]];
}

function whenBeginningLogin(state: Phase<"beginning_login">, message: Message): Step {
  if (message.type !== "answered") return unexpected(state, message);
  const { answer } = message;
  const { username: who, password } = state.hello;
  if (answer.ok && answer.reply.type === "login_begun") {
    const hash = answer.reply.passwordHash;
    return [{ ...state, phase: "checking" }, [{ type: "check_password", password, hash }]];
  }
  const locked = rejectionOf(answer) === "locked";
  const effects: Effect[] = [
    { type: "end_turn" },
    { type: "report", action: "login", who, outcome: locked ? "locked" : "busy" },
    bare(locked ? AUTHENTICATION_FAILED : BUSY_TEXT),
  ];
  return [anonymous(state), effects];
}

function whenChecking(state: Phase<"checking">, message: Message, terminal: string): Step {
  const outcome = loginOutcome(message);
  if (outcome === null) return unexpected(state, message);
  const { username } = state.hello;
  const command: Command = { type: "end_login", username, terminal, outcome };
  const effects: Effect[] = [{ type: "end_turn" }, askLedger(command, username)];
  return [{ ...state, phase: "ending_login", outcome }, effects];
}

function whenEndingLogin(state: Phase<"ending_login">, message: Message): Step {
  if (message.type !== "answered") return unexpected(state, message);
  const { answer } = message;
  const who = state.hello.username;
  if (answer.ok && answer.reply.type === "logged_in") {
    const { account, vault } = answer.reply;
    const seen = new SeenTokens();
    const customer: Customer = { username: who, account, vault, seen, macFailures: 0 };
    const report: Effect = { type: "report", action: "login", who, outcome: "ok" };
    const next: State = { phase: "authenticated", breaches: state.breaches, customer };
    return [next, [report, { type: "start_sealing" }]];
  }
  const failed = state.outcome === "wrong_password";
  const outcome = failed ? "failed" : "busy";
  const text = failed ? AUTHENTICATION_FAILED : BUSY_TEXT;
  return [anonymous(state), [{ type: "report", action: "login", who, outcome }, bare(text)]];
}

function whenAuthenticated(state: Phase<"authenticated">, message: Message): Step {
  if (message.type !== "received") return unexpected(state, message);
  const envelope = parsed(() => parseEnvelope(message.bytes));
  if (!(envelope instanceof ProtocolError)) {
    return [{ ...state, phase: "opening" }, [{ type: "open", envelope }]];
  }
  if (envelope.code === "bad_mac") return macFailed(state, state.customer);
  return breached(state, envelope.code, state.customer);
}

function whenOpening(state: Phase<"opening">, message: Message): Step {
  if (message.type !== "opened") return unexpected(state, message);
  const { customer, breaches } = state;
  const { result, nowSeconds } = message;
  const ready: State = { phase: "authenticated", breaches, customer };
  if (result.type === "refused") return refusedToken(ready, customer, result.code);
  if (result.type !== "opened") return unexpected(state, message);
  if (!customer.seen.admit(result.token, nowSeconds)) {
    return replayed(ready, customer, "this message was sent before");
  }
  const request = parsed(() => parseRequest(result.token.plaintext));
  if (request instanceof ProtocolError) return breached(ready, request.code, customer);
  const next: State = { phase: "asking", breaches, customer, request };
  return [next, [askLedger(commandOf(request, customer), customer.username)]];
}

function whenAsking(state: Phase<"asking">, message: Message): Step {
  if (message.type !== "answered") return unexpected(state, message);
  const { customer, request, breaches } = state;
  const { answer } = message;
  const reply = replyTo(answer, request);
  const outcome = answer.ok && answer.reply.type !== "rejected" ? "ok" : reply.type;
  const report: Effect = {
    ...{ type: "report", action: request.action, who: customer.username, outcome },
  };
  return [{ phase: "authenticated", breaches, customer }, [report, sealed(reply)]];
}

/** The stream is lost: nothing that follows can be told apart. */
function whenBroken(state: State, code: ProtocolErrorCode): Step {
  const customer = "customer" in state ? state.customer : null;
  return hungUp(state, { type: "invalid_request", detail: describe(code) }, [
    { type: "note", who: customer?.username ?? null, action: "request", outcome: code },
  ]);
}

function whenTimedOut(state: State, waitingFor: string): Step {
  const who = "customer" in state ? state.customer.username : null;
  const note: Effect = { type: "note", who, action: "session", outcome: `timed_out_${waitingFor}` };
  if (waitingFor === "reader") return [{ ...ended(state) }, [note, { type: "hang_up" }]];
  const detail = `the bank waited too long for a ${waitingFor}`;
  // Who connects and says nothing is no event of the bank's.
  const notes = waitingFor === "login" ? [] : [note];
  return hungUp(state, { type: "invalid_request", detail }, notes);
}

function breached(
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

function refusedToken(
  state: Phase<"authenticated">,
  customer: Customer,
  code: ProtocolErrorCode,
): Step {
  switch (code) {
    case "bad_mac":
      return macFailed(state, customer);
    case "stale_token":
    case "future_token":
      return replayed(state, customer, describe(code));
    default:
      return breached(state, code, customer);
  }
}

function macFailed(state: Phase<"authenticated">, customer: Customer): Step {
  const macFailures = customer.macFailures + 1;
  const note: Effect = {
    ...{ type: "note", who: customer.username, action: "request", outcome: "mac_failed" },
  };
  const reply: Reply = { type: "mac_failed" };
  if (macFailures >= MAC_FAILURES_MAX) return hungUp(state, reply, [note]);
  return [{ ...state, customer: { ...customer, macFailures } }, [note, sealed(reply)]];
}

function replayed(state: Phase<"authenticated">, customer: Customer, detail: string): Step {
  const note: Effect = {
    ...{ type: "note", who: customer.username, action: "request", outcome: "replay_rejected" },
  };
  return [state, [note, sealed({ type: "replay_rejected", detail })]];
}

/** Answers in the form that the peer expects at this point, and ends the session. */
function hungUp(state: State, reply: Reply, effects: readonly Effect[]): Step {
  if (state.phase === "ended") return [state, []];
  const isSealed = "customer" in state;
  const last: Effect = { type: "reply", text: formatReply(reply), sealed: isSealed, hangUp: true };
  return [ended(state), [...effects, last]];
}

const commandOf = (request: Request, { account, vault }: Customer): Command =>
  request.action === "balance"
    ? { type: "balance", account }
    : { type: request.action, account, vault, amount: request.amount };

function loginOutcome(message: Message): LoginOutcome | null {
  if (message.type === "password_failed") return "not_checked";
  if (message.type !== "password_checked") return null;
  return message.valid ? "authenticated" : "wrong_password";
}

/** Nothing is asked for twice and nothing arrives unasked: the connection would be at fault. */
function unexpected(state: State, message: Message): never {
  throw new Error(`a session in phase ${state.phase} cannot take ${message.type}`);
}

function parsed<T>(parse: () => T): T | ProtocolError {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

const anonymous = ({ breaches }: State): State => ({ phase: "anonymous", breaches });
const ended = ({ breaches }: State): State => ({ phase: "ended", breaches });
const askLedger = (command: Command, who: string): Effect => ({ type: "ask_ledger", command, who });
const bare = (text: string): Effect => ({ type: "reply", text, sealed: false, hangUp: false });
const sealed = (reply: Reply): Effect => ({
  ...{ type: "reply", text: formatReply(reply), sealed: true, hangUp: false },
});
