/** What the errors of a modern session mean to the customer, as messages for the flow. */

import { LineLost } from "../../src/client/line-lost.ts";
import {
  BankNotAuthentic,
  OutcomeUnknown,
  Refused,
  SessionEnded,
  type SessionOver,
} from "../../src/client/modern-errors.ts";
import { ERRORS, type ErrorKind } from "../../src/protocol/rpc-error.ts";
import type { AfterDoubt, EndReason, Message, Problem, Refusal } from "./state.ts";
import { faultOf, lineProblem } from "./teller.ts";

export function entryFailure(error: unknown): Message {
  if (error instanceof Refused) return { type: "refused", problem: entryProblem(error) };
  if (error instanceof LineLost) return lineProblem(faultOf(error.end));
  if (error instanceof BankNotAuthentic) return { type: "not_authentic" };
  if (error instanceof SessionEnded) return lineProblem("line_lost");
  throw error;
}

function entryProblem({ kind, reason, charsMin }: Refused): Problem {
  if (reason !== null) return { type: "bad_password", field: "password", reason, charsMin };
  if (kind === "authentication_failed" || kind === "username_taken") return { type: kind };
  return { type: "refused", text: sentence(ERRORS[kind].message), kind };
}

export function callFailure(error: unknown): Message {
  if (error instanceof Refused) return refused(error);
  if (error instanceof OutcomeUnknown) {
    return { type: "outcome_unknown", key: error.idempotencyKey, session: afterDoubt(error.cause) };
  }
  if (error instanceof LineLost) {
    if (error.inDoubt) return { type: "outcome_unknown", key: null, session: "open" };
    const isStranger = error.end.kind === "not_authentic";
    return answered("unreachable", isStranger ? NOT_YOUR_BANK : "The bank cannot be reached");
  }
  if (error instanceof BankNotAuthentic) return { type: "not_authentic" };
  if (error instanceof SessionEnded) return endOf(error.over);
  throw error;
}

function afterDoubt(cause: unknown): AfterDoubt {
  if (cause instanceof BankNotAuthentic) return "stranger";
  return cause instanceof SessionEnded ? "ended" : "open";
}

/** A log-in whose line closed while its code was awaited. */
export const LATE: Message = { type: "refused", problem: { type: "code_late" } };

const NOT_YOUR_BANK = "Who answered has not proved to be your bank, and was told nothing";

const answered = (
  kind: ErrorKind | "unreachable",
  text: string,
  bad: Pick<Refusal, "bad"> = {},
): Message => ({
  ...{ type: "answered", answer: { type: "refused", kind, text, ...bad }, at: Date.now() },
});

const refused = ({ kind, reason, charsMin }: Refused): Message =>
  answered(kind, textOf(kind), reason === null ? {} : { bad: { reason, charsMin } });

/** The original's words where it has any. */
const textOf = (kind: ErrorKind): string => {
  if (kind === "insufficient_funds") return "Insufficient funds";
  if (kind === "confirmation_required") return "You did not confirm it, so nothing was done";
  return sentence(ERRORS[kind].message);
};

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

export function endOf(over: SessionOver): Message {
  if (over.type === "bank_not_authentic") return { type: "not_authentic" };
  return { type: "session_ended", reason: reasonOf(over) };
}

function reasonOf(over: Exclude<SessionOver, { type: "bank_not_authentic" }>): EndReason {
  switch (over.type) {
    case "closed_by_bank":
      return over.reason === "logout" ? "logged_out" : over.reason;
    case "closed_here":
      return "logged_out";
    case "breach":
      return "breach";
    case "credentials_needed": // For a second factor: the password is there as long as the session.
      return "code_withheld";
    case "login_refused":
      return "line_lost";
  }
}
