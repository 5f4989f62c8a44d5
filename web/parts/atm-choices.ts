/**
 * What a customer can do at the ATM: with classic what the original offers, with modern all of it.
 *
 * @fires choose - `detail` is the kind of order.
 */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Order, Protocol } from "../atm/state.ts";
import { ICONS } from "./icons.ts";
import { PageElement } from "./page-element.ts";

type Choice = { kind: Order["kind"]; icon: keyof typeof ICONS; name: string; hint: string };

const CLASSIC: readonly Choice[] = [
  { kind: "withdraw", icon: "withdraw", name: "Withdraw", hint: "Take cash out" },
  { kind: "deposit", icon: "deposit", name: "Deposit", hint: "Pay cash in" },
  { kind: "balance", icon: "balance", name: "Balance", hint: "See what you have" },
];
const MODERN: readonly Choice[] = [
  ...CLASSIC,
  { kind: "transfer", icon: "transfer", name: "Send money", hint: "To another customer" },
  { kind: "history", icon: "history", name: "History", hint: "See what was moved" },
];
const SMALL = [
  { kind: "password", icon: "key", name: "Change password" },
  { kind: "security", icon: "shield", name: "Security" },
  { kind: "session", icon: "connected", name: "Session" },
] as const;

@customElement("atm-choices")
export class AtmChoices extends PageElement {
  /** What the session speaks. */
  @property() protocol: Protocol = "modern";

  override render() {
    const isModern = this.protocol === "modern";
    return html`<div class="choices">
        ${(isModern ? MODERN : CLASSIC).map(
          ({ kind, icon, name, hint }) =>
            html`<button
              id="choose-${kind}"
              class="choice"
              type="button"
              @click=${() => this.fire("choose", kind)}
            >
              <span class="choice-icon">${ICONS[icon]}</span>
              <span class="choice-name">${name}</span>
              <span class="choice-hint">${hint}</span>
            </button>`,
        )}
      </div>
      ${isModern ? this.#small() : nothing}`;
  }

  #small() {
    return html`<div class="small-choices">
      ${SMALL.map(
        ({ kind, icon, name }) =>
          html`<button
            id="choose-${kind}"
            type="button"
            @click=${() => this.fire("choose", kind)}
          >
            ${ICONS[icon]} ${name}
          </button>`,
      )}
    </div>`;
  }
}
