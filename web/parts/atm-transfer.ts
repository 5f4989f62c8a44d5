/**
 * The form for money that is sent to another customer.
 *
 * @fires transfer - The form was sent; `detail` is what was typed, unchecked.
 * @fires back - The customer gives the order up.
 */

import { html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { AMOUNT_LIMITS, MEMO_LIMITS } from "../atm/money-text.ts";
import type { ProblemTold } from "../atm/problem-texts.ts";
import type { Typed } from "../atm/state.ts";
import { field, valueOf, type Described } from "./field.ts";
import { PageElement } from "./page-element.ts";
import { leaveByEsc } from "./physical-keys.ts";

@customElement("atm-transfer")
export class AtmTransfer extends PageElement {
  /** What was typed before, to start from. */
  @property({ attribute: false }) typed: Typed = { to: "", amount: "", memo: "" };
  /** What is wrong with it. */
  @property({ attribute: false }) problems: ProblemTold[] = [];

  constructor() {
    super();
    leaveByEsc(this, () => this.#back());
  }

  override render() {
    const { problems } = this;
    const amountTexts = { id: "amount", label: "Amount", hint: AMOUNT_LIMITS.modern } as const;
    const memoTexts = { id: "memo", label: "Message (optional)", hint: MEMO_LIMITS } as const;
    return html`<form id="transfer-form" class="form" novalidate @submit=${this.#submit}>
      ${field({ id: "to", label: "Recipient's user name", problems }, (described) =>
        this.#text("to", this.typed.to, described, true),
      )}
      ${field({ ...amountTexts, problems }, (described) => this.#amount(described))}
      ${field({ ...memoTexts, problems }, (described) =>
        this.#text("memo", this.typed.memo, described),
      )}
      <div class="actions">
        <button id="continue" class="primary" type="submit">Continue</button>
        <button id="back" type="button" @click=${this.#back}>
          <span aria-hidden="true">✕</span> Cancel
        </button>
      </div>
    </form>`;
  }

  #text(id: "to" | "memo", value: string, { invalid, by }: Described, focused = false) {
    return html`<input
      id=${id}
      name=${id}
      type="text"
      autocomplete="off"
      autocapitalize=${id === "to" ? "none" : "sentences"}
      spellcheck=${id === "memo"}
      ?data-focus=${focused}
      .value=${value}
      aria-invalid=${invalid}
      aria-describedby=${by}
    />`;
  }

  #amount({ invalid, by }: Described): TemplateResult {
    return html`<div class="with-prefix">
      <span class="prefix" aria-hidden="true">$</span>
      <input
        id="amount"
        name="amount"
        type="text"
        inputmode="decimal"
        autocomplete="off"
        spellcheck="false"
        .value=${this.typed.amount}
        aria-invalid=${invalid}
        aria-describedby=${by}
      />
    </div>`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    const typed: Typed = {
      to: valueOf(this, "to"),
      amount: valueOf(this, "amount"),
      memo: valueOf(this, "memo"),
    };
    this.fire("transfer", typed);
  }

  #back(): void {
    this.fire("back");
  }
}
