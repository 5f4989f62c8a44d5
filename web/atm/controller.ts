/**
 * Performs what the flow wants: it owns the session with the bank and the browser's history. One
 * `ClassicClient` over one WebSocket per session; the session's keys live in it and go with it.
 */

import { ClassicClient, LineLost } from "../../src/client/classic-client.ts";
import type { Transport } from "../../src/client/transport.ts";
import type { Ciphers } from "../../src/protocol/ciphers.ts";
import type { Reply } from "../../src/protocol/classic.ts";
import {
  hasSession,
  isBusy,
  logIn,
  placeOf,
  transition,
  type Effect,
  type LineFault,
  type Message,
  type Order,
  type Place,
  type Route,
  type State,
} from "./flow.ts";

const ROUTES: readonly Route[] = ["/", "/signup", "/action"];
/** Steps that replace the entry before them: going back must not lead into an order once more. */
const PASSING_STEPS: readonly string[] = ["waiting", "result", "unknown", "ended"];

/** A way to the bank that can tell, once it has ended, what was wrong in the customer's terms. */
export type Dialled = Transport & { readonly fault: LineFault };
type Line = { client: ClassicClient; dialled: Dialled };

export class Controller {
  state: State = logIn();
  readonly #ciphers: Ciphers;
  readonly #dial: () => Dialled;
  readonly #onChange: () => void;
  /** The session's line, or that of a sign-up or log-in under way. */
  #line: Line | null = null;

  constructor(ciphers: Ciphers, dial: () => Dialled, onChange: () => void) {
    this.#ciphers = ciphers;
    this.#dial = dial;
    this.#onChange = onChange;
  }

  /** Shows the screen of the address bar and follows it from then on. */
  start(): void {
    addEventListener("popstate", () => this.#followHistory());
    this.#followHistory();
  }

  /** Something happened: the flow decides what follows. */
  handle(message: Message): void {
    const before = placeOf(this.state);
    this.#step(message);
    const place = placeOf(this.state);
    if (place.route === before.route && place.step === before.step) return;
    const replaces =
      PASSING_STEPS.includes(place.step) ||
      PASSING_STEPS.includes(before.step) ||
      before.route === "/"; // Back from a session leads out of the ATM, not into the log-in form.
    if (replaces) history.replaceState(place, "", place.route);
    else history.pushState(place, "", place.route);
  }

  #followHistory(): void {
    this.#step({ type: "went", place: currentPlace() });
    const place = placeOf(this.state);
    history.replaceState(place, "", place.route);
  }

  #step(message: Message): void {
    const [state, effects] = transition(this.state, message);
    this.state = state;
    for (const effect of effects) this.#perform(effect);
    this.#onChange();
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "sign_up":
        return void this.#signUp(effect.username, effect.password);
      case "log_in":
        return void this.#logIn(effect.username, effect.password);
      case "ask":
        return void this.#ask(effect.order);
      case "hang_up":
        return this.#hangUp();
    }
  }

  async #signUp(username: string, password: string): Promise<void> {
    const line = this.#open();
    const outcome = await this.#answerOf(line, line.client.signUp(username, password));
    if (outcome === null) return;
    this.#hangUp(); // The log-in dials anew: one line is one session.
    if (outcome.type === "signed_up") this.handle(outcome);
    else this.handle({ type: "refused", problem: outcome });
  }

  async #logIn(username: string, password: string): Promise<void> {
    const line = this.#open();
    const outcome = await this.#answerOf(line, line.client.logIn(username, password));
    if (outcome === null) return;
    if (outcome.type === "authenticated") return this.handle(outcome);
    this.#hangUp();
    this.handle({ type: "refused", problem: outcome });
  }

  async #ask(order: Order): Promise<void> {
    const line = this.#line;
    if (line === null) return this.handle({ type: "line_lost", inDoubt: false });
    const reply = await this.#answerOf(line, request(line.client, order));
    if (reply !== null) this.handle({ type: "replied", reply, at: Date.now() });
  }

  /** What the bank says; null if it was lost, which the flow is told, or if nobody waits now. */
  async #answerOf<T>(line: Line, asked: Promise<T>): Promise<T | null> {
    try {
      const answer = await asked;
      return this.#line === line ? answer : null;
    } catch (error) {
      if (!(error instanceof LineLost)) throw error;
      if (this.#line === line) {
        this.#line = null;
        this.#tellLost(line, error.inDoubt);
      }
      return null;
    }
  }

  #open(): Line {
    this.#hangUp();
    const dialled = this.#dial();
    const client = new ClassicClient(dialled, this.#ciphers);
    const line = { client, dialled };
    const tellClient = dialled.onClose;
    dialled.onClose = (end) => {
      tellClient(end);
      // A line that ends while nothing is asked has no one else to notice it.
      if (this.#line !== line || isBusy(this.state)) return;
      this.#line = null;
      this.#tellLost(line, false);
    };
    this.#line = line;
    return line;
  }

  #tellLost({ dialled }: Line, inDoubt: boolean): void {
    if (hasSession(this.state)) this.handle({ type: "line_lost", inDoubt });
    else this.handle({ type: "refused", problem: { type: "line", fault: dialled.fault } });
  }

  #hangUp(): void {
    const line = this.#line;
    this.#line = null;
    line?.client.close();
  }
}

function request(client: ClassicClient, order: Order): Promise<Reply> {
  switch (order.kind) {
    case "deposit":
      return client.deposit(order.amount);
    case "withdraw":
      return client.withdraw(order.amount);
    case "balance":
      return client.balance();
  }
}

/** The place of the address bar; an address that is none of ours is the log-in. */
function currentPlace(): Place {
  const route = ROUTES.find((known) => known === location.pathname) ?? "/";
  const saved: unknown = history.state;
  const hasStep = typeof saved === "object" && saved !== null && "step" in saved;
  return { route, step: hasStep && typeof saved.step === "string" ? saved.step : "" };
}
