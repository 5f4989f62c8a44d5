/**
 * What the bank says of the session, and what this tab knows of the bank.
 *
 * @fires finish - Back to the choices.
 */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { BankKey, SessionInfo } from "../atm/state.ts";
import { facts } from "./facts.ts";
import { PageElement } from "./page-element.ts";
import { leaveByEsc } from "./physical-keys.ts";
import { spanText, timeText } from "./time.ts";

@customElement("atm-session")
export class AtmSession extends PageElement {
  @property({ attribute: false }) info: SessionInfo | null = null;
  /** The key that this tab has pinned. */
  @property({ attribute: false }) bank: BankKey | null = null;

  constructor() {
    super();
    leaveByEsc(this, () => this.fire("finish"));
  }

  override render() {
    const { info, bank } = this;
    if (info === null) return nothing;
    const pinned = bank?.type === "pinned" ? bank.pinned : "";
    return html`${facts([
      ["User name", info.username ?? ""],
      ["Protocol", info.protocol],
      [
        "Key of the bank",
        html`<span class="fingerprint" data-testid="session-fingerprint"
            >${info.fingerprint}</span
          >`,
      ],
      ["Pinned in this browser", pinned === info.fingerprint ? "the same key" : pinned],
      ["Since", timeText(info.startedAt)],
      ["Terminal, as the bank sees it", info.terminal],
      ["Ends without a request for", spanText(info.idleSeconds)],
    ])}
      <div class="actions">
        <button id="finish" class="primary" type="button" @click=${() => this.fire("finish")}>
          Done
        </button>
      </div>`;
  }
}
