/** What went wrong at the terminal ATM: an exit code, a word for programs, a line for people. */

import type { PasswordReason } from "../bank/password-policy.ts";
import { LineLost } from "../client/line-lost.ts";
import {
  BankNotAuthentic,
  OutcomeUnknown,
  Refused,
  SessionEnded,
} from "../client/modern-errors.ts";
import { passwordText } from "../client/password-texts.ts";
import type { Retry } from "../protocol/rpc-error.ts";
import { CommandFailed, EXIT } from "./exit.ts";

export type Failure = {
  code: number;
  /** The bank's word, or one of ours: `line_lost`, `outcome_unknown`, … */
  kind: string;
  message: string;
  retry?: Retry;
  /** What is wrong with a new password. */
  reason?: PasswordReason;
  /** To ask again with, and with no other. */
  idempotencyKey?: string;
};

/** Null for what is no failure of the bank, the line or the user. */
export function failureOf(error: unknown): Failure | null {
  if (error instanceof Refused) return refusalFailure(error, EXIT.failure, refusalText(error));
  if (error instanceof OutcomeUnknown) {
    const { idempotencyKey } = error;
    const again = `ask again with --key ${idempotencyKey}`;
    const message = `Unknown whether it was done. To find out, ${again}`;
    return { code: EXIT.environment, kind: "outcome_unknown", message, idempotencyKey };
  }
  if (error instanceof BankNotAuthentic) {
    const message = `REFUSED: ${error.message}. Nothing secret was sent.`;
    return { code: EXIT.integrity, kind: "bank_not_authentic", message };
  }
  if (error instanceof LineLost) return lineFailure(error);
  if (error instanceof SessionEnded) {
    const message =
      error.over.type === "credentials_needed" ? NEW_LINE_NEEDS_CODE : `${error.message}.`;
    return { code: EXIT.environment, kind: "session_ended", message };
  }
  if (error instanceof CommandFailed) return commandFailure(error);
  return null;
}

/** While somebody is logged in, the terminal ATM has their password, but no code. */
export const NEW_LINE_NEEDS_CODE =
  "The line was lost, and a new one needs a code of the second factor.";

function commandFailure({ code, message, cause }: CommandFailed): Failure {
  return cause instanceof Refused
    ? refusalFailure(cause, code, message)
    : { code, kind: "command_failed", message };
}

const refusalFailure = (
  { kind, retry, reason }: Refused,
  code: number,
  message: string,
): Failure => ({ code, kind, message, retry, ...(reason !== null && { reason }) });

function refusalText({ message, reason, charsMin }: Refused): string {
  if (reason === null) return `Refused: ${message}.`;
  const { text, advice } = passwordText(reason, charsMin, "new password");
  return `Refused: ${text[0]?.toLowerCase()}${text.slice(1)}. ${advice}`.trimEnd();
}

function lineFailure({ end, inDoubt }: LineLost): Failure {
  const doubt = inDoubt ? " Unknown whether it was done." : "";
  switch (end.kind) {
    case "unreachable":
      return {
        ...{ code: EXIT.environment, kind: "unreachable" },
        message: `The bank cannot be reached: ${end.detail}. Is it running, and is --bank right?`,
      };
    case "not_authentic":
      return {
        ...{ code: EXIT.integrity, kind: "bank_not_authentic" },
        message: `REFUSED: the bank's certificate proves nothing (${end.detail}).`,
      };
    case "refused":
      return {
        ...{ code: EXIT.environment, kind: "line_refused" },
        message: `The bank takes no line: ${end.detail}.${doubt}`,
      };
    case "closed":
      return {
        ...{ code: EXIT.environment, kind: "line_lost" },
        message: `The line was lost: ${end.detail}.${doubt}`,
      };
  }
}
