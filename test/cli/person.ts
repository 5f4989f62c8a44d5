/** A person at the terminal ATM: what they type, and what they see. */

import { onTestFinished } from "vitest";
import { askCode, CODE_QUESTION } from "../../src/cli/atm-command-code.ts";
import { Counter, converse } from "../../src/cli/atm-command-counter.ts";
import { newsLine, stateLine } from "../../src/cli/atm-command-news.ts";
import { ModernTeller } from "../../src/cli/atm-command-teller.ts";
import { interruption, type Terminal } from "../../src/cli/atm-command-terminal.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import { decodeHex } from "../../src/protocol/hex.ts";
import type { TestBank } from "../test-bank.ts";

export const PASSWORD = "a good password";

/** A line, what gives one when it is asked for, or null for Ctrl+C. */
type Typed = string | null | (() => string | Promise<string>);

/** Types these lines, and this password wherever one is asked for; then leaves. */
export class Person implements Terminal {
  readonly isInteractive = true;
  columns = 0;
  readonly hasColours = true;
  readonly seen: string[] = [];
  readonly #typed: Typed[];
  readonly #interrupted = new AbortController();

  constructor(...typed: Typed[]) {
    this.#typed = typed;
  }

  get interrupted(): AbortSignal {
    return this.#interrupted.signal;
  }

  print(line: string): void {
    this.seen.push(line);
  }

  say(line: string): void {
    this.seen.push(line);
  }

  readonly ask = (question: string): Promise<string | null> => {
    this.seen.push(question);
    return this.#next();
  };

  askCommand(): Promise<string | null> {
    return this.#next();
  }

  async askSecret(question: string): Promise<string | null> {
    this.seen.push(question);
    return PASSWORD;
  }

  lines(): AsyncIterable<string> {
    throw new Error("a person is asked");
  }

  close(): void {}

  async #next(): Promise<string | null> {
    if (this.#interrupted.signal.aborted) throw interruption();
    if (this.#typed.length === 0) return null;
    const next = this.#typed.shift() ?? null;
    if (next === null) {
      this.#interrupted.abort();
      throw interruption();
    }
    return typeof next === "string" ? next : next();
  }
}

/** @returns what the person has seen. */
export async function visit(
  { bank }: TestBank,
  person: Person,
  { onNews = () => {}, port = bank.port }: { onNews?: () => void; port?: number } = {},
): Promise<string[]> {
  const teller = new ModernTeller({
    dial: () => new TcpTransport("127.0.0.1", port),
    bankPublicKey: decodeHex(bank.publicKey),
    onNews(news) {
      person.say(newsLine(news));
      onNews();
    },
    onState(state) {
      const line = stateLine(state);
      if (line !== null) person.say(line);
    },
    askCode: (wasWrong) => askCode(person, wasWrong ? "Another: " : CODE_QUESTION),
  });
  onTestFinished(() => teller.close());
  const counter = new Counter(teller, person, { json: false });
  await counter.open();
  await converse(counter, person);
  return person.seen;
}
