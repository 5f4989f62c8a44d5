/** What this ATM protects and what it does not, said where the customer decides to trust it. */

import { css, html, LitElement } from "lit";
import { customElement } from "lit/decorators.js";
import { ICONS } from "./icons.ts";

@customElement("atm-protocol-badge")
export class AtmProtocolBadge extends LitElement {
  static override styles = css`
    :host {
      display: block;
      color: var(--ink-soft);
    }
    p {
      margin: 0;
    }
    .badge {
      display: flex;
      gap: 0.75rem;
      padding: 0.875rem 1rem;
      font-weight: 600;
      color: var(--caution);
      background: var(--caution-soft);
      border: 1px solid currentColor;
      border-radius: var(--radius);
    }
    ul {
      display: grid;
      gap: 1.25rem;
      margin: 1.5rem 0 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: grid;
      grid-template-columns: auto 1fr;
      gap: 0 0.75rem;
    }
    strong {
      color: var(--ink);
    }
    li p {
      grid-column: 2;
    }
    svg {
      flex: none;
      inline-size: 1.5rem;
      block-size: 1.5rem;
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("role", "complementary");
    this.setAttribute("aria-label", "About your security");
  }

  override render() {
    return html`<p class="badge" data-testid="protocol-badge">
        ${ICONS.warning}
        <span>Classic protocol: password and secret cross the wire in clear</span>
      </p>
      <ul>
        <li>
          ${ICONS.warning}<strong>Use a password of its own</strong>
          <p>Whoever can read the wire between this ATM and the bank can read it, too.</p>
        </li>
        <li>
          ${ICONS.tab}<strong>Your session lives in this tab</strong>
          <p>Its keys are made here, for this session, and are gone when it ends or reloads.</p>
        </li>
        <li>
          ${ICONS.book}<strong>Only the bank's word counts</strong>
          <p>A balance is shown when the bank has written it down, never before.</p>
        </li>
      </ul>`;
  }
}
