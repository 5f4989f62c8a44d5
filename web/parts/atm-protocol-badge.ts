/**
 * Which protocol is spoken, and what it protects and what not, said where the customer decides to
 * trust it.
 */

import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { BankKey, Protocol } from "../atm/state.ts";
import { ICONS } from "./icons.ts";

const TEXTS = {
  modern: {
    icon: "shield",
    badge: "Modern protocol: sealed between this tab and the bank",
    points: [
      {
        icon: "shield",
        title: "Nobody on the way can read or change it",
        text: "Not even this ATM: your password, your orders and the answers pass it sealed.",
      },
      {
        icon: "key",
        title: "The bank proves its key",
        text: "Before anything is sent. Another key is refused.",
      },
      {
        icon: "done",
        title: "An order is done once",
        text: "Each has a key of its own, so a lost line doubles and loses nothing.",
      },
      {
        icon: "warning",
        title: "What it cannot protect",
        text:
          "The page itself comes from this ATM: use one that you trust. That you speak to the " +
          "bank, when, and how much, can be seen.",
      },
    ],
  },
  classic: {
    icon: "warning",
    badge: "Classic protocol: password and secret cross the wire in clear",
    points: [
      {
        icon: "warning",
        title: "Use a password of its own",
        text: "Whoever can read the wire between this ATM and the bank can read it, too.",
      },
      {
        icon: "warning",
        title: "The bank proves nothing",
        text: "Whoever answers at its address is the bank to this tab.",
      },
      {
        icon: "tab",
        title: "Your session lives in this tab",
        text: "Its keys are made for this session, and are gone when it ends or reloads.",
      },
      {
        icon: "book",
        title: "Only the bank's word counts",
        text: "A balance is shown when the bank has written it down, never before.",
      },
    ],
  },
} as const;

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
      color: var(--good);
      background: var(--good-soft);
      border: 1px solid currentColor;
      border-radius: var(--radius);
    }
    .classic {
      color: var(--caution);
      background: var(--caution-soft);
    }
    details {
      margin-block-start: 1rem;
    }
    summary {
      min-block-size: 1.5rem;
      padding-block: 0.5rem;
      font-weight: 600;
      color: var(--ink);
      cursor: pointer;
    }
    summary:focus-visible {
      outline: var(--focus-outline);
      outline-offset: 2px;
      border-radius: 2px;
    }
    code {
      display: block;
      margin-block-end: 0.5rem;
      font-family: var(--font-digits);
      font-size: 1rem;
      color: var(--ink);
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

  /** What is spoken, or will be. */
  @property() protocol: Protocol = "modern";
  @property({ attribute: false }) bank: BankKey = { type: "asking" };

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("role", "complementary");
    this.setAttribute("aria-label", "About your security");
  }

  override render() {
    const { icon, badge, points } = TEXTS[this.protocol];
    return html`<p class="badge ${this.protocol}" data-testid="protocol-badge">
        ${ICONS[icon]}
        <span>${badge}</span>
      </p>
      ${this.protocol === "modern" ? this.#fingerprint() : nothing}
      <ul>
        ${points.map(
          (point) =>
            html`<li>
              ${ICONS[point.icon]}<strong>${point.title}</strong>
              <p>${point.text}</p>
            </li>`,
        )}
      </ul>`;
  }

  #fingerprint() {
    if (this.bank.type !== "pinned") return nothing;
    return html`<details>
      <summary>Fingerprint of the bank's key</summary>
      <code data-testid="fingerprint">${this.bank.pinned}</code>
      <p>Compare it with what the bank shows when it starts. This browser keeps it.</p>
    </details>`;
  }
}
