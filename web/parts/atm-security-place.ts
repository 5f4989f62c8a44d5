/**
 * Whether there is a second factor, and which sessions are open.
 *
 * @fires choose - `detail` is what is to be done: the kind of order.
 * @fires session - A session is to be ended; `detail` is its id.
 * @fires finish - Back to the choices.
 */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Order, Security } from "../atm/state.ts";
import { ICONS } from "./icons.ts";
import { PageElement } from "./page-element.ts";
import { leaveByEsc } from "./physical-keys.ts";
import { timeText } from "./time.ts";

type Listed = Security["sessions"][number];

const FACTOR = {
  on: {
    state: "On",
    meaning: "The bank asks for a code of your authenticator beside your password.",
    button: "Turn it off",
    kind: "remove_factor",
  },
  off: {
    state: "Off",
    meaning: "Whoever learns your password can log in as you. A second factor stops them.",
    button: "Turn it on",
    kind: "begin_factor",
  },
} as const;

@customElement("atm-security-place")
export class AtmSecurityPlace extends PageElement {
  @property({ attribute: false }) security: Security | null = null;

  constructor() {
    super();
    leaveByEsc(this, () => this.fire("finish"));
  }

  override render() {
    const { security } = this;
    if (security === null) return nothing;
    return html`${this.#factor(security.hasFactor)} ${this.#sessions(security)}
      <div class="actions">
        <button id="finish" class="primary" type="button" @click=${() => this.fire("finish")}>
          Done
        </button>
      </div>`;
  }

  #factor(hasFactor: boolean) {
    const { state, meaning, button, kind } = hasFactor ? FACTOR.on : FACTOR.off;
    return html`<section class="part" aria-labelledby="factor-heading">
      <h2 id="factor-heading">Second factor</h2>
      <div class="factor ${hasFactor ? "factor-on" : "factor-off"}">
        ${hasFactor ? ICONS.shield : ICONS.warning}
        <div>
          <p class="factor-state" data-testid="factor-state">${state}</p>
          <p>${meaning}</p>
        </div>
      </div>
      <button id="${kind}" type="button" @click=${() => this.#choose(kind)}>${button}</button>
    </section>`;
  }

  #sessions({ sessions, current }: Security) {
    return html`<section class="part" aria-labelledby="sessions-heading">
      <h2 id="sessions-heading">Your sessions</h2>
      <ul class="sessions">
        ${sessions.map((listed) => this.#session(listed, listed.session === current))}
      </ul>
      <p class="hint">End a session that you do not know, and change your password then.</p>
      <button
        id="log_out_everywhere"
        type="button"
        @click=${() => this.#choose("log_out_everywhere")}
      >
        Log out everywhere
      </button>
    </section>`;
  }

  #session({ session, terminal, protocol, startedAt, lastActiveAt }: Listed, isThis: boolean) {
    const since = timeText(startedAt);
    return html`<li data-testid="session">
      <div>
        <p class="session-name">${isThis ? "This session" : `At ${terminal}`}</p>
        <p class="hint">
          ${isThis ? `at ${terminal}, ` : ""}${protocol}, since
          <time datetime=${startedAt}>${since}</time>
        </p>
        ${
          isThis
            ? nothing
            : html`<p class="hint">
                last used <time datetime=${lastActiveAt}>${timeText(lastActiveAt)}</time>
              </p>`
        }
      </div>
      ${
        isThis
          ? nothing
          : html`<button
              type="button"
              aria-label="End the session at ${terminal} since ${since}"
              @click=${() => this.fire("session", session)}
            >
              End
            </button>`
      }
    </li>`;
  }

  #choose(kind: Order["kind"]): void {
    this.fire("choose", kind);
  }
}
