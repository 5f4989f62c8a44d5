/**
 * One customer's visits to its ATM: does what the customer wants next, and tells it what came of
 * it. It owns the customer's line.
 */

import { setTimeout as delay } from "node:timers/promises";
import { seededRandom, type Random } from "../../src/actor/random.ts";
import type { Answer } from "./answers.ts";
import type { Chance } from "./chance.ts";
import { begin, learn, newCustomer, nextStep } from "./customer.ts";
import type { Customer, Note, Step } from "./customer.ts";
import type { Deed, Protocol } from "./deeds.ts";
import type { Habit } from "./habits/habit.ts";
import type { Bank, BankLine, Credentials } from "./lines/bank-line.ts";
import { openClassicLine } from "./lines/classic-line.ts";
import { openModernLine } from "./lines/modern-line.ts";
import type { Pace } from "./pace.ts";

/** Who comes to nothing so often in a row goes home. */
const SETBACKS_MAX = 60;
const BACK_OFF_MS = 20;
const BACK_OFF_DOUBLINGS_MAX = 6;
const WRONG_PASSWORD = "not the password";

export type Visitor = {
  readonly habit: Habit;
  readonly protocol: Protocol;
  readonly who: Credentials;
  readonly terminal: number;
  readonly seed: number;
  readonly chance: Chance;
  readonly arrivesAfterMs: number;
  /** How many deeds, at most. */
  readonly deedsMax: number;
};

export type Listener = {
  decided(deed: Deed): void;
  heard(note: Note): void;
};

/** Resolves when all its deeds are done, or when it is over and nothing is in doubt. */
export async function visit(
  visitor: Visitor,
  bank: Bank,
  pace: Pace,
  listener: Listener,
): Promise<void> {
  const { habit, chance, protocol, deedsMax } = visitor;
  const line = new VisitorLine(visitor, bank, pace);
  // Not of the chance that decides: how long a bank is busy depends on all.
  const patience = seededRandom(visitor.seed + 1);
  let customer = newCustomer(protocol);
  await pace.pause(visitor.arrivesAfterMs);
  for (let turn = 0; !isDone(customer, pace);) {
    const step = nextStep(customer);
    if (step.type === "choose") {
      if (turn >= deedsMax || pace.isOver) break;
      const deed = habit.next(turn, chance, protocol);
      turn += 1;
      listener.decided(deed);
      customer = begin(customer, deed);
      await pace.pause(2 * patience() * habit.pauseMs);
      continue;
    }
    const [next, notes] = learn(customer, step, await line.perform(step));
    customer = next;
    for (const note of notes) listener.heard(note);
    if (customer.setbacks > 0) await delay(backOffMs(customer, patience));
  }
  if (customer.setbacks > SETBACKS_MAX) listener.heard({ type: "wrong", what: "gave up" });
  await line.leave();
}

/** At the end, what is not in doubt may stay undone. */
const isDone = ({ doubts, setbacks }: Customer, pace: Pace): boolean =>
  setbacks > SETBACKS_MAX || (pace.isOver && doubts.length === 0);

const backOffMs = ({ setbacks }: Customer, patience: Random): number =>
  BACK_OFF_MS * 2 ** Math.min(setbacks - 1, BACK_OFF_DOUBLINGS_MAX) * (0.5 + patience());

/** The line of the moment; a new one after each that is gone. */
class VisitorLine {
  readonly #visitor: Visitor;
  readonly #bank: Bank;
  readonly #pace: Pace;
  #line: BankLine | null = null;

  constructor(visitor: Visitor, bank: Bank, pace: Pace) {
    this.#visitor = visitor;
    this.#bank = bank;
    this.#pace = pace;
  }

  /** @returns one answer for each change of the step, one for any other step. */
  async perform(step: Exclude<Step, { type: "choose" }>): Promise<[Answer, ...Answer[]]> {
    if (step.type === "leave") return [await this.leave()];
    if (step.type === "idle") {
      await this.#pace.pause(step.ms);
      return [{ type: "idled" }];
    }
    const line = this.#line ?? (await this.#open());
    if ("type" in line) return [line];
    this.#line = line;
    const answers = await this.#ask(line, step);
    if (answers.some(({ type }) => type === "lost")) this.#hangUp();
    return answers;
  }

  async leave(): Promise<Answer> {
    const line = this.#line;
    this.#line = null;
    return line === null ? { type: "left" } : line.leave();
  }

  #open(): Promise<BankLine | Answer> {
    const { protocol, terminal } = this.#visitor;
    const open = protocol === "classic" ? openClassicLine : openModernLine;
    return open(this.#bank, terminal);
  }

  async #ask(
    line: BankLine,
    step: Exclude<Step, { type: "choose" | "leave" | "idle" }>,
  ): Promise<[Answer, ...Answer[]]> {
    const { who } = this.#visitor;
    switch (step.type) {
      case "sign_up":
        return [await line.signUp(who)];
      case "log_in":
        return [
          await line.logIn(step.password === "right" ? who : { ...who, password: WRONG_PASSWORD }),
        ];
      case "change": {
        if (step.cut !== null) line.cutAt(step.cut);
        const [first, ...others] = step.changes.map((change) => line.change(change));
        if (first === undefined) throw new Error("a step without a change");
        return Promise.all([first, ...others]);
      }
      case "ask_again":
        return [await line.change(step.change)];
      case "look":
        return [await line.balance()];
    }
  }

  #hangUp(): void {
    this.#line?.close();
    this.#line = null;
  }
}
