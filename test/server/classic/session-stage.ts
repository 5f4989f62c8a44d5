/** A session of the classic protocol without its connection: states by name, messages by kind. */

import type { AuditAction, AuditOutcome } from "../../../src/bank/audit-vocabulary.ts";
import type { AccountId } from "../../../src/bank/ledger.ts";
import { cents } from "../../../src/bank/money.ts";
import { encodeEnvelope, encodeHello, encodeRequest } from "../../../src/protocol/classic.ts";
import type { Hello, Request } from "../../../src/protocol/classic.ts";
import { SeenTokens } from "../../../src/protocol/seen-tokens.ts";
import { sessionTransition } from "../../../src/server/classic/session.ts";
import type { Admission } from "../../../src/server/admission/admission.ts";
import type {
  About,
  Customer,
  Effect,
  Message,
  State,
} from "../../../src/server/classic/session-state.ts";
import type { Failure } from "../../../src/actor/answer.ts";
import type { LedgerReply } from "../../../src/workers/ledger.ts";

export const NOW_SECONDS = 1_700_000_000;
export const TERMINAL = "127.0.0.1";
export const ACCOUNT = 1 as AccountId;
export const VAULT = 2 as AccountId;

export const transition = sessionTransition({
  terminal: TERMINAL,
  signUpsMax: 200,
  confirmAbove: cents(1_000_000),
});

/** One step: in this state, at this message, what follows. */
export type Row = readonly [
  name: string,
  state: State,
  message: Message,
  phase: State["phase"],
  effects: readonly Effect[],
];

export const FAILURES = ["busy", "timed_out", "died", "draining"] as const;
export const TRY_AGAIN = "Service busy: nothing was done, try again in a moment";
export const NOT_JSON = "Invalid request: the message is not one flat JSON object";
export const NOT_OBJECT =
  "Invalid request: a message starts with a brace, and nothing follows its end";

/** What follows in `state`, as far as a peer or the bank can tell. */
export function follow(state: State, message: Message): { phase: string; effects: Effect[] } {
  const [next, effects] = transition(state, message);
  return { phase: next.phase, effects: [...effects] };
}

const hello = (action: Hello["action"]): Hello => ({ action, username: "alice", password: "pw" });
const breaches = 0;

export const customer = (): Customer => ({
  ...{ username: "alice", account: ACCOUNT, vault: VAULT },
  ...{ seen: new SeenTokens(), macFailures: 0 },
});

function admitting(
  type: "sign_up" | "log_in",
  step: Admission["step"],
  outcome: Admission["outcome"] = null,
): State {
  const wish = { type, username: "alice", password: "pw" };
  const admission = { wish, terminal: TERMINAL, signUpsMax: 200, step, outcome };
  return { phase: "admitting", admission, breaches };
}

/** Every phase, as a session gets there with alice on the line. */
export const states = {
  anonymous: (): State => ({ phase: "anonymous", breaches }),
  signingUp: (step: Admission["step"]): State => admitting("sign_up", step),
  loggingIn: (step: Admission["step"], outcome: Admission["outcome"] = null): State =>
    admitting("log_in", step, outcome),
  authenticated: (): State => ({ phase: "authenticated", customer: customer(), breaches }),
  opening: (): State => ({ phase: "opening", customer: customer(), breaches }),
  asking: (request: Request): State => ({
    ...{ phase: "asking", customer: customer(), request, breaches },
  }),
  ended: (): State => ({ phase: "ended", breaches }),
};

export const received = (bytes: Uint8Array | string): Message => ({
  type: "received",
  bytes: typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes,
  nowSeconds: NOW_SECONDS,
});
export const signUpReceived = received(encodeHello(hello("signup")));
export const logInReceived = received(encodeHello(hello("login")));
export const ENVELOPE = { payload: "token", mac: "0".repeat(64) };
export const envelopeReceived = received(encodeEnvelope(ENVELOPE));

export const replied = (reply: LedgerReply, about: About = "request"): Message => ({
  ...{ type: "answered", answer: { ok: true, reply }, about },
});
export const failed = (failure: Failure, about: About = "request"): Message => ({
  ...{ type: "answered", answer: { ok: false, failure }, about },
});

let tags = 0;

/** A token of the peer, opened: each with a tag of its own unless told. */
export function opened(plaintext: Request | string, tag = Uint8Array.of(++tags, 1)): Message {
  const bytes =
    typeof plaintext === "string" ? new TextEncoder().encode(plaintext) : encodeRequest(plaintext);
  const token = { plaintext: bytes, timeSeconds: NOW_SECONDS, tag };
  return { type: "opened", result: { type: "opened", token }, nowSeconds: NOW_SECONDS };
}

export const bare = (text: string, hangUp = false): Effect => ({
  ...{ type: "reply", text, sealed: false, hangUp },
});
export const sealed = (text: string, hangUp = false): Effect => ({
  ...{ type: "reply", text, sealed: true, hangUp },
});
export const report = (action: string, outcome: string): Effect => ({
  ...{ type: "report", action, who: "alice", outcome },
});
export const note = (
  who: string | null,
  outcome: AuditOutcome,
  action: AuditAction = "request",
  object?: string,
): Effect =>
  ({ type: "note", who, action, outcome, ...(object !== undefined && { object }) }) as Effect;
