/** Where the terminal ATM meets its user: lines in, lines out, and passwords that are not shown. */

import { createInterface, type Interface } from "node:readline/promises";
import { Writable } from "node:stream";
import { isatty } from "node:tty";

export interface Terminal {
  /** Whether there is somebody to ask. */
  readonly isInteractive: boolean;
  /** To programs, and to people too: what was asked for. */
  print(line: string): void;
  /** To people alone. What they were typing is shown again behind it. */
  say(line: string): void;
  /** The next line; null at the end of the input. */
  readonly ask: (question: string) => Promise<string | null>;
  /** The same, and what is typed is not shown. */
  askSecret(question: string): Promise<string | null>;
  /** All lines of an input that is no person. */
  lines(): AsyncIterable<string>;
  close(): void;
}

/** Reads this process's own input. */
export function openTerminal(): Terminal {
  let isMuted = false;
  let isAsking = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!isMuted) process.stderr.write(chunk);
      done();
    },
  });
  const isInteractive = isatty(process.stdin.fd);
  let opened: Interface | null = null;
  const ended = new AbortController();
  // Only when something is to be read: an open input keeps the process alive.
  const input = (): Interface => {
    if (opened !== null) return opened;
    opened = createInterface({ input: process.stdin, output, terminal: isInteractive });
    opened.once("close", () => ended.abort());
    return opened;
  };

  async function ask(question: string): Promise<string | null> {
    isAsking = true;
    try {
      return await input().question(question, { signal: ended.signal });
    } catch (error) {
      if (ended.signal.aborted) return null;
      throw error;
    } finally {
      isAsking = false;
    }
  }

  return {
    isInteractive,
    print: (line) => void process.stdout.write(`${line}\n`),
    say(line) {
      process.stderr.write(isAsking ? `\r\u001B[K${line}\n` : `${line}\n`);
      if (isAsking) opened?.prompt(true);
    },
    ask,
    async askSecret(question) {
      process.stderr.write(question);
      isMuted = true;
      try {
        return await ask("");
      } finally {
        isMuted = false;
        process.stderr.write("\n");
      }
    },
    lines: () => input(),
    close: () => opened?.close(),
  };
}
