/**
 * A field for a code of the second factor: the six digits that an authenticator shows, or, since
 * phones have another keyboard for it, a recovery code.
 */

import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ProblemTold } from "../atm/problem-texts.ts";
import { field, type Described } from "./field.ts";
import { PageElement } from "./page-element.ts";

/** A recovery code with its dashes, and then some for spaces. */
const CODE_CHARS_MAX = 32;

const KINDS = {
  digits: {
    label: "Code from your authenticator",
    hint: "Six digits, new every 30 seconds. Each works once.",
    keyboard: "numeric",
    other: "Use a recovery code",
  },
  recovery: {
    label: "Recovery code",
    hint: "One of those that you kept, such as ABCD-EFGH-IJKL-MNOP. Each works once.",
    keyboard: "text",
    other: "Use your authenticator",
  },
} as const;

@customElement("atm-code-field")
export class AtmCodeField extends PageElement {
  /** Whether a recovery code will do, too. */
  @property({ type: Boolean }) recovers = false;
  /** The screen's focus goes here. */
  @property({ type: Boolean }) focused = false;
  @property({ type: Boolean }) busy = false;
  /** What is wrong with what was sent. */
  @property({ attribute: false }) problems: ProblemTold[] = [];

  @state() private kind: keyof typeof KINDS = "digits";

  override render() {
    const { label, hint, other } = KINDS[this.kind];
    const texts = { id: "code", label, hint, problems: this.problems } as const;
    return html`${field(texts, (described) => this.#input(described))}
      ${
        this.recovers
          ? html`<p class="other-code">
              <button id="other-code" type="button" @click=${this.#switch}>${other}</button>
            </p>`
          : ""
      }`;
  }

  #input({ invalid, by }: Described) {
    return html`<input
      id="code"
      name="code"
      class="code"
      type="text"
      inputmode=${KINDS[this.kind].keyboard}
      autocomplete="one-time-code"
      autocapitalize="characters"
      spellcheck="false"
      maxlength=${CODE_CHARS_MAX}
      required
      ?data-focus=${this.focused}
      ?readonly=${this.busy}
      aria-invalid=${invalid}
      aria-describedby=${by}
    />`;
  }

  #switch(): void {
    this.kind = this.kind === "digits" ? "recovery" : "digits";
    this.querySelector<HTMLInputElement>("#code")?.focus();
  }
}
