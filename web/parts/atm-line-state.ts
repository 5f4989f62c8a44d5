/** The state of the line to the bank, as text with an icon. */

import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { ICONS } from "./icons.ts";

export type LineState = "closed" | "waiting" | "open" | "lost";

const FACES = {
  closed: { icon: ICONS.disconnected, text: "No session" },
  waiting: { icon: ICONS.wait, text: "Asking the bank" },
  open: { icon: ICONS.connected, text: "Session open" },
  lost: { icon: ICONS.warning, text: "Line lost" },
};

@customElement("atm-line-state")
export class AtmLineState extends LitElement {
  static override styles = css`
    :host {
      display: inline-flex;
      align-items: center;
      gap: 0.5rem;
      color: var(--ink-soft);
      white-space: nowrap;
    }
    :host([state="open"]) {
      color: var(--good);
    }
    :host([state="lost"]) {
      color: var(--bad);
    }
    svg {
      inline-size: 1.25rem;
      block-size: 1.25rem;
    }
  `;

  @property({ reflect: true }) state: LineState = "closed";

  override render() {
    const { icon, text } = FACES[this.state];
    return html`${icon}<span>${text}</span>`;
  }
}
