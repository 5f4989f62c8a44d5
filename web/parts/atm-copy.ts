/** A button that copies a text, and says whether it did. */

import { html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { ICONS } from "./icons.ts";
import { PageElement } from "./page-element.ts";

@customElement("atm-copy")
export class AtmCopy extends PageElement {
  @property() text = "";
  /** What the text is, in a sentence. */
  @property() what = "";

  @state() private outcome = "";

  override render() {
    return html`<button class="copy" type="button" @click=${this.#copy}>
        ${ICONS.copy} Copy ${this.what}
      </button>
      <span class="hint" role="status">${this.outcome}</span>`;
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.text);
      this.outcome = "Copied.";
    } catch {
      this.outcome = "This browser does not let the page copy: mark it and copy it yourself.";
    }
  }
}
