/**
 * The recovery codes of a second factor that has just been turned on. They are shown here once, and
 * nowhere else.
 *
 * @fires finish - The customer has kept them.
 */

import { html } from "lit";
import { customElement, property } from "lit/decorators.js";
import "./atm-copy.ts";
import { ICONS } from "./icons.ts";
import { PageElement } from "./page-element.ts";

@customElement("atm-recovery-codes")
export class AtmRecoveryCodes extends PageElement {
  /** Whose they are: it stands on the paper. */
  @property() username = "";
  @property({ attribute: false }) codes: readonly string[] = [];

  override render() {
    return html`<p class="lead">
        Each of these replaces your authenticator once, should you lose it. The bank shows them only
        now: print them, or write them down, and keep them where your password is not.
      </p>
      <p class="paper-title">Secure ATM, recovery codes of ${this.username}</p>
      <ol class="recovery-codes" data-testid="recovery-codes" translate="no">
        ${this.codes.map((code) => html`<li>${code}</li>`)}
      </ol>
      <div class="copy-bar">
        <atm-copy .text=${this.codes.join("\n")} .what=${"the codes"}></atm-copy>
        <button id="print" type="button" @click=${() => print()}>${ICONS.print} Print them</button>
      </div>
      <div class="actions">
        <button id="finish" class="primary" type="button" @click=${() => this.fire("finish")}>
          I have kept them
        </button>
      </div>`;
  }
}
