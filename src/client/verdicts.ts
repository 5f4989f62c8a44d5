/** What an end or an error of the modern protocol means to a client that would rather go on. */
import type { ErrorKind } from "../protocol/rpc-error.ts";
import { LineLost } from "./line-lost.ts";
import { BankNotAuthentic, Refused, SessionEnded } from "./modern-errors.ts";
import type { SessionEnd, SessionOver } from "./modern-errors.ts";

/**
 * What ends the session for good, rather than the line alone. A session in which nobody is logged
 * in is none that could be idle.
 */
export function overBy(end: SessionEnd, isLoggedIn: boolean): SessionOver | null {
  if (end.type === "cut") return null;
  if (end.type !== "closed_by_bank") return end;
  const isLineAlone = end.reason === "draining" || (end.reason === "idle" && !isLoggedIn);
  return isLineAlone ? null : end;
}

export const endedError = (over: SessionOver): SessionEnded | BankNotAuthentic =>
  over.type === "bank_not_authentic" ? new BankNotAuthentic(over.evidence) : new SessionEnded(over);

export const isHangUp = (error: unknown): boolean =>
  error instanceof BankNotAuthentic && error.evidence === "hung_up";

export const isRefusal = (error: unknown, kind: ErrorKind): boolean =>
  error instanceof Refused && error.kind === kind;

/** Whether a bank that gave this may soon be reached again. */
export const isPassing = (error: unknown): boolean =>
  error instanceof LineLost
    ? error.end.kind !== "not_authentic"
    : error instanceof Refused && error.retry !== "never";

/** The change was sent, and may have been done. */
export const leavesDoubt = (error: unknown): boolean =>
  error instanceof LineLost
    ? error.inDoubt
    : error instanceof Refused && error.retry === "same_key";

/**
 * Whether this settles a change that is in doubt: what the bank says of the change itself is what
 * it said the first time. That it is busy, knows nobody on this line, or wants the password once
 * more, says nothing of it.
 */
export const isOutcome = (error: unknown): boolean =>
  error instanceof Refused &&
  error.retry === "never" &&
  error.kind !== "not_logged_in" &&
  error.kind !== "confirmation_required";
