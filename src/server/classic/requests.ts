/** A session after its login: envelopes are opened, and what is in them goes to the ledger. */

import type { Cents } from "../../bank/money.ts";
import type { Command } from "../../bank/ledger.ts";
import type { Reply } from "../../protocol/classic-replies.ts";
import { parseEnvelope, parseRequest, type Request } from "../../protocol/classic.ts";
import { ProtocolError, describe, type ProtocolErrorCode } from "../../protocol/error.ts";
import { replyTo } from "./replies.ts";
import {
  breached,
  hungUp,
  parsed,
  sealed,
  unexpected,
  type Customer,
  type Effect,
  type Message,
  type Phase,
  type State,
  type Step,
} from "./session-state.ts";

/** A session ends at the third MAC that does not match: nobody honest gets there. */
export const MAC_FAILURES_MAX = 3;

export function whenAuthenticated(state: Phase<"authenticated">, message: Message): Step {
  if (message.type !== "received") return unexpected(state, message);
  const envelope = parsed(() => parseEnvelope(message.bytes));
  if (!(envelope instanceof ProtocolError)) {
    return [{ ...state, phase: "opening" }, [{ type: "open", envelope }]];
  }
  if (envelope.code === "bad_mac") return macFailed(state, state.customer);
  return breached(state, envelope.code, state.customer);
}

/** @param confirmAbove A larger withdrawal needs a confirmation that cannot be given here. */
export function whenOpening(state: Phase<"opening">, message: Message, confirmAbove: Cents): Step {
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
  if (request.action === "withdraw" && request.amount > confirmAbove) {
    return tooLarge(ready, customer);
  }
  const next: State = { phase: "asking", breaches, customer, request };
  const command = commandOf(request, customer);
  return [next, [{ type: "ask_ledger", command, who: customer.username, about: "request" }]];
}

export function whenAsking(state: Phase<"asking">, message: Message): Step {
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

/** No breach of the protocol, so it is not counted as one. */
function tooLarge(state: Phase<"authenticated">, { username }: Customer): Step {
  const note: Effect = {
    ...{ type: "note", who: username, action: "withdraw", outcome: "confirmation_required" },
  };
  const detail = "so large a sum needs your password again, use an ATM of the modern protocol";
  return [state, [note, sealed({ type: "invalid_request", detail })]];
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

const commandOf = (request: Request, { account, vault }: Customer): Command =>
  request.action === "balance"
    ? { type: "balance", account }
    : { type: request.action, account, vault, amount: request.amount };
