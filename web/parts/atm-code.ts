/**
 * The form for the code that a log-in still needs. The password was right.
 *
 * @fires code - The form was sent; `detail` is the text as typed, unchecked.
 * @fires back - The customer does not log in.
 */

import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ProblemTold } from "../atm/problem-texts.ts";
import "./atm-code-field.ts";
import { valueOf } from "./field.ts";
import { PageElement } from "./page-element.ts";
import { leaveByEsc } from "./physical-keys.ts";

@customElement("atm-code")
export class AtmCode extends PageElement {
  /** Who logs in. */
  @property() username = "";
  /** The bank is being waited for. */
  @property({ type: Boolean }) busy = false;
  /** What is wrong with what was sent. */
  @property({ attribute: false }) problems: ProblemTold[] = [];

  constructor() {
    super();
    leaveByEsc(this, () => this.fire("back"));
  }

  override render() {
    return html`<form id="code-form" class="form" novalidate @submit=${this.#submit}>
      <p class="lead">
        Your password is right. The account of <strong>${this.username}</strong> asks for a code as
        well.
      </p>
      <atm-code-field
        .recovers=${true}
        .focused=${true}
        .busy=${this.busy}
        .problems=${this.problems}
      ></atm-code-field>
      <div class="actions">
        <button id="submit" class="primary" type="submit" aria-disabled=${this.busy}>Log in</button>
        <button id="back" type="button" @click=${() => this.fire("back")}>Back</button>
      </div>
    </form>`;
  }

  /** The next code is typed over the one that was wrong. */
  override updated(): void {
    if (this.problems.length > 0 && !this.busy) {
      this.querySelector<HTMLInputElement>("#code")?.select();
    }
  }

  #submit(event: Event): void {
    event.preventDefault();
    if (!this.busy) this.fire("code", valueOf(this, "code"));
  }
}
