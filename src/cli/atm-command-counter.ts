/** The counter of the terminal ATM: takes what is typed, and prints what came of it. */

import { Refused } from "../client/modern-errors.ts";
import { failureOf } from "./atm-command-failure.ts";
import { USAGES, parseWish, wordsOf, type Typed } from "./atm-command-line.ts";
import { fetchPassword } from "./atm-command-password.ts";
import type { Answer, Teller, Wish } from "./atm-command-teller.ts";
import type { Terminal } from "./atm-command-terminal.ts";
import { CommandFailed, EXIT } from "./exit.ts";

export type CounterFlags = { passwordFile?: string; json: boolean };

/** A person may err and go on. */
export async function converse(counter: Counter, terminal: Terminal): Promise<void> {
  terminal.say("What may it be? Try help.");
  for (;;) {
    const line = await terminal.ask("atm> ");
    const words = line === null ? ["quit"] : wordsOf(line);
    if (words.length === 0) continue;
    try {
      const typed = parseWish(words);
      if (typed.type === "quit") return;
      await counter.serve(typed);
    } catch (error) {
      const failure = failureOf(error);
      if (failure === null || failure.code === EXIT.integrity) throw error;
      terminal.say(failure.message);
    }
  }
}

/** A script stops where something fails: what follows may build on it. */
export async function follow(counter: Counter, terminal: Terminal): Promise<void> {
  for await (const line of terminal.lines()) {
    const words = wordsOf(line);
    if (words.length === 0 || line.startsWith("#")) continue;
    const typed = await counter.read(words);
    if (typed.type === "quit") return;
    await counter.serve(typed);
  }
}

/** Takes commands, fetches the passwords that they need, and prints what came of them. */
export class Counter {
  readonly #teller: Teller;
  readonly #terminal: Terminal;
  readonly #flags: CounterFlags;

  constructor(teller: Teller, terminal: Terminal, flags: CounterFlags) {
    this.#teller = teller;
    this.#terminal = terminal;
    this.#flags = flags;
  }

  async open(): Promise<void> {
    const lines = await this.#reporting("connect", () => this.#teller.open());
    if (!this.#terminal.isInteractive || this.#flags.json) return;
    for (const line of lines) this.#terminal.say(line);
  }

  read(words: readonly string[]): Promise<Typed> {
    return this.#reporting(words[0] ?? "", async () => parseWish(words));
  }

  /** A login that no command has asked for, so that none is answered. */
  async logIn(typed: Typed & { type: "log-in" }): Promise<void> {
    await this.#reporting("log-in", async () => this.#teller.perform(await this.#wishOf(typed)));
  }

  async serve(typed: Typed): Promise<void> {
    if (typed.type === "help" || typed.type === "quit") {
      for (const usage of Object.values(USAGES)) this.#terminal.say(usage);
      return;
    }
    const answer: Answer = await this.#reporting(typed.type, async () => {
      const wish = await this.#wishOf(typed);
      return this.#confirming(wish);
    });
    const { lines, result } = answer;
    const json = JSON.stringify({ ok: true, command: typed.type, result });
    for (const line of this.#flags.json ? [json] : lines) this.#terminal.print(line);
  }

  /** A large sum wants the password once more; then the same is asked for again. */
  async #confirming(wish: Wish): Promise<Answer> {
    try {
      return await this.#teller.perform(wish);
    } catch (error) {
      if (!(error instanceof Refused) || error.kind !== "confirmation_required") throw error;
      if (this.#terminal.isInteractive) {
        this.#terminal.say("So large a sum needs your password again.");
      }
      const { passwordFile } = this.#flags;
      const password = await fetchPassword("own", passwordFile, this.#terminal);
      await this.#teller.perform({ type: "confirm", password });
      return this.#teller.perform(wish);
    }
  }

  async #wishOf(typed: Exclude<Typed, { type: "help" | "quit" }>): Promise<Wish> {
    const fetch = (about: "own" | "new", file?: string) =>
      fetchPassword(about, file, this.#terminal);
    switch (typed.type) {
      case "sign-up":
      case "log-in": {
        const { type, username, file = this.#flags.passwordFile } = typed;
        return { type, username, password: await fetch("own", file) };
      }
      case "confirm": {
        const { file = this.#flags.passwordFile } = typed;
        return { type: "confirm", password: await fetch("own", file) };
      }
      case "password":
        return { type: "password", newPassword: await fetch("new", typed.file) };
      default:
        return typed as Wish;
    }
  }

  /** A program reads of a failure where it reads of all else; people read it once. */
  async #reporting<T>(command: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const failure = failureOf(error);
      if (failure === null) throw error;
      const { code, ...told } = failure;
      const json = JSON.stringify({ ok: false, command, error: told });
      if (this.#flags.json) this.#terminal.print(json);
      throw new CommandFailed(code, failure.message);
    }
  }
}
