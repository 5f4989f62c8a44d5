/** The counter of the terminal ATM: takes what is typed, and prints what came of it. */

import { isRefusal } from "../client/verdicts.ts";
import { CODE_QUESTION, askCode, codeMissing, codeRefused } from "./atm-command-code.ts";
import { enrol } from "./atm-command-enrolment.ts";
import { failureOf, type Failure } from "./atm-command-failure.ts";
import { USAGES, parseWish, wordsOf, type Typed } from "./atm-command-line.ts";
import { helpLines } from "./atm-command-texts.ts";
import { fetchPassword } from "./atm-command-password.ts";
import type { Answer, CodedWish, Teller, Wish } from "./atm-command-teller.ts";
import type { Terminal } from "./atm-command-terminal.ts";
import { CommandFailed, EXIT } from "./exit.ts";

export type CounterFlags = { passwordFile?: string; code?: string; json: boolean };

type Asked = Exclude<Typed, { type: "help" | "quit" }>;

const LOG_IN_CODE = "name one with --code, or set ATM_CODE";
const ENROL_BY_SCRIPT = "without a terminal, factor begin, and then factor enrol --code CODE";
/** What may be wrong where password and code went together. */
const WRONG: Record<CodedWish["type"], string> = {
  "log-in": "name, password or code",
  confirm: "the password or the code",
  password: "the password or the code",
  "factor remove": "the password or the code",
};

const takesCode = (wish: Wish): wish is CodedWish => Object.hasOwn(WRONG, wish.type);

/** A person may err and go on. */
export async function converse(counter: Counter, terminal: Terminal): Promise<void> {
  terminal.say("What may it be? Try help.");
  for (;;) {
    const line = await terminal.askCommand("atm> ");
    const words = line === null ? ["quit"] : wordsOf(line);
    if (words.length === 0) continue;
    try {
      const typed = parseWish(words);
      if (typed.type === "quit") return;
      await counter.serve(typed);
    } catch (error) {
      const failure = failureOf(error);
      if (failure === null || isEnd(failure)) throw error;
      terminal.say(failure.message);
    }
  }
}

const isEnd = ({ code }: Failure): boolean => code === EXIT.integrity || code === EXIT.interrupted;

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
  /** Of the first login alone: a code works once. */
  #code: string | undefined;

  constructor(teller: Teller, terminal: Terminal, flags: CounterFlags) {
    this.#teller = teller;
    this.#terminal = terminal;
    this.#flags = flags;
    this.#code = flags.code;
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
    await this.#reporting("log-in", async () => this.#proving(await this.#wishOf(typed)));
  }

  async serve(typed: Typed): Promise<void> {
    if (typed.type === "help" || typed.type === "quit") {
      for (const line of helpLines()) this.#terminal.say(line);
      return;
    }
    const answer = await this.#reporting(typed.type, () => this.#answerTo(typed));
    const { lines, result } = answer;
    const json = JSON.stringify({ ok: true, command: typed.type, result });
    for (const line of this.#flags.json ? [json] : lines) this.#terminal.print(line);
  }

  async #answerTo(typed: Asked): Promise<Answer> {
    if (typed.type !== "factor enrol" || "code" in typed) {
      return this.#confirming(await this.#wishOf(typed));
    }
    if (!this.#terminal.isInteractive) throw codeMissing(ENROL_BY_SCRIPT);
    const { file = this.#flags.passwordFile, withoutQr = false } = typed;
    const password = await fetchPassword("own", file, this.#terminal);
    return enrol(this.#teller, this.#terminal, { password, withoutQr });
  }

  /** A large sum wants the password once more; then the same is asked for again. */
  async #confirming(wish: Wish): Promise<Answer> {
    try {
      return await this.#proving(wish);
    } catch (error) {
      if (!isRefusal(error, "confirmation_required")) throw error;
      if (this.#terminal.isInteractive) {
        this.#terminal.say("So large a sum needs your password again.");
      }
      const { passwordFile } = this.#flags;
      const password = await fetchPassword("own", passwordFile, this.#terminal);
      await this.#proving({ type: "confirm", password });
      return this.#teller.perform(wish);
    }
  }

  /** The bank says where it wants a code beside the password; then it is asked again with one. */
  async #proving(wish: Wish): Promise<Answer> {
    try {
      return await this.#teller.perform(wish);
    } catch (error) {
      if (!takesCode(wish)) throw error;
      if (wish.code !== undefined) throw codeRefused(error, WRONG[wish.type]);
      if (!isRefusal(error, "code_required")) throw error;
      const asked = { ...wish, code: await this.#codeFor(wish.type) };
      return await this.#teller.perform(asked).catch((refusal: unknown) => {
        throw codeRefused(refusal, "the code");
      });
    }
  }

  async #codeFor(type: CodedWish["type"]): Promise<string> {
    const code = await askCode(this.#terminal, CODE_QUESTION);
    if (code === null) throw codeMissing(type === "log-in" ? LOG_IN_CODE : USAGES[type]);
    return code;
  }

  async #wishOf(typed: Asked): Promise<Wish> {
    const fetch = (about: "own" | "new", file?: string) =>
      fetchPassword(about, file, this.#terminal);
    switch (typed.type) {
      case "sign-up":
      case "confirm":
      case "factor begin": {
        const { file = this.#flags.passwordFile, ...rest } = typed;
        return { ...rest, password: await fetch("own", file) };
      }
      case "log-in": {
        const { file = this.#flags.passwordFile, code = this.#code, ...rest } = typed;
        this.#code = undefined;
        return { ...rest, password: await fetch("own", file), ...(code !== undefined && { code }) };
      }
      case "password": {
        const { file, ...rest } = typed;
        return { ...rest, newPassword: await fetch("new", file) };
      }
      case "factor remove": {
        const { type, file = this.#flags.passwordFile, code } = typed;
        const password = await fetch("own", file);
        return { type, password, code: code ?? (await this.#codeFor(type)) };
      }
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
