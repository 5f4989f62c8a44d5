/** A field for a password, with a button that shows it. The password stays in the field alone. */

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Field, ProblemTold } from "../atm/problem-texts.ts";
import { field, type Described } from "./field.ts";
import { PageElement } from "./page-element.ts";

@customElement("atm-password-field")
export class AtmPasswordField extends PageElement {
  /** The `id` of the input. */
  @property() field: Extract<Field, `${string}password`> = "password";
  @property() label = "Password";
  @property() hint = "";
  /** Which password it is, for password managers. */
  @property() complete: "current-password" | "new-password" = "current-password";
  /** The screen's focus goes here. */
  @property({ type: Boolean }) focused = false;
  @property({ type: Boolean }) busy = false;
  /** What is wrong with what was sent. */
  @property({ attribute: false }) problems: ProblemTold[] = [];

  @state() private revealed = false;

  override render() {
    const { field: id, label, hint, problems } = this;
    return field({ id, label, hint, problems }, (described) => this.#input(described));
  }

  /** Hides the password again: the form was sent. */
  conceal(): void {
    this.revealed = false;
  }

  #input({ invalid, by }: Described) {
    return html`<div class="with-button">
      <input
        id=${this.field}
        name=${this.field}
        type=${this.revealed ? "text" : "password"}
        autocomplete=${this.complete}
        autocapitalize="none"
        spellcheck="false"
        required
        ?data-focus=${this.focused}
        ?readonly=${this.busy}
        aria-invalid=${invalid}
        aria-describedby=${by ?? nothing}
      />
      <button
        id="reveal-${this.field}"
        type="button"
        aria-controls=${this.field}
        aria-label="${this.revealed ? "Hide" : "Show"} ${this.label.toLowerCase()}"
        @click=${this.#toggle}
      >
        ${this.revealed ? "Hide" : "Show"}
      </button>
    </div>`;
  }

  #toggle(): void {
    this.revealed = !this.revealed;
  }
}
