/**
 * The last look before money moves. Enter confirms and Esc goes back, as on the keypad.
 *
 * @fires confirm - The order may be sent.
 * @fires back - The order is to be changed.
 */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { money, ORDER_NOUNS } from "../atm/money-text.ts";
import type { ChangeOrder } from "../atm/state.ts";
import { facts, type Fact } from "./facts.ts";
import { PageElement } from "./page-element.ts";
import { PhysicalKeys } from "./physical-keys.ts";

const ACTS = { deposit: "Pay in", withdraw: "Take out", transfer: "Send" };

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
    const { order } = this;
    if (order === null) return nothing;
    const act = html`<div class="fact-amount">
      <dt>${ACTS[order.kind]}</dt>
      <dd data-testid="review-amount">${money(order.amount)}</dd>
    </div>`;
    return html`${facts(this.#about(order), act)}
      <div class="actions">
        <button id="confirm" class="primary" type="button" @click=${this.#confirm}>
          <span aria-hidden="true">○</span> Confirm ${ORDER_NOUNS[order.kind]}
        </button>
        <button id="back" type="button" @click=${this.#back}>
          <span aria-hidden="true">←</span>
          Change ${order.kind === "transfer" ? "transfer" : "amount"}
        </button>
      </div>
      <p class="hint keys-hint">Keys: <kbd>Enter</kbd> confirms, <kbd>Esc</kbd> goes back.</p>`;
  }

  #about(order: ChangeOrder): Fact[] {
    const own = order.kind === "deposit" ? "To the account of" : "From the account of";
    const place: Fact[] = this.atm === null ? [] : [["At", `ATM ${this.atm}`]];
    if (order.kind !== "transfer") return [[own, this.username], ...place];
    const memo: Fact[] = order.memo === "" ? [] : [["Message", order.memo]];
    return [["To", order.to], ...memo, [own, this.username], ...place];
  }

  #confirm(): void {
    this.fire("confirm");
  }

  #back(): void {
    this.fire("back");
  }
}
