/**
 * The application: the frame around the screens, and the only component with a controller. Heading,
 * status and alert are in the page from the start, so that screen readers hear what is put into
 * them.
 */

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { nobleCiphers } from "../../src/ciphers/noble.ts";
import { Controller } from "../atm/controller.ts";
import { toggled, unwatched, withoutBalance, type Discretion } from "../atm/discretion.ts";
import { PasswordJudge } from "../atm/password-judge.ts";
import { problemsOf, type ProblemTold, type Told } from "../atm/problem-texts.ts";
import type { Message, Route, State, View } from "../atm/state.ts";
import type { Counsel } from "../atm/teller.ts";
import { titleOf, wordsOf } from "../atm/texts.ts";
import { hasSession, isBusy, placeOf, protocolOf } from "../atm/views.ts";
import { WebSocketTransport } from "../atm/websocket-transport.ts";
import "./atm-error-summary.ts";
import "./atm-line-state.ts";
import "./atm-news.ts";
import "./atm-protocol-badge.ts";
import "./atm-theme-switch.ts";
import { ICONS } from "./icons.ts";
import { PageElement } from "./page-element.ts";
import { screen } from "./screen.ts";

const LINKED_ROUTES: readonly Route[] = ["/", "/signup"];

/** Most visits need none of it. */
const load = () => import("./session-dialogs.ts");
let loading: ReturnType<typeof load> | null = null;
const dialogs = () => (loading ??= load());
const COUNSEL: Counsel = {
  askProof: async (asked) => (await dialogs()).askProof(asked),
  askCode: async (wasWrong) => (await dialogs()).askCode(wasWrong),
  warnOfEnd: (seconds, stay) => void dialogs().then((loaded) => loaded.warnOfEnd(seconds, stay)),
  dismiss: () => void loading?.then((loaded) => loaded.dismiss()),
};

@customElement("atm-app")
export class AtmApp extends PageElement {
  readonly #controller = new Controller(
    nobleCiphers,
    () => new WebSocketTransport(),
    COUNSEL,
    () => this.requestUpdate(),
  );
  readonly #judge = new PasswordJudge();
  #screenShown = "";
  @state() private discretion: Discretion = "off";

  override connectedCallback(): void {
    super.connectedCallback();
    this.#controller.start();
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.discretion = unwatched(this.discretion);
    });
  }

  override willUpdate(): void {
    if (!hasSession(this.#controller.state.view)) this.discretion = unwatched(this.discretion);
  }

  override render() {
    const { state, atm } = this.#controller;
    const { view, desk } = state;
    const { heading, status, alert } = wordsOf(state);
    const hides = this.discretion === "hidden";
    const problems = problemsOf(view);
    const tell = (message: Message): void => this.#controller.handle(message);
    return html`${this.#header(state)}
      <main id="main" data-screen=${view.screen} aria-busy=${isBusy(view)}>
        <div class="panel">
          <atm-news
            .news=${desk.news}
            @dismiss=${({ detail: id }: CustomEvent<string>) =>
              tell({ type: "news_dismissed", id })}
          ></atm-news>
          ${this.#sessionBar(view)}
          <h1 id="heading" tabindex="-1">${heading}</h1>
          <div id="status" role="status">${told(status, statusIcon(state), hides)}</div>
          <div id="alert" role="alert">${alerts(alert, problems, view)}</div>
          <div
            id="screen"
            @click=${this.#followLink}
            @discretion=${() => (this.discretion = toggled(this.discretion))}
          >
            ${screen(state, { problems, atm, judge: this.#judge, hides, tell })}
          </div>
        </div>
        <atm-protocol-badge
          .protocol=${protocolOf(desk)}
          .bank=${desk.bank}
        ></atm-protocol-badge>
      </main>`;
  }

  override updated(): void {
    const { state, atm } = this.#controller;
    document.title = titleOf(state, atm);
    const { route, step } = placeOf(state.view);
    const shown = `${state.view.screen} ${route} ${step}`;
    if (shown !== this.#screenShown) void this.#moveFocus();
    this.#screenShown = shown;
  }

  #header({ desk }: State) {
    const { atm } = this.#controller;
    return html`<header>
      <p class="brand">
        <img src="/icon.svg" alt="" width="32" height="32" />
        <span>Secure ATM</span>
        ${
          atm === null
            ? nothing
            : html`<span class="plate" data-testid="atm-number">ATM ${atm}</span>`
        }
      </p>
      <atm-theme-switch></atm-theme-switch>
      <atm-line-state data-testid="line-state" .state=${desk.line}></atm-line-state>
    </header>`;
  }

  #sessionBar(view: View) {
    if (!hasSession(view) && view.screen !== "result") return nothing;
    return html`<p class="session-bar">
      <span>Logged in as <strong data-testid="username">${view.username}</strong></span>
      <button
        id="log-out"
        type="button"
        ?disabled=${isBusy(view)}
        @click=${() => this.#controller.handle({ type: "left" })}
      >
        Log out
      </button>
    </p>`;
  }

  /** Links between the screens change the address without loading the page anew. */
  #followLink(event: MouseEvent): void {
    const { target } = event;
    if (!(target instanceof HTMLAnchorElement)) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const route = LINKED_ROUTES.find((known) => known === target.getAttribute("href"));
    if (route === undefined) return;
    event.preventDefault();
    this.#controller.handle({ type: "went", place: { route, step: "" } });
  }

  /** To the screen's first field where there is a keyboard, else to its heading. */
  async #moveFocus(): Promise<void> {
    const shown = this.querySelector<PageElement>("#screen > *");
    if (shown !== null) await customElements.whenDefined(shown.localName);
    await shown?.updateComplete;
    const field = this.querySelector<HTMLElement>("[data-focus]");
    const types = matchMedia("(pointer: fine)").matches;
    const heading = this.querySelector<HTMLElement>("#heading");
    (types && field !== null ? field : heading)?.focus({ preventScroll: !types });
  }
}

function statusIcon({ view, desk }: State): "done" | "wait" | "unknown" {
  if (view.screen === "waiting" && (view.checking || view.doubt !== null)) return "unknown";
  if (isBusy(view)) return "wait";
  const isOpen = view.screen === "log_in" && !view.signedUp && desk.doubt !== null;
  return isOpen ? "unknown" : "done";
}

// Without white space around it: an empty region must match `:empty`.
const told = (message: Told | null, icon: "done" | "wait" | "warning" | "unknown", hides = false) =>
  message === null
    ? nothing
    : html`${ICONS[icon]}
        <div>
          <p class="told-text" data-testid="told">
            ${hides ? withoutBalance(message.text) : message.text}
          </p>
          ${message.more === "" ? nothing : html`<p class="told-more">${message.more}</p>`}
        </div>`;

function alerts(alert: Told | null, problems: ProblemTold[], view: View) {
  if (alert !== null && problems.length === 0) {
    return told(alert, view.screen === "unknown" ? "unknown" : "warning");
  }
  if (problems.length === 0) return nothing;
  return html`${ICONS.warning}<atm-error-summary .problems=${problems}></atm-error-summary>`;
}
