/**
 * The refusal of a bank that does not prove the pinned key. Another key is trusted only by whoever
 * has seen it at the bank: its last digits are not on this page, and must be typed.
 *
 * @fires digits - `detail` is what was typed as the last four digits.
 * @fires finish - The pinned key is to be tried again.
 */

import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ProblemTold } from "../atm/problem-texts.ts";
import type { BankKey } from "../atm/state.ts";
import { lastDigitsOf } from "../atm/views.ts";
import { facts } from "./facts.ts";
import { field, valueOf } from "./field.ts";
import { PageElement } from "./page-element.ts";

const DIGITS_HINT =
  "The bank shows its fingerprint when it starts, and with: secure-atm identity. " +
  "Look there, not here, and compare all of it.";

@customElement("atm-stranger")
export class AtmStranger extends PageElement {
  @property({ attribute: false }) bank: BankKey | null = null;
  /** What is wrong with what was typed. */
  @property({ attribute: false }) problems: ProblemTold[] = [];

  override render() {
    const { bank } = this;
    const pinned = bank?.type === "pinned" ? bank.pinned : "unknown";
    const named = bank?.type === "pinned" ? bank.named : null;
    return html`<ul class="meaning">
        <li>It may be that somebody stands between you and your bank.</li>
        <li>It may be that the bank has been given a new key, or is another bank.</li>
        <li>This page cannot tell which. Ask the people who run the bank.</li>
      </ul>
      ${facts([
        [
          "Key that is pinned here",
          html`<span class="fingerprint" data-testid="pinned">${pinned}</span>`,
        ],
        [
          "Key that the ATM names",
          html`<span class="fingerprint" data-testid="named"
            >${named === null ? "the same" : masked(named)}</span
          >`,
        ],
      ])}
      ${named === null ? "" : this.#form()}
      <div class="actions">
        <button id="finish" type="button" @click=${() => this.fire("finish")}>
          Try the pinned key again
        </button>
      </div>`;
  }

  #form() {
    const texts = { id: "digits", label: "Last four digits of the bank's new key" } as const;
    return html`<form id="trust-form" class="form trust" novalidate @submit=${this.#submit}>
      <h2>Trust the new key</h2>
      ${field(
        { ...texts, hint: DIGITS_HINT, problems: this.problems },
        ({ invalid, by }) =>
          html`<input
            id="digits"
            name="digits"
            type="text"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            maxlength="8"
            aria-invalid=${invalid}
            aria-describedby=${by}
          />`,
      )}
      <button id="trust" type="submit">I have compared it: trust the new key</button>
    </form>`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    this.fire("digits", valueOf(this, "digits"));
  }
}

const masked = (fingerprint: string): string =>
  `${fingerprint.slice(0, -lastDigitsOf(fingerprint).length)}••••`;
