/**
 * What can be done after an answer of the bank, or without one. The answer itself stands above, in
 * the application's status and alert regions.
 *
 * @fires finish - On to the next transaction, or to the log in where the session is over.
 * @fires back - Another amount is to be tried.
 * @fires leave - The session is to end.
 */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { State } from "../atm/flow.ts";
import { PageElement } from "./page-element.ts";

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

@customElement("atm-outcome")
export class AtmOutcome extends PageElement {
  /** The state whose outcome this is. */
  @property({ attribute: false }) outcome:
    | (State & { screen: "result" | "unknown" | "ended" })
    | null = null;
  /** The ATM's number, once it is known. */
  @property({ attribute: false }) atm: number | null = null;

  override render() {
    switch (this.outcome?.screen) {
      case "result":
        return this.#result(this.outcome);
      case "unknown":
        return this.#finish("Log in and see the balance");
      case "ended":
        return this.#finish("Log in");
      case undefined:
        return nothing;
    }
  }

  #result({ at, reply, lineCut }: State & { screen: "result" }) {
    const short = reply.type === "insufficient_funds";
    const where = this.atm === null ? "" : `ATM ${this.atm}`;
    return html`<p class="stamp">
        <time datetime=${new Date(at).toISOString()}>${TIME.format(at)}</time>
        <span>${where}</span>
      </p>
      ${
        lineCut
          ? html`<p class="hint" data-testid="line-cut">The bank has closed the session since.</p>`
          : nothing
      }
      <div class="actions">
        ${
          short
            ? html`<button id="back" class="primary" type="button" @click=${this.#back}>
                Try another amount
              </button>`
            : nothing
        }
        <button
          id="finish"
          class=${short ? "" : "primary"}
          type="button"
          @click=${() => this.fire("finish")}
        >
          Another transaction
        </button>
        <button id="leave" type="button" @click=${() => this.fire("leave")}>Log out</button>
      </div>`;
  }

  #finish(label: string) {
    return html`<div class="actions">
      <button id="finish" class="primary" type="button" @click=${() => this.fire("finish")}>
        ${label}
      </button>
    </div>`;
  }

  #back(): void {
    this.fire("back");
  }
}
