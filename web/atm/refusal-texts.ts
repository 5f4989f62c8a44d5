/** What it means for a customer that the bank refused, and what to do: for each kind of error. */

import { ERRORS, isErrorKind, type ErrorKind } from "../../src/protocol/rpc-error.ts";
import type { Refusal } from "./state.ts";

/** Nobody at this page can help it. */
const NO_FAULT_OF_YOURS = "This page and the bank do not understand each other: tell the bank.";

/** What to do, where trying again is of no use and the bank's words do not say it. */
const ADVICE: Partial<Record<ErrorKind, string>> = {
  parse_error: NO_FAULT_OF_YOURS,
  invalid_request: NO_FAULT_OF_YOURS,
  unknown_method: NO_FAULT_OF_YOURS,
  invalid_params: NO_FAULT_OF_YOURS,
  idempotency_conflict: NO_FAULT_OF_YOURS,
  not_logged_in: "Your session is over.",
  already_logged_in: "Reload the page.",
  bad_password: "Choose another.",
  not_permitted: "This page is for customers.",
  amount_too_large: "Choose a smaller amount.",
  balance_too_large: "Put less into it.",
  vault_too_large: "Go to another ATM.",
  account_disabled: "Ask the bank why.",
  too_many_in_flight: "Wait a moment.",
};

/** After an order or a question. `untouched` says that nothing has happened. */
export function refusalAdvice(kind: Refusal["kind"], untouched: string): string {
  if (!isErrorKind(kind)) return `The bank refused it. ${untouched}`;
  if (ERRORS[kind].retry === "same_key") {
    return "It is not known whether it was done. Look before you do it again.";
  }
  return `The bank refused it. ${untouched}${adviceOn(kind)}`;
}

/** After a sign-up or a log-in. Classic has no kinds. */
export function entryAdvice(kind: ErrorKind | undefined): string {
  if (kind === undefined) return "The bank refused it.";
  if (ERRORS[kind].retry === "same_key") {
    return "A sign-up may have been done all the same: try to log in.";
  }
  return `The bank refused it.${adviceOn(kind)}`;
}

function adviceOn(kind: ErrorKind): string {
  const advice = ADVICE[kind];
  const again = ERRORS[kind].retry === "later" ? " Try again later." : "";
  return (advice === undefined ? "" : ` ${advice}`) + again;
}
