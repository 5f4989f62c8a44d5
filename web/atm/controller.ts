/**
 * Performs what the flow wants: it owns the session with the bank, what the browser keeps (the
 * protocol that was chosen, the bank's key), and the browser's history.
 */

import type { Ciphers } from "../../src/protocol/ciphers.ts";
import { decodeHex } from "../../src/protocol/hex.ts";
import { askAtm, bankKeyOf, pin, pinnedKey, type AboutBank } from "./bank-key.ts";
import { bankLimits } from "./bank-limits.ts";
import { transition } from "./flow.ts";
import { ModernTeller } from "./modern-teller.ts";
import type { Effect, Message, Place, Protocol, Route, State } from "./state.ts";
import { lineProblem, type Counsel, type Dialled, type Tell, type Teller } from "./teller.ts";
import { opened, placeOf } from "./views.ts";
import { keepWish, wishedProtocol } from "./wish.ts";

const ROUTES: readonly Route[] = ["/", "/signup", "/action"];
/** Steps that are no place to go back to: none leads into an order once more. */
const PASSING_STEPS = [
  ...["review", "waiting", "result", "history", "session", "unknown", "ended"],
  ...["security", "factor_begin", "factor_enrol", "recovery_codes", "factor_remove"],
];
/** Steps behind which there is no session to go back to. */
const LAST_STEPS = ["unknown", "ended", "stranger"];

export class Controller {
  state: State = opened(wishedProtocol());
  /** The ATM's number, once it is known. */
  atm: number | null = null;
  /** The key that the ATM named last, in hex. */
  #namedKey: string | null = null;
  readonly #ciphers: Ciphers;
  readonly #dial: () => Dialled;
  readonly #onChange: () => void;
  /** The session, or the sign-up or log-in under way. */
  #teller: Teller | null = null;
  #isAskingLimits = false;

  readonly #counsel: Counsel;

  constructor(ciphers: Ciphers, dial: () => Dialled, counsel: Counsel, onChange: () => void) {
    this.#counsel = counsel;
    this.#ciphers = ciphers;
    this.#dial = dial;
    this.#onChange = onChange;
  }

  /** Shows the screen of the address bar and follows it from then on. */
  start(): void {
    addEventListener("popstate", () => this.#followHistory());
    this.#followHistory();
    void this.#learnBank().catch(() => undefined); // Whoever enters asks once more.
  }

  /** Something happened: the flow decides what follows. */
  handle(message: Message): void {
    const before = placeOf(this.state.view);
    this.#step(message);
    const place = placeOf(this.state.view);
    if (place.route === before.route && place.step === before.step) return;
    const replaces =
      PASSING_STEPS.includes(before.step) ||
      LAST_STEPS.includes(before.step) ||
      LAST_STEPS.includes(place.step) ||
      before.route === "/"; // Back from a session leads out of the ATM, not into the log-in form.
    if (replaces) history.replaceState(place, "", place.route);
    else history.pushState(place, "", place.route);
  }

  #followHistory(): void {
    this.#step({ type: "went", place: currentPlace() });
    const place = placeOf(this.state.view);
    history.replaceState(place, "", place.route);
  }

  #step(message: Message): void {
    const wasStranger = this.state.view.screen === "stranger";
    const [state, effects] = transition(this.state, message);
    this.state = state;
    // The ATM may have been given another key since the page was loaded.
    if (state.view.screen === "stranger" && !wasStranger) {
      void this.#learnBank().catch(() => undefined);
    }
    for (const effect of effects) this.#perform(effect);
    this.#onChange();
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "sign_up":
      case "log_in":
        return void this.#enter(effect);
      case "give_code":
        return void this.#asked((teller) => teller.giveCode(effect.code));
      case "ask":
        return void this.#asked((teller) => teller.ask(effect.order, effect.key));
      case "change_password":
      case "begin_factor":
      case "enrol_factor":
      case "remove_factor":
        return void this.#asked((teller) => teller.change(effect));
      case "ask_limits":
        return void this.#askLimits();
      case "hang_up":
        return this.#hangUp();
      case "keep_protocol":
        return keepWish(effect.protocol);
      case "trust_named_key":
        return this.#trustNamedKey();
    }
  }

  async #enter(effect: Effect & { type: "sign_up" | "log_in" }): Promise<void> {
    const { type, username, password } = effect;
    this.#hangUp();
    let teller: Teller;
    try {
      teller = await this.#openTeller(effect.protocol);
    } catch {
      return this.handle(lineProblem("atm_unreachable"));
    }
    this.#teller = teller;
    await this.#asked(() =>
      type === "log_in" ? teller.logIn(username, password) : teller.signUp(username, password),
    );
    // The log-in after a sign-up is a session of its own.
    if (type === "sign_up" && this.#teller === teller) this.#hangUp();
  }

  /** @throws if the ATM cannot be asked for a key that is needed. */
  async #openTeller(protocol: Protocol): Promise<Teller> {
    let teller: Teller | null = null;
    const tell = (message: Message): void => {
      if (teller !== null && this.#teller === teller) this.handle(message);
    };
    teller = await this.#newTeller(protocol, tell);
    return teller;
  }

  async #newTeller(protocol: Protocol, tell: Tell): Promise<Teller> {
    if (protocol === "classic") {
      // Few visits speak it.
      const { ClassicTeller } = await import("./classic-teller.ts");
      return new ClassicTeller(this.#ciphers, this.#dial(), tell);
    }
    const key = pinnedKey() ?? (await this.#learnBank()).bankKey;
    if (key === null) throw new Error("no bank key");
    return new ModernTeller(this.#ciphers, this.#dial, decodeHex(key), {
      ...{ tell, counsel: this.#counsel },
    });
  }

  async #asked(work: (teller: Teller) => Promise<Message>): Promise<void> {
    const teller = this.#teller;
    if (teller === null) return this.handle({ type: "session_ended", reason: "line_lost" });
    const message = await work(teller);
    if (this.#teller !== teller) return; // Nobody waits for it any more.
    if (message.type === "refused" || message.type === "not_authentic") this.#hangUp();
    this.handle(message);
  }

  #hangUp(): void {
    const teller = this.#teller;
    this.#teller = null;
    teller?.close();
    if (this.state.desk.line !== "none") this.handle({ type: "line_changed", line: "none" });
  }

  /** On a line of its own. Where that fails, the sign-up tells what is wrong. */
  async #askLimits(): Promise<void> {
    const key = pinnedKey();
    if (key === null || this.#isAskingLimits) return;
    this.#isAskingLimits = true;
    try {
      const limits = await bankLimits(this.#ciphers, this.#dial, decodeHex(key));
      this.handle({ type: "limits_learned", passwordCharsMin: limits.passwordCharsMin });
    } catch {
      // Nobody waits for it.
    } finally {
      this.#isAskingLimits = false;
    }
  }

  /** Pins the key if it is the first. A pinned one stays: a bank that rotates knows both. */
  async #learnBank(): Promise<AboutBank> {
    try {
      const about = await askAtm();
      this.atm = about.atm;
      this.#namedKey = about.bankKey;
      if (pinnedKey() === null && about.bankKey !== null) pin(about.bankKey);
      this.#showKey();
      return about;
    } catch (error) {
      if (pinnedKey() !== null) this.#showKey();
      throw error;
    }
  }

  #showKey(): void {
    const bank = bankKeyOf(this.#ciphers, pinnedKey(), this.#namedKey);
    this.handle({ type: "bank_learned", bank });
  }

  /** The customer has compared this very key: what the ATM would name now is not asked. */
  #trustNamedKey(): void {
    if (this.#namedKey !== null) pin(this.#namedKey);
    this.#showKey();
  }
}

/** The place of the address bar; an address that is none of ours is the log-in. */
function currentPlace(): Place {
  const route = ROUTES.find((known) => known === location.pathname) ?? "/";
  const saved: unknown = history.state;
  const hasStep = typeof saved === "object" && saved !== null && "step" in saved;
  return { route, step: hasStep && typeof saved.step === "string" ? saved.step : "" };
}
