/**
 * The question for an amount: ready amounts, a field to type in, and the keypad.
 *
 * @fires amount - An amount was entered; `detail` is the text as typed, unchecked.
 * @fires back - The customer gives the order up.
 */

import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { PRESET_DOLLARS } from "../atm/amount.ts";
import { AMOUNT_LIMITS, money } from "../atm/money-text.ts";
import type { ProblemTold } from "../atm/problem-texts.ts";
import type { Cash, Protocol } from "../atm/state.ts";
import "./atm-keypad.ts";
import { field, type Described } from "./field.ts";
import { PageElement } from "./page-element.ts";

/** More than any amount needs, so that a key held down does not fill the screen. */
const TYPED_CHARS_MAX = 16;

@customElement("atm-amount")
export class AtmAmount extends PageElement {
  /** What the amount is for. */
  @property() kind: Cash = "withdraw";
  /** Which amounts there are: classic has no cents. */
  @property() protocol: Protocol = "modern";
  /** What was typed before, to start from. */
  @property() typed = "";
  /** What is wrong with it. */
  @property({ attribute: false }) problems: ProblemTold[] = [];

  /** Said to screen readers when a key of the keypad changed the amount: the field had no focus. */
  @state() private spoken = "";

  override render() {
    return html`<form id="amount-form" class="amount" novalidate @submit=${this.#submit}>
      <div class="amount-entry">
        <fieldset class="presets">
          <legend>Ready amounts</legend>
          ${PRESET_DOLLARS.map(
            (preset) =>
              html`<button
                id="preset-${preset}"
                type="button"
                @click=${() => this.#enter(String(preset))}
              >
                ${money(preset * 100)}
              </button>`,
          )}
        </fieldset>
        ${this.#field()}
        <output class="visually-hidden">${this.spoken}</output>
        <button id="continue" class="primary" type="submit">Continue</button>
      </div>
      <atm-keypad
        @digit=${(event: CustomEvent<string>) => this.#type(this.typed + event.detail)}
        @clear=${() => this.#type(this.typed.slice(0, -1))}
        @enter=${() => this.#enter(this.typed)}
        @cancel=${this.#back}
      ></atm-keypad>
    </form>`;
  }

  #field() {
    const hint = AMOUNT_LIMITS[this.protocol];
    const texts = { id: "amount", label: "Another amount", hint } as const;
    return field({ ...texts, problems: this.problems }, (described) => this.#input(described));
  }

  #input({ invalid, by }: Described) {
    return html`<div class="with-prefix">
      <span class="prefix" aria-hidden="true">$</span>
      <input
        id="amount"
        name="amount"
        type="text"
        inputmode=${this.protocol === "modern" ? "decimal" : "numeric"}
        autocomplete="off"
        spellcheck="false"
        maxlength=${TYPED_CHARS_MAX}
        data-focus
        .value=${live(this.typed)}
        @input=${this.#take}
        aria-invalid=${invalid}
        aria-describedby=${by}
      />
    </div>`;
  }

  #take(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.typed = event.target.value;
    this.spoken = "";
  }

  #type(typed: string): void {
    if (typed.length > TYPED_CHARS_MAX) return;
    this.typed = typed;
    this.spoken = typed === "" ? "No amount" : `${typed} dollars`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    this.#enter(this.typed);
  }

  #enter(typed: string): void {
    this.typed = typed;
    this.fire("amount", typed);
  }

  #back(): void {
    this.fire("back");
  }
}
