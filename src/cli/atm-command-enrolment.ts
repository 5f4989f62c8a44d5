/** How a person gets a second factor: a secret for the authenticator, and a code that proves it. */

import { isRefusal } from "../client/verdicts.ts";
import { askCode } from "./atm-command-code.ts";
import { qrLines, type Canvas } from "./atm-command-qr.ts";
import type { Answer, Teller } from "./atm-command-teller.ts";
import type { Terminal } from "./atm-command-terminal.ts";
import { CommandFailed, EXIT } from "./exit.ts";

/** @throws CommandFailed where there is nobody to ask, or no code was given. */
export async function enrol(
  teller: Teller,
  terminal: Terminal,
  { password, withoutQr = false }: { password: string; withoutQr?: boolean },
): Promise<Answer> {
  const begun = await teller.perform({ type: "factor begin", password });
  for (const line of secretLines(begun, withoutQr ? null : terminal)) terminal.say(line);
  for (;;) {
    const code = await askCode(terminal, "The code that it shows: ");
    if (code === null) {
      throw new CommandFailed(EXIT.failure, "Nothing was changed, for want of a code.");
    }
    try {
      return await teller.perform({ type: "factor enrol", code });
    } catch (error) {
      if (isRefusal(error, "no_factor")) throw begunInVain(error);
      if (!isRefusal(error, "authentication_failed")) throw error;
      terminal.say("That is not its code. Is its clock right? Try the next one.");
    }
  }
}

function secretLines({ uri, lines }: Answer, canvas: Canvas | null): string[] {
  const code = uri === undefined || canvas === null ? null : qrLines(uri, canvas);
  const how = code === null ? "Type this into an authenticator:" : "Scan this, or type it in:";
  return [how, ...(code ?? []), ...lines];
}

/** The secret belonged to the line on which it was made. */
const begunInVain = (cause: unknown): CommandFailed =>
  new CommandFailed(EXIT.failure, "The line was lost, and the secret with it: enrol again.", {
    cause,
  });
