/**
 * The last look before money moves. Enter confirms and Esc goes back, as on the keypad.
 *
 * @fires confirm - The order may be sent.
 * @fires back - The amount is to be changed.
 */

import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ChangeOrder } from "../atm/flow.ts";
import { money } from "../atm/texts.ts";
import { PageElement } from "./page-element.ts";
import { PhysicalKeys } from "./physical-keys.ts";

@customElement("atm-review")
export class AtmReview extends PageElement {
  /** What is about to be asked of the bank. */
  @property({ attribute: false }) order: ChangeOrder | null = null;
  /** Whose account it is. */
  @property() username = "";
  /** The ATM's number, once it is known. */
  @property({ attribute: false }) atm: number | null = null;

  constructor() {
    super();
    new PhysicalKeys(this, (key) => {
      if (key === "enter") this.#confirm();
      else if (key === "cancel" || key === "clear") this.#back();
    });
  }

  override render() {
    if (this.order === null) return html``;
    const { kind, amount } = this.order;
    const noun = kind === "deposit" ? "deposit" : "withdrawal";
    return html`<dl class="facts">
        <div class="fact-amount">
          <dt>${kind === "deposit" ? "Pay in" : "Take out"}</dt>
          <dd data-testid="review-amount">${money(amount)}</dd>
        </div>
        <div>
          <dt>${kind === "deposit" ? "To the account of" : "From the account of"}</dt>
          <dd>${this.username}</dd>
        </div>
        ${
          this.atm === null
            ? ""
            : html`<div>
              <dt>At</dt>
              <dd>ATM ${this.atm}</dd>
            </div>`
        }
      </dl>
      <div class="actions">
        <button id="confirm" class="primary" type="button" @click=${this.#confirm}>
          <span aria-hidden="true">○</span> Confirm ${noun}
        </button>
        <button id="back" type="button" @click=${this.#back}>
          <span aria-hidden="true">←</span> Change amount
        </button>
      </div>
      <p class="hint keys-hint">Keys: <kbd>Enter</kbd> confirms, <kbd>Esc</kbd> goes back.</p>`;
  }

  #confirm(): void {
    this.fire("confirm");
  }

  #back(): void {
    this.fire("back");
  }
}
