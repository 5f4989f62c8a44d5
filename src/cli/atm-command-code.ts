/** Where the terminal ATM gets codes of a second factor: the command itself, or a prompt. */

import { InvalidArgumentError } from "commander";
import { readCode } from "../bank/factor-code.ts";
import { Refused } from "../client/modern-errors.ts";
import { isRefusal } from "../client/verdicts.ts";
import type { Terminal } from "./atm-command-terminal.ts";
import { CommandFailed, EXIT } from "./exit.ts";

export const CODE_QUESTION = "Code of the second factor: ";
const CODE_FORM = "A code has 6 digits, and a recovery code 16 letters and digits.";

const CODE_RULES =
  "A code works once, and after ten wrong ones none does for at least half an hour.";

/**
 * Asks until it gets what can be a code; null where there is nobody to ask, or who is asked gives
 * none. What is typed is shown: it is long, and good for one login at most.
 */
export async function askCode(terminal: Terminal, question: string): Promise<string | null> {
  if (!terminal.isInteractive) return null;
  for (;;) {
    const typed = await terminal.ask(question);
    if (typed === null || typed.trim() === "") return null;
    const code = readCode(typed);
    if (code !== null) return code;
    terminal.say(CODE_FORM);
  }
}

/** The value of `--code`. @throws InvalidArgumentError */
export function codeFlag(text: string): string {
  const code = readCode(text);
  if (code !== null) return code;
  throw new InvalidArgumentError(CODE_FORM);
}

/** For want of a code. @param how What names one. */
export const codeMissing = (how: string): CommandFailed =>
  new CommandFailed(EXIT.usage, `A code of the second factor is needed: ${how}.`, {
    cause: new Refused("code_required"),
  });

/** What a code was sent with may be wrong; other errors stay as they are. */
export function codeRefused(error: unknown, what: string): unknown {
  if (!isRefusal(error, "authentication_failed")) return error;
  const message = `Refused: ${what} is wrong. ${CODE_RULES}`;
  return new CommandFailed(EXIT.failure, message, { cause: error });
}

/** A password that is too short to be alone stays beside its factor. */
export function removalRefused(error: unknown): unknown {
  if (!(error instanceof Refused) || error.reason !== "too_short") return error;
  const least = error.charsMin === null ? "" : `, under ${error.charsMin} characters`;
  const message = `Refused: without a second factor the password is too short${least}: change it.`;
  return new CommandFailed(EXIT.failure, message, { cause: error });
}
