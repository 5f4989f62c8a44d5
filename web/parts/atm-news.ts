/**
 * Money that others sent during the session. It stands in a status region, so that screen readers
 * say it, and takes no focus.
 *
 * @fires dismiss - `detail` is the id of what has been read.
 */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { money } from "../atm/money-text.ts";
import type { Credit } from "../atm/state.ts";
import { ICONS } from "./icons.ts";
import { PageElement } from "./page-element.ts";

@customElement("atm-news")
export class AtmNews extends PageElement {
  /** Newest first. */
  @property({ attribute: false }) news: readonly Credit[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.setAttribute("role", "status");
  }

  override render() {
    return repeat(
      this.news,
      ({ id }) => id,
      ({ id, amount, from, memo }) =>
        html`<div class="news" data-testid="news">
          ${ICONS.deposit}
          <div>
            <p class="told-text">${from} sent you ${money(amount)}</p>
            ${memo === "" ? nothing : html`<p>${memo}</p>`}
          </div>
          <button
            class="dismiss"
            type="button"
            aria-label="Dismiss: ${from} sent you ${money(amount)}"
            @click=${() => this.fire("dismiss", id)}
          >
            <span aria-hidden="true">✕</span>
          </button>
        </div>`,
    );
  }
}
