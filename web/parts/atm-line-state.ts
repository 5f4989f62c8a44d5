/** The state of the line to the bank, as text with an icon. */

import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { LineState } from "../atm/state.ts";
import { ICONS } from "./icons.ts";

const FACES: Record<LineState, { icon: unknown; text: string }> = {
  none: { icon: ICONS.disconnected, text: "No session" },
  connecting: { icon: ICONS.wait, text: "Connecting" },
  secured: { icon: ICONS.shield, text: "Secured" },
  in_clear: { icon: ICONS.connected, text: "Session open" },
  reconnecting: { icon: ICONS.wait, text: "Reconnecting" },
  offline: { icon: ICONS.warning, text: "Offline" },
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
    :host([state="secured"]) {
      color: var(--good);
    }
    :host([state="in_clear"]),
    :host([state="reconnecting"]) {
      color: var(--caution);
    }
    :host([state="offline"]) {
      color: var(--bad);
    }
    svg {
      inline-size: 1.25rem;
      block-size: 1.25rem;
    }
  `;

  @property({ reflect: true }) state: LineState = "none";

  override render() {
    const { icon, text } = FACES[this.state];
    return html`${icon}<span>${text}</span>`;
  }
}
