/**
 * What a customer can do at the ATM.
 *
 * @fires choose - `detail` is "deposit", "withdraw" or "balance".
 */

import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { ICONS } from "./icons.ts";
import { PageElement } from "./page-element.ts";

const CHOICES = [
  { kind: "withdraw", name: "Withdraw", hint: "Take cash out" },
  { kind: "deposit", name: "Deposit", hint: "Pay cash in" },
  { kind: "balance", name: "Balance", hint: "See what you have" },
] as const;

@customElement("atm-choices")
export class AtmChoices extends PageElement {
  override render() {
    return html`<div class="choices">
      ${CHOICES.map(
        ({ kind, name, hint }) =>
          html`<button
            id="choose-${kind}"
            class="choice"
            type="button"
            @click=${() => this.fire("choose", kind)}
          >
            <span class="choice-icon">${ICONS[kind]}</span>
            <span class="choice-name">${name}</span>
            <span class="choice-hint">${hint}</span>
          </button>`,
      )}
    </div>`;
  }
}
