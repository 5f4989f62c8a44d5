/** A session before its login: one sign-up or login at a time, with a turn for its password. */

import type { Command, LoginOutcome } from "../../bank/ledger.ts";
import {
  AUTHENTICATION_FAILED,
  SIGNUP_SUCCESSFUL,
  USERNAME_EXISTS,
  parseHello,
} from "../../protocol/classic.ts";
import { ProtocolError } from "../../protocol/error.ts";
import { SeenTokens } from "../../protocol/seen-tokens.ts";
import { isUnknown, rejectionOf } from "../answers.ts";
import { BUSY_TEXT, SIGN_UP_UNKNOWN_TEXT } from "./replies.ts";
import {
  anonymous,
  askLedger,
  bare,
  breached,
  parsed,
  unexpected,
  type Customer,
  type Effect,
  type Message,
  type Phase,
  type State,
  type Step,
} from "./session-state.ts";

export function whenAnonymous(state: Phase<"anonymous">, message: Message): Step {
  if (message.type !== "received") return unexpected(state, message);
  const hello = parsed(() => parseHello(message.bytes));
  if (hello instanceof ProtocolError) return breached(state, hello.code, null);
  return [{ ...state, phase: "waiting_turn", hello }, [{ type: "take_turn" }]];
}

export function whenWaitingTurn(
  state: Phase<"waiting_turn">,
  message: Message,
  terminal: string,
): Step {
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
export function whenHashing(state: Phase<"hashing">, message: Message): Step {
  const { username } = state.hello;
  if (message.type === "password_failed") {
    return [anonymous(state), [{ type: "end_turn" }, bare(BUSY_TEXT)]];
  }
  if (message.type !== "password_hashed") return unexpected(state, message);
  const command: Command = { type: "sign_up", username, passwordHash: message.hash };
  const effects: Effect[] = [{ type: "end_turn" }, askLedger(command, username)];
  return [{ ...state, phase: "signing_up" }, effects];
}

export function whenSigningUp(state: Phase<"signing_up">, message: Message): Step {
  if (message.type !== "answered") return unexpected(state, message);
  const { answer } = message;
  const who = state.hello.username;
  if (answer.ok && answer.reply.type === "signed_up") {
    const report: Effect = { type: "report", action: "signup", who, outcome: "ok" };
    return [anonymous(state), [report, bare(SIGNUP_SUCCESSFUL)]];
  }
  const rejection = rejectionOf(answer);
  const outcome = rejection ?? "busy";
  const busy = isUnknown(answer) ? SIGN_UP_UNKNOWN_TEXT : BUSY_TEXT;
  const text = rejection === "username_taken" ? USERNAME_EXISTS : busy;
  return [anonymous(state), [{ type: "report", action: "signup", who, outcome }, bare(text)]];
}

export function whenBeginningLogin(state: Phase<"beginning_login">, message: Message): Step {
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

export function whenChecking(state: Phase<"checking">, message: Message, terminal: string): Step {
  const outcome = loginOutcome(message);
  if (outcome === null) return unexpected(state, message);
  const { username } = state.hello;
  const command: Command = { type: "end_login", username, terminal, outcome };
  const effects: Effect[] = [{ type: "end_turn" }, askLedger(command, username)];
  return [{ ...state, phase: "ending_login", outcome }, effects];
}

export function whenEndingLogin(state: Phase<"ending_login">, message: Message): Step {
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

function loginOutcome(message: Message): LoginOutcome | null {
  if (message.type === "password_failed") return "not_checked";
  if (message.type !== "password_checked") return null;
  return message.valid ? "authenticated" : "wrong_password";
}
