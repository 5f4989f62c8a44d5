/**
 * The form that shows whose second factor it is: the password to turn one on, and a code as well to
 * turn it off.
 *
 * @fires proof - The form was sent; `detail` is as in `FactorProof`, unchecked.
 * @fires back - The customer leaves it as it is.
 */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ProblemTold } from "../atm/problem-texts.ts";
import "./atm-code-field.ts";
import "./atm-password-field.ts";
import { valueOf } from "./field.ts";
import { PageElement } from "./page-element.ts";
import { leaveByEsc } from "./physical-keys.ts";

/** `typed` is the code; empty where none is asked for. */
export type FactorProof = { password: string; typed: string };

const TEXTS = {
  on: {
    lead:
      "You need an authenticator: an app on your phone, or a password manager, that shows " +
      "one-time codes. First, your password.",
    submit: "Go on",
    back: "Not now",
  },
  off: {
    lead: "Your password alone will open your account then.",
    submit: "Turn it off",
    back: "Keep it on",
  },
};

@customElement("atm-factor-proof")
export class AtmFactorProof extends PageElement {
  /** Whose it is. */
  @property() username = "";
  /** Which of the two forms this is. */
  @property({ type: Boolean }) turnsOff = false;
  /** What is wrong with what was sent. */
  @property({ attribute: false }) problems: ProblemTold[] = [];

  constructor() {
    super();
    leaveByEsc(this, () => this.fire("back"));
  }

  override render() {
    const { lead, submit, back } = this.turnsOff ? TEXTS.off : TEXTS.on;
    return html`<form id="factor-proof" class="form" novalidate @submit=${this.#submit}>
      <p class="lead">${lead}</p>
      <input hidden name="username" autocomplete="username" readonly .value=${this.username} />
      <atm-password-field .focused=${true} .problems=${this.problems}></atm-password-field>
      ${
        this.turnsOff
          ? html`<atm-code-field .recovers=${true} .problems=${this.problems}></atm-code-field>`
          : nothing
      }
      <div class="actions">
        <button id="submit" class="primary" type="submit">${submit}</button>
        <button id="back" type="button" @click=${() => this.fire("back")}>${back}</button>
      </div>
    </form>`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    const proof: FactorProof = {
      password: valueOf(this, "password"),
      typed: valueOf(this, "code"),
    };
    this.fire("proof", proof);
  }
}
