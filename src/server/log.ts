/** What the bank says on the terminal: the original's lines, or the same events as JSON. */

import { pino } from "pino";
import { escapeField } from "../bank/audit.ts";

export type LogFormat = "text" | "json" | "off";

export type LogEvent =
  | { type: "listening"; address: string }
  | { type: "connected"; peer: string }
  | { type: "disconnected"; peer: string }
  | { type: "reported"; peer: string; action: string; who: string; outcome: string }
  /** Something that an operator should know. */
  | { type: "told"; message: string }
  /** Something that an operator must act upon. */
  | { type: "alarm"; message: string };

export interface Log {
  write(event: LogEvent): void;
  /** Hands over what is still held back. */
  flush(): void;
}

export function openLog(format: LogFormat, out: { write(text: string): unknown }): Log {
  if (format === "off") return { write: () => undefined, flush: () => undefined };
  const lines = new LineGatherer(out);
  if (format === "text") {
    return {
      write: (event) => lines.add(`${textOf(event)}\n`),
      flush: () => lines.flush(),
    };
  }
  const logger = pino({ base: null }, { write: (line: string) => lines.add(line) });
  return {
    write: (event) => (event.type === "alarm" ? logger.error(event) : logger.info(event)),
    flush: () => lines.flush(),
  };
}

/** Writes the lines of one turn of the event loop at once: a write each would cost too much. */
class LineGatherer {
  readonly #out: { write(text: string): unknown };
  #lines: string[] = [];

  constructor(out: { write(text: string): unknown }) {
    this.#out = out;
  }

  add(line: string): void {
    if (this.#lines.push(line) === 1) setImmediate(() => this.flush());
  }

  flush(): void {
    if (this.#lines.length === 0) return;
    this.#out.write(this.#lines.join(""));
    this.#lines = [];
  }
}

function textOf(event: LogEvent): string {
  switch (event.type) {
    case "listening":
      return `[LISTENING] on ${event.address}`;
    case "connected":
      return `[CONNECTED] ${event.peer}`;
    case "disconnected":
      return `[DISCONNECTED] ${event.peer}`;
    case "reported":
      return `${event.peer}: ${reportOf(event)}`;
    case "told":
      return escapeField(event.message);
    case "alarm":
      return `[ALARM] ${escapeField(event.message)}`;
  }
}

const NAMES: Readonly<Record<string, string>> = {
  signup: "Signup",
  login: "Login",
  deposit: "Deposit",
  withdraw: "Withdrawal",
  balance: "Balance inquiry",
  transfer: "Transfer",
  change_password: "Change of password",
  logout: "Log out",
};

function reportOf({ action, who, outcome }: LogEvent & { type: "reported" }): string {
  const name = NAMES[action];
  if (name === undefined) return `${action}: ${outcome}`; // A line or a session, not its customer.
  const named = action === "signup" || action === "login";
  const whom = named ? ` for username '${escapeField(who)}'` : "";
  return outcome === "ok" ? `${name} successful${whom}` : `${name} refused${whom}: ${outcome}`;
}
