/** Where the passphrase of a backup's keys comes from: a file, or a prompt; never a flag. */

import { readFileSync } from "node:fs";
import { readPasswordFile } from "./atm-command-password.ts";
import { openTerminal, type Terminal } from "./atm-command-terminal.ts";
import { CommandFailed, EXIT } from "./exit.ts";

/** Whoever has the file of the keys can try passphrases for as long as they like. */
export const PASSPHRASE_CHARS_MIN = 15;

/** One that keys are to be sealed under. @throws CommandFailed */
export async function newPassphrase(file: string | undefined): Promise<string> {
  const passphrase = await fetch(file, async (terminal) => {
    const typed = await terminal.askSecret("Passphrase for the keys: ");
    const again = await terminal.askSecret("The same once more: ");
    if (typed === again) return typed;
    throw new CommandFailed(EXIT.usage, "The two are not the same.");
  });
  if ([...passphrase].length >= PASSPHRASE_CHARS_MIN) return passphrase;
  const message = `A passphrase has ${PASSPHRASE_CHARS_MIN} characters or more.`;
  throw new CommandFailed(EXIT.usage, message);
}

/** One that keys were sealed under. @throws CommandFailed */
export const knownPassphrase = (file: string | undefined): Promise<string> =>
  fetch(file, (terminal) => terminal.askSecret("Passphrase of the keys: "));

async function fetch(
  file: string | undefined,
  ask: (terminal: Terminal) => Promise<string | null>,
): Promise<string> {
  if (file === "-") return readFileSync(process.stdin.fd, "utf8").replace(/\r?\n$/, "");
  if (file !== undefined) return readPasswordFile(file);
  const terminal = openTerminal();
  try {
    const typed = terminal.isInteractive ? await ask(terminal) : null;
    if (typed !== null) return typed;
  } finally {
    terminal.close();
  }
  const message = "There is no passphrase: name a file that holds it with --passphrase-file.";
  throw new CommandFailed(EXIT.usage, message);
}
