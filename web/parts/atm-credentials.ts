/**
 * The form for a user name and a password, to log in or to sign up. It renders into the page, with
 * the names and hints that password managers look for; the password stays in its field alone.
 *
 * @fires credentials - The form was sent; `detail` is `{ username, password }`, unchecked.
 */

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { PASSWORD_CHARS_MAX, USERNAME_CHARS_MAX } from "../../src/bank/credentials.ts";
import type { ProblemTold } from "../atm/texts.ts";
import { fieldError, hasError, type Field } from "./field-error.ts";
import { PageElement } from "./page-element.ts";

export type Credentials = { username: string; password: string };

const HINTS = {
  log_in: { username: "", password: "" },
  sign_up: {
    username: `Up to ${USERNAME_CHARS_MAX} letters, digits and . _ - @ +`,
    password: `Up to ${PASSWORD_CHARS_MAX} characters of any kind. A long sentence is best.`,
  },
};

@customElement("atm-credentials")
export class AtmCredentials extends PageElement {
  /** Which of the two forms this is. */
  @property() mode: "log_in" | "sign_up" = "log_in";
  /** The user name to start from. */
  @property() username = "";
  /** The bank is being waited for. */
  @property({ type: Boolean }) busy = false;
  /** What is wrong with what was sent. */
  @property({ attribute: false }) problems: ProblemTold[] = [];

  @state() private revealed = false;

  override render() {
    const verb = this.mode === "log_in" ? "Log in" : "Sign up";
    return html`<form id="credentials" novalidate @submit=${this.#submit}>
        ${this.#usernameField()} ${this.#passwordField()}
        <button id="submit" class="primary" type="submit" aria-disabled=${this.busy}>
          ${verb}
        </button>
      </form>
      ${
        this.mode === "log_in"
          ? html`<p class="other-way">New here? <a id="to-sign-up" href="/signup">Sign up</a></p>`
          : html`<p class="other-way">Have an account? <a id="to-log-in" href="/">Log in</a></p>`
      }`;
  }

  #usernameField() {
    return html`<div class="field">
      <label for="username">User name</label>
      ${this.#hint("username")} ${fieldError(this.problems, "username")}
      <input
        id="username"
        name="username"
        type="text"
        autocomplete="username"
        autocapitalize="none"
        spellcheck="false"
        required
        ?data-focus=${this.username === ""}
        .value=${this.username}
        ?readonly=${this.busy}
        aria-invalid=${hasError(this.problems, "username")}
        aria-describedby=${this.#descriptionOf("username")}
      />
    </div>`;
  }

  #passwordField() {
    return html`<div class="field">
      <label for="password">Password</label>
      ${this.#hint("password")} ${fieldError(this.problems, "password")}
      <div class="with-button">
        <input
          id="password"
          name="password"
          type=${this.revealed ? "text" : "password"}
          autocomplete=${this.mode === "log_in" ? "current-password" : "new-password"}
          autocapitalize="none"
          spellcheck="false"
          required
          ?data-focus=${this.username !== ""}
          ?readonly=${this.busy}
          aria-invalid=${hasError(this.problems, "password")}
          aria-describedby=${this.#descriptionOf("password")}
        />
        <button
          id="reveal-password"
          type="button"
          aria-controls="password"
          aria-label="${this.revealed ? "Hide" : "Show"} password"
          @click=${this.#toggleReveal}
        >
          ${this.revealed ? "Hide" : "Show"}
        </button>
      </div>
    </div>`;
  }

  #hint(field: "username" | "password") {
    const hint = HINTS[this.mode][field];
    return hint === "" ? "" : html`<p class="hint" id="${field}-hint">${hint}</p>`;
  }

  /** The ids of what is said about a field; only those that are on the page. */
  #descriptionOf(field: "username" | "password") {
    const ids: string[] = [];
    if (HINTS[this.mode][field] !== "") ids.push(`${field}-hint`);
    if (hasError(this.problems, field)) ids.push(`${field}-error`);
    return ids.length === 0 ? nothing : ids.join(" ");
  }

  #toggleReveal(): void {
    this.revealed = !this.revealed;
  }

  #submit(event: Event): void {
    event.preventDefault();
    if (this.busy) return;
    this.revealed = false;
    const credentials: Credentials = {
      username: this.#valueOf("username"),
      password: this.#valueOf("password"),
    };
    this.fire("credentials", credentials);
  }

  #valueOf(field: Field): string {
    return this.querySelector<HTMLInputElement>(`#${field}`)?.value ?? "";
  }
}
