/** What is wrong on a screen, at its top: each problem is a link to its field. */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ProblemTold } from "../atm/problem-texts.ts";
import { PageElement } from "./page-element.ts";

@customElement("atm-error-summary")
export class AtmErrorSummary extends PageElement {
  /** In the order of the fields. */
  @property({ attribute: false }) problems: ProblemTold[] = [];

  override render() {
    return this.problems.map(
      ({ text, more, field }) =>
        html`<p class="told-text" data-testid="problem">
            ${
              field === null
                ? text
                : html`<a href="#${field}" @click=${(event: Event) => this.#visit(event, field)}
                  >${text}</a
                >`
            }
          </p>
          ${more === "" ? nothing : html`<p class="told-more">${more}</p>`}`,
    );
  }

  /** Moves the focus alone: following the link would make an entry in the history. */
  #visit(event: Event, field: string): void {
    event.preventDefault();
    document.getElementById(field)?.focus();
  }
}
