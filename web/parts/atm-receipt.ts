/**
 * What is printed of a transaction, and seen on paper alone: the account by its last characters,
 * the balance only if the customer wants it there.
 */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { money, orderTitle } from "../atm/money-text.ts";
import { isChange } from "../atm/flow-asking.ts";
import type { Result } from "../atm/state.ts";
import { facts, type Fact } from "./facts.ts";
import { PageElement } from "./page-element.ts";
import { timeText } from "./time.ts";

@customElement("atm-receipt")
export class AtmReceipt extends PageElement {
  @property({ attribute: false }) result: Result | null = null;
  /** The ATM's number, once it is known. */
  @property({ attribute: false }) atm: number | null = null;
  /** Whether the balance is printed too. */
  @property({ type: Boolean }) withBalance = false;

  override render() {
    const { result } = this;
    if (result === null || !isChange(result.order) || result.answer.type === "refused") {
      return nothing;
    }
    return html`<div class="receipt" aria-hidden="true">
      <p class="receipt-title">Secure ATM – receipt</p>
      ${facts(this.#rows(result))}
      <p>A demonstration: this is no real money.</p>
    </div>`;
  }

  #rows({ order, answer, at, username }: Result): Fact[] {
    const rows: Fact[] = [["Type", orderTitle(order)]];
    if ("amount" in order) rows.push(["Amount", money(order.amount)]);
    rows.push(["Date", timeText(at)], ["Account", `Deposit account ${lastFour(username)}`]);
    if (order.kind === "transfer") rows.push(["To", order.to]);
    if (this.atm !== null) rows.push(["Terminal", `ATM ${this.atm}`]);
    if ("reference" in answer && answer.reference !== null) {
      rows.push(["Reference", answer.reference]);
    }
    if (this.withBalance && "balance" in answer) rows.push(["Balance", money(answer.balance)]);
    return rows;
  }
}

/** The end of a name, and never all of it. */
function lastFour(username: string): string {
  const letters = [...username];
  return `…${letters.slice(Math.max(1, letters.length - 4)).join("")}`;
}
