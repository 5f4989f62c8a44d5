/** Where the terminal ATM gets passwords: a file, the environment, or a prompt; never a flag. */

import { readFileSync } from "node:fs";
import type { Terminal } from "./atm-command-terminal.ts";
import { CommandFailed, EXIT } from "./exit.ts";

const SOURCES = {
  own: { variable: "ATM_PASSWORD", question: "Password: " },
  new: { variable: "ATM_NEW_PASSWORD", question: "New password: " },
} as const;

/** @throws CommandFailed where there is none. */
export async function fetchPassword(
  about: keyof typeof SOURCES,
  file: string | undefined,
  terminal: Terminal,
): Promise<string> {
  const { variable, question } = SOURCES[about];
  if (file !== undefined) return readPasswordFile(file);
  const given = process.env[variable];
  if (given !== undefined) return given;
  const typed = terminal.isInteractive ? await terminal.askSecret(question) : null;
  if (typed !== null) return typed;
  const message = `There is no password: name a file that holds it, or set ${variable}.`;
  throw new CommandFailed(EXIT.usage, message);
}

/** Editors end a file with a line break that is no part of the password. */
export function readPasswordFile(path: string): string {
  try {
    return readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    throw new CommandFailed(EXIT.environment, `cannot read ${path}: ${(error as Error).message}`);
  }
}
