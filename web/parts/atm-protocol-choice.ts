/**
 * Which protocol the next session speaks.
 *
 * @fires protocol - `detail` is "modern" or "classic".
 */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { BankKey, Protocol } from "../atm/state.ts";
import { PageElement } from "./page-element.ts";

const CHOICES = [
  { protocol: "modern", name: "Modern", hint: "sealed between this tab and the bank" },
  { protocol: "classic", name: "Classic", hint: "as the original: the password is sent in clear" },
] as const;

@customElement("atm-protocol-choice")
export class AtmProtocolChoice extends PageElement {
  /** What is spoken as things are. */
  @property() protocol: Protocol = "modern";
  @property({ attribute: false }) bank: BankKey = { type: "asking" };
  @property({ type: Boolean }) busy = false;

  override render() {
    const hasKey = this.bank.type !== "none";
    return html`<fieldset id="protocol-choice" class="protocol-choice" ?disabled=${this.busy}>
      <legend>Protocol</legend>
      ${CHOICES.map(
        ({ protocol, name, hint }) =>
          html`<label class="check">
            <input
              id="protocol-${protocol}"
              type="radio"
              name="protocol"
              value=${protocol}
              .checked=${protocol === this.protocol}
              ?disabled=${protocol === "modern" && !hasKey}
              @change=${() => this.fire("protocol", protocol)}
            />
            <span><strong>${name}</strong> <span class="hint">${hint}</span></span>
          </label>`,
      )}
      ${
        hasKey
          ? nothing
          : html`<p class="hint" data-testid="classic-only">
              Only classic: this ATM was not told the bank's public key, so the bank could not prove
              itself. Start the ATM with --bank-key, or with --data of a bank on this machine.
            </p>`
      }
    </fieldset>`;
  }
}
