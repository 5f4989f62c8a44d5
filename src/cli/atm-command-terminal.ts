/** Where the terminal ATM meets its user: lines in, lines out, and passwords that are not shown. */

import { createInterface, type Interface } from "node:readline/promises";
import { Writable } from "node:stream";
import { isatty } from "node:tty";
import { CommandFailed, EXIT } from "./exit.ts";

export interface Terminal {
  /** Whether there is somebody to ask. */
  readonly isInteractive: boolean;
  /** How many columns can be drawn on; 0 where nothing can. */
  readonly columns: number;
  /** Whether it may be in colours: NO_COLOR (no-color.org) asks for none. */
  readonly hasColours: boolean;
  /** Ctrl+C was typed, at a question or between two; from then on each question throws. */
  readonly interrupted: AbortSignal;
  /** To programs, and to people too: what was asked for. */
  print(line: string): void;
  /** To people alone. What they were typing is shown again behind it. */
  say(line: string): void;
  /** The next line; null at the end of the input. @throws CommandFailed once interrupted. */
  readonly ask: (question: string) => Promise<string | null>;
  /** The same, and the arrow keys bring it back at the next one. */
  askCommand(question: string): Promise<string | null>;
  /** The same as `ask`, and what is typed is not shown. */
  askSecret(question: string): Promise<string | null>;
  /** All lines of an input that is no person. */
  lines(): AsyncIterable<string>;
  close(): void;
}

/** Who is at the terminal: this process's own input and output, unless told otherwise. */
export type Streams = {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream & { columns?: number };
  isInteractive: boolean;
};

const ownStreams = (): Streams => ({
  ...{ input: process.stdin, output: process.stderr },
  isInteractive: isatty(process.stdin.fd),
});

const AHEAD_LINES_MAX = 1_000;
/** What readline writes, by itself, once a line is entered. */
const LINE_END = "\r\n";

type Kind = "plain" | "command" | "secret";

export const interruption = (): CommandFailed =>
  new CommandFailed(EXIT.interrupted, "Stopped by Ctrl+C.");

export function openTerminal(streams = ownStreams()): Terminal {
  const { isInteractive } = streams;
  let asking: { question: string; kind: Kind; isAnswered: boolean } | null = null;
  /** What was typed or pasted before it was asked for: the next questions take it. */
  const ahead: string[] = [];
  let isScript = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      // What is typed ahead may be a password, too, and so may the second line of a paste.
      const isShown = asking === null ? isScript : asking.kind !== "secret" && !asking.isAnswered;
      if (isShown) streams.output.write(chunk);
      if (asking !== null && chunk.toString() === LINE_END) asking.isAnswered = true;
      done();
    },
  });
  let opened: Interface | null = null;
  const ended = new AbortController();
  const interrupted = new AbortController();
  // Only when something is to be read: an open input keeps the process alive.
  const input = (): Interface => {
    if (opened !== null) return opened;
    opened = createInterface({ input: streams.input, output, terminal: isInteractive });
    opened.once("close", () => ended.abort());
    opened.once("SIGINT", () => {
      interrupted.abort();
      opened?.close(); // The next Ctrl+C is the system's again, and ends the process.
    });
    opened.on("line", (line) => {
      if (!isScript && ahead.length < AHEAD_LINES_MAX) ahead.push(line);
    });
    opened.on("history", (lines: string[]) => {
      if (asking?.kind !== "command") lines.shift();
    });
    return opened;
  };

  async function answerTo(question: string, kind: Kind): Promise<string | null> {
    if (interrupted.signal.aborted) throw interruption();
    const typedAhead = ahead.shift();
    if (typedAhead !== undefined) {
      streams.output.write(`${question}${kind === "secret" ? "" : typedAhead}\n`);
      return typedAhead;
    }
    const reader = input(); // Before the question: until then the terminal itself shows each key.
    asking = { question, kind, isAnswered: false };
    if (kind === "secret") streams.output.write(question);
    let isLineOpen = true;
    try {
      const answer = reader.question(question, { signal: ended.signal });
      // Behind what was typed ahead of it.
      if (!ended.signal.aborted) reader.write(null, { ctrl: true, name: "e" });
      const typed = await answer;
      isLineOpen = kind === "secret";
      return typed;
    } catch (error) {
      if (interrupted.signal.aborted) throw interruption();
      if (ended.signal.aborted) return null;
      throw error;
    } finally {
      asking = null;
      if (isLineOpen) streams.output.write("\n");
    }
  }

  return {
    isInteractive,
    get columns() {
      return process.env["TERM"] === "dumb" ? 0 : (streams.output.columns ?? 0);
    },
    hasColours: (process.env["NO_COLOR"] ?? "") === "",
    interrupted: interrupted.signal,
    print: (line) => void process.stdout.write(`${line}\n`),
    say(line) {
      streams.output.write(asking === null ? `${line}\n` : `\r\u001B[K${line}\n`);
      if (asking?.kind === "secret") streams.output.write(asking.question);
      else if (asking !== null) opened?.prompt(true);
    },
    ask: (question) => answerTo(question, "plain"),
    askCommand: (question) => answerTo(question, "command"),
    askSecret: (question) => answerTo(question, "secret"),
    lines() {
      isScript = true;
      return input();
    },
    close: () => opened?.close(),
  };
}
