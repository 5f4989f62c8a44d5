/**
 * What can be done after an answer of the bank, or without one. The answer itself stands above, in
 * the application's status and alert regions.
 *
 * @fires finish - On to the next transaction; to another try, or the log in, where there was none.
 * @fires back - The order is to be changed and tried again.
 * @fires discretion - Balances are to be hidden, or shown again.
 * @fires leave - The session is to end.
 */

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { isChange } from "../atm/flow-asking.ts";
import { HIDDEN } from "../atm/discretion.ts";
import { money } from "../atm/money-text.ts";
import type { Result, View } from "../atm/state.ts";
import "./atm-receipt.ts";
import { balanceButton } from "./balance-button.ts";
import { facts, type Fact } from "./facts.ts";
import { ICONS } from "./icons.ts";
import { PageElement } from "./page-element.ts";
import { timeText } from "./time.ts";

/** Refusals after which another order of the same kind may do. */
const MENDABLE = ["insufficient_funds", "balance_too_large", "busy", "read_only", "unreachable"];

@customElement("atm-outcome")
export class AtmOutcome extends PageElement {
  /** The view whose outcome this is. */
  @property({ attribute: false }) outcome:
    | (View & { screen: "result" | "unknown" | "ended" })
    | null = null;
  /** The ATM's number, once it is known. */
  @property({ attribute: false }) atm: number | null = null;
  /** The customer would not have balances shown. */
  @property({ type: Boolean }) hides = false;

  @state() private printsBalance = false;

  override render() {
    switch (this.outcome?.screen) {
      case "result":
        return this.#result(this.outcome);
      case "unknown":
        return this.outcome.open
          ? this.#buttons("Check again", true)
          : this.#buttons("Log in and check", false);
      case "ended":
        return this.#buttons("Log in", false);
      case undefined:
        return nothing;
    }
  }

  #result(result: Result) {
    const { answer, ended, order } = result;
    const isMendable =
      answer.type === "refused" && isChange(order) && MENDABLE.includes(answer.kind);
    return html`${facts(this.#rows(result))}
      ${this.#discretion(result)}
      ${
        ended === null
          ? nothing
          : html`<p class="hint" data-testid="line-cut">The session has ended since.</p>`
      }
      <div class="actions">
        ${
          isMendable
            ? html`<button id="back" class="primary" type="button" @click=${this.#back}>
                ${answer.kind === "insufficient_funds" ? "Try another amount" : "Try again"}
              </button>`
            : nothing
        }
        <button
          id="finish"
          class=${isMendable ? "" : "primary"}
          type="button"
          @click=${() => this.fire("finish")}
        >
          Another transaction
        </button>
        <button id="leave" type="button" @click=${() => this.fire("leave")}>Log out</button>
      </div>
      ${isChange(order) && answer.type !== "refused" ? this.#receipt(result) : nothing}`;
  }

  /** Once the session is over, what was hidden stays so. */
  #discretion({ answer, ended }: Result) {
    if (!("balance" in answer) || ended !== null) return nothing;
    const button = balanceButton(this.hides, () => this.fire("discretion"));
    return html`<p class="discretion">${button}</p>`;
  }

  #rows({ answer, at }: Result): Fact[] {
    const time = html`<time datetime=${new Date(at).toISOString()}>${timeText(at)}</time>`;
    const rows: Fact[] = [];
    if ("reference" in answer && answer.reference !== null) {
      rows.push(["Reference", html`<span data-testid="reference">${answer.reference}</span>`]);
    }
    rows.push(["Time", time]);
    if ("reference" in answer) {
      rows.push([
        "New balance",
        html`<span data-testid="new-balance">${this.hides ? HIDDEN : money(answer.balance)}</span>`,
      ]);
    }
    if (this.atm !== null) rows.push(["At", `ATM ${this.atm}`]);
    return rows;
  }

  #receipt(result: Result) {
    return html`<div class="receipt-bar">
        <button id="print" type="button" @click=${() => print()}>
          ${ICONS.print} Print a receipt
        </button>
        <label class="check">
          <input
            id="print-balance"
            type="checkbox"
            .checked=${this.printsBalance}
            @change=${this.#choose}
          />
          with the balance
        </label>
      </div>
      <atm-receipt
        .result=${result}
        .atm=${this.atm}
        .withBalance=${this.printsBalance}
      ></atm-receipt>`;
  }

  #buttons(label: string, hasSession: boolean) {
    return html`<div class="actions">
      <button id="finish" class="primary" type="button" @click=${() => this.fire("finish")}>
        ${label}
      </button>
      ${
        hasSession
          ? html`<button id="leave" type="button" @click=${() => this.fire("leave")}>
              Log out
            </button>`
          : nothing
      }
    </div>`;
  }

  #choose(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.printsBalance = event.target.checked;
  }

  #back(): void {
    this.fire("back");
  }
}
