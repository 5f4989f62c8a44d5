/**
 * The application: the frame around the screens, and the only component with a controller. Heading,
 * status and alert are in the page from the start, so that screen readers hear what is put into
 * them.
 */

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { checkPassword, checkUsername } from "../../src/bank/credentials.ts";
import { nobleCiphers } from "../../src/ciphers/noble.ts";
import { Controller } from "../atm/controller.ts";
import {
  hasSession,
  isBusy,
  placeOf,
  type Message,
  type Order,
  type Problem,
  type Route,
  type State,
} from "../atm/flow.ts";
import { problemsOf, titleOf, wordsOf, type ProblemTold, type Told } from "../atm/texts.ts";
import { WebSocketTransport } from "../atm/websocket-transport.ts";
import "./atm-amount.ts";
import "./atm-choices.ts";
import "./atm-credentials.ts";
import type { Credentials } from "./atm-credentials.ts";
import "./atm-error-summary.ts";
import "./atm-line-state.ts";
import type { LineState } from "./atm-line-state.ts";
import "./atm-outcome.ts";
import "./atm-protocol-badge.ts";
import "./atm-review.ts";
import "./atm-theme-switch.ts";
import { ICONS } from "./icons.ts";
import { PageElement } from "./page-element.ts";

@customElement("atm-app")
export class AtmApp extends PageElement {
  /** The ATM's number, as its process tells it. */
  @state() private atm: number | null = null;
  readonly #controller = new Controller(
    nobleCiphers,
    () => new WebSocketTransport(),
    () => this.requestUpdate(),
  );
  #screenShown = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.#controller.start();
    void this.#learnNumber();
  }

  override render() {
    const state = this.#controller.state;
    const { heading, status, alert } = wordsOf(state);
    const problems = problemsOf(state);
    return html`${this.#header(state)}
      <main id="main" data-screen=${state.screen} aria-busy=${isBusy(state)}>
        <div class="panel">
          ${this.#sessionBar(state)}
          <h1 id="heading" tabindex="-1">${heading}</h1>
          <div id="status" role="status">${told(status, statusIcon(state))}</div>
          <div id="alert" role="alert">${alerts(alert, problems, state)}</div>
          <div id="screen" @click=${this.#followLink}>${this.#screen(state, problems)}</div>
        </div>
        <atm-protocol-badge></atm-protocol-badge>
      </main>`;
  }

  override updated(): void {
    const state = this.#controller.state;
    document.title = titleOf(state, this.atm);
    const { route, step } = placeOf(state);
    const screen = `${state.screen} ${route} ${step}`;
    if (screen !== this.#screenShown) void this.#moveFocus();
    this.#screenShown = screen;
  }

  #header(state: State) {
    return html`<header>
      <p class="brand">
        <img src="/icon.svg" alt="" width="32" height="32" />
        <span>Secure ATM</span>
        ${
          this.atm === null
            ? nothing
            : html`<span class="plate" data-testid="atm-number">ATM ${this.atm}</span>`
        }
      </p>
      <atm-theme-switch></atm-theme-switch>
      <atm-line-state data-testid="line-state" .state=${lineState(state)}></atm-line-state>
    </header>`;
  }

  #sessionBar(state: State) {
    if (!hasSession(state) && state.screen !== "result") return nothing;
    return html`<p class="session-bar">
      <span>Logged in as <strong data-testid="username">${state.username}</strong></span>
      <button
        id="log-out"
        type="button"
        ?disabled=${isBusy(state)}
        @click=${() => this.#tell({ type: "left" })}
      >
        Log out
      </button>
    </p>`;
  }

  #screen(state: State, problems: ProblemTold[]) {
    switch (state.screen) {
      case "log_in":
      case "sign_up":
        // A form of its own for each, so that no password is carried from one to the other.
        return keyed(
          state.screen,
          html`<atm-credentials
            .mode=${state.screen}
            .username=${state.username}
            .busy=${state.busy}
            .problems=${problems}
            @credentials=${this.#takeCredentials}
          ></atm-credentials>`,
        );
      case "choose":
        return html`<atm-choices
          @choose=${({ detail: kind }: CustomEvent<Order["kind"]>) =>
            this.#tell({ type: "chosen", kind })}
        ></atm-choices>`;
      case "amount":
        return html`<atm-amount
          .kind=${state.kind}
          .typed=${state.typed}
          .problems=${problems}
          @amount=${({ detail: typed }: CustomEvent<string>) =>
            this.#tell({ type: "amount_entered", typed })}
          @back=${this.#back}
        ></atm-amount>`;
      case "review":
        return html`<atm-review
          .order=${state.order}
          .username=${state.username}
          .atm=${this.atm}
          @confirm=${() => this.#tell({ type: "confirmed" })}
          @back=${this.#back}
        ></atm-review>`;
      case "waiting":
        return nothing;
      case "result":
      case "unknown":
      case "ended":
        return html`<atm-outcome
          .outcome=${state}
          .atm=${this.atm}
          @finish=${() => this.#tell({ type: "finished" })}
          @back=${this.#back}
          @leave=${() => this.#tell({ type: "left" })}
        ></atm-outcome>`;
    }
  }

  #tell(message: Message): void {
    this.#controller.handle(message);
  }

  #back(): void {
    this.#tell({ type: "stepped_back" });
  }

  #takeCredentials({ detail }: CustomEvent<Credentials>): void {
    // A phone's keyboard adds a space after a name, and may split letters from their accents.
    const username = detail.username.trim().normalize("NFC");
    const { password } = detail;
    const problems = faultsOf(username, password);
    if (problems.length > 0) this.#tell({ type: "credentials_faulty", username, problems });
    else this.#tell({ type: "credentials_entered", username, password });
  }

  /** Links between the screens change the address without loading the page anew. */
  #followLink(event: MouseEvent): void {
    const { target } = event;
    if (!(target instanceof HTMLAnchorElement)) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const route = LINKED_ROUTES.find((known) => known === target.getAttribute("href"));
    if (route === undefined) return;
    event.preventDefault();
    this.#tell({ type: "went", place: { route, step: "" } });
  }

  /** To the screen's first field where there is a keyboard, else to its heading. */
  async #moveFocus(): Promise<void> {
    const screen = this.querySelector<PageElement>("#screen > *");
    await screen?.updateComplete;
    const field = this.querySelector<HTMLElement>("[data-focus]");
    const types = matchMedia("(pointer: fine)").matches;
    const heading = this.querySelector<HTMLElement>("#heading");
    (types && field !== null ? field : heading)?.focus({ preventScroll: !types });
  }

  async #learnNumber(): Promise<void> {
    const response = await fetch("/healthz");
    const health: unknown = await response.json();
    if (typeof health === "object" && health !== null && "atm" in health) {
      if (typeof health.atm === "number") this.atm = health.atm;
    }
  }
}

const LINKED_ROUTES: readonly Route[] = ["/", "/signup"];

function faultsOf(username: string, password: string): Problem[] {
  const problems: Problem[] = [];
  const usernameFault = checkUsername(username);
  const passwordFault = checkPassword(password);
  if (usernameFault !== null) problems.push({ type: "username", fault: usernameFault });
  if (passwordFault !== null) problems.push({ type: "password", fault: passwordFault });
  return problems;
}

function lineState(state: State): LineState {
  if (isBusy(state)) return "waiting";
  if (hasSession(state)) return "open";
  const lost =
    state.screen === "unknown" ||
    state.screen === "result" ||
    (state.screen === "ended" && state.reason === "line_lost");
  return lost ? "lost" : "closed";
}

function statusIcon(state: State): "done" | "wait" | "unknown" {
  if (isBusy(state)) return "wait";
  return state.screen === "log_in" && state.inDoubt !== null ? "unknown" : "done";
}

// Without white space around it: an empty region must match `:empty`.
const told = (message: Told | null, icon: "done" | "wait" | "warning" | "unknown") =>
  message === null
    ? nothing
    : html`${ICONS[icon]}
        <div>
          <p class="told-text" data-testid="told">${message.text}</p>
          ${message.more === "" ? nothing : html`<p class="told-more">${message.more}</p>`}
        </div>`;

function alerts(alert: Told | null, problems: ProblemTold[], state: State) {
  if (alert !== null) return told(alert, state.screen === "unknown" ? "unknown" : "warning");
  if (problems.length === 0) return nothing;
  return html`${ICONS.warning}<atm-error-summary .problems=${problems}></atm-error-summary>`;
}
