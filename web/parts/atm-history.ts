/**
 * A page of what was moved, newest first. In and out are told apart by sign, word and icon. Where
 * the window is narrow, each row is laid out as a block; the roles keep it a table.
 *
 * @fires day - `detail` is the day to end with, such as "2026-11-24"; empty for now.
 * @fires turn - To the `detail`: "older" or "newer" page.
 * @fires discretion - Balances are to be hidden, or shown again.
 * @fires finish - Back to the choices.
 */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { EntryKind, HistoryEntry } from "../../src/protocol/methods.ts";
import { HIDDEN } from "../atm/discretion.ts";
import { money } from "../atm/money-text.ts";
import type { History } from "../atm/state.ts";
import { balanceButton } from "./balance-button.ts";
import { ICONS } from "./icons.ts";
import { PageElement } from "./page-element.ts";
import { leaveByEsc } from "./physical-keys.ts";
import { timeText, today } from "./time.ts";

const KINDS: Record<EntryKind, { name: string; sign: "+" | "−"; icon: "deposit" | "withdraw" }> = {
  deposit: { name: "Deposit", sign: "+", icon: "deposit" },
  withdrawal: { name: "Withdrawal", sign: "−", icon: "withdraw" },
  transfer_in: { name: "Received from", sign: "+", icon: "deposit" },
  adjustment_in: { name: "Credit of the bank", sign: "+", icon: "deposit" },
  adjustment_out: { name: "Debit of the bank", sign: "−", icon: "withdraw" },
  transfer_out: { name: "Sent to", sign: "−", icon: "withdraw" },
};

const EMPTY = {
  ever: "Nothing was moved yet. What you pay in, take out and send will stand here.",
  dated: "Nothing was moved up to the end of that day.",
};

@customElement("atm-history")
export class AtmHistory extends PageElement {
  @property({ attribute: false }) history: History | null = null;
  /** The customer would not have balances shown. */
  @property({ type: Boolean }) hides = false;

  constructor() {
    super();
    leaveByEsc(this, () => this.fire("finish"));
  }

  override render() {
    if (this.history === null) return nothing;
    const { page, order } = this.history;
    return html`${this.#dayForm(order.day, page.entries.length > 0)}
      ${
        page.entries.length === 0
          ? html`<p data-testid="no-entries">${EMPTY[order.day === "" ? "ever" : "dated"]}</p>`
          : this.#table(page.entries)
      }
      <div class="actions pages">
        <button
          id="newer"
          type="button"
          ?disabled=${order.trail.length === 0}
          @click=${() => this.fire("turn", "newer")}
        >
          <span aria-hidden="true">←</span> Newer
        </button>
        <button
          id="older"
          type="button"
          ?disabled=${page.next === undefined}
          @click=${() => this.fire("turn", "older")}
        >
          Older <span aria-hidden="true">→</span>
        </button>
        <button id="finish" class="primary" type="button" @click=${() => this.fire("finish")}>
          Done
        </button>
      </div>`;
  }

  #dayForm(day: string, hasBalances: boolean) {
    const button = balanceButton(this.hides, () => this.fire("discretion"));
    return html`<form id="day-form" class="day-form" novalidate @submit=${this.#submit}>
      <label for="day">Up to the end of</label>
      <input id="day" name="day" type="date" max=${today()} .value=${day} />
      <button id="show-day" type="submit">Show</button>
      ${hasBalances ? button : nothing}
    </form>`;
  }

  #table(entries: readonly HistoryEntry[]) {
    return html`<table class="history" role="table" aria-label="What was moved, newest first">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">What</th>
          <th role="columnheader" scope="col">When</th>
          <th role="columnheader" scope="col" class="number">Amount</th>
          <th role="columnheader" scope="col" class="number">Balance after</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${entries.map((entry) => this.#row(entry))}
      </tbody>
    </table>`;
  }

  #row({ transactionId, kind, amount, balance, at, counterparty = "", memo = "" }: HistoryEntry) {
    const { name, sign, icon } = KINDS[kind];
    const isIn = sign === "+";
    return html`<tr role="row" data-testid="entry" data-transaction=${transactionId}>
      <td role="cell">
        <div class="what">
          ${ICONS[icon]}
          <div>
            <p><strong>${name} ${counterparty}</strong></p>
            ${memo === "" ? nothing : html`<p class="memo">${memo}</p>`}
          </div>
        </div>
      </td>
      <td role="cell" class="when"><time datetime=${at}>${timeText(at)}</time></td>
      <td role="cell" class="number amount-${isIn ? "in" : "out"}">${sign}${money(amount)}</td>
      <td role="cell" class="number after">
        <span class="narrow-label" aria-hidden="true">Balance</span>
        ${this.hides ? HIDDEN : money(balance)}
      </td>
    </tr>`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    this.fire("day", this.querySelector<HTMLInputElement>("#day")?.value ?? "");
  }
}
