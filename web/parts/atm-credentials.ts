/**
 * The form for a user name and a password, to log in or to sign up. It renders into the page, with
 * the names and hints that password managers look for.
 *
 * @fires modern - The customer takes up the offer of the modern protocol.
 * @fires credentials - The form was sent; `detail` is `{ username, password }`, unchecked.
 */

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { USERNAME_CHARS_MAX } from "../../src/bank/credentials.ts";
import type { PasswordMinimum } from "../../src/bank/password-policy.ts";
import type { PasswordJudge } from "../atm/password-judge.ts";
import type { ProblemTold } from "../atm/problem-texts.ts";
import { nameIn } from "../atm/typed-passwords.ts";
import "./atm-new-password.ts";
import type { AtmNewPassword } from "./atm-new-password.ts";
import "./atm-password-field.ts";
import type { AtmPasswordField } from "./atm-password-field.ts";
import { field, valueOf } from "./field.ts";
import { PageElement } from "./page-element.ts";

export type Credentials = { username: string; password: string };

const HINTS = {
  log_in: "",
  sign_up: `Up to ${USERNAME_CHARS_MAX} letters, digits and . _ - @ +`,
};

@customElement("atm-credentials")
export class AtmCredentials extends PageElement {
  /** Which of the two forms this is. */
  @property() mode: "log_in" | "sign_up" = "log_in";
  /** The user name to start from. */
  @property() username = "";
  /** The bank is being waited for. */
  @property({ type: Boolean }) busy = false;
  /** What was sent may have failed for the protocol that it was sent in. */
  @property({ type: Boolean }) offersModern = false;
  /** Of a new password. */
  @property({ attribute: false }) judge!: PasswordJudge;
  /** How long a new password must be, once the bank has said it. */
  @property({ attribute: false }) minimum: PasswordMinimum | null = null;
  /** What is wrong with what was sent. */
  @property({ attribute: false }) problems: ProblemTold[] = [];

  /** The name as it is typed. */
  @state() private typedName = "";

  override render() {
    const isLogIn = this.mode === "log_in";
    return html`<form id="credentials" novalidate @submit=${this.#submit}>
        ${
          this.offersModern
            ? html`<p class="offer">
                <button id="use-modern" type="button" @click=${() => this.fire("modern")}>
                  Use the modern protocol
                </button>
              </p>`
            : nothing
        }
        ${this.#usernameField()}
        ${isLogIn ? this.#passwordField() : this.#newPasswordField()}
        <button id="submit" class="primary" type="submit" aria-disabled=${this.busy}>
          ${isLogIn ? "Log in" : "Sign up"}
        </button>
      </form>
      ${
        isLogIn
          ? html`<p class="other-way">New here? <a id="to-sign-up" href="/signup">Sign up</a></p>`
          : html`<p class="other-way">Have an account? <a id="to-log-in" href="/">Log in</a></p>`
      }`;
  }

  #passwordField() {
    return html`<atm-password-field
      .focused=${this.username !== ""}
      .busy=${this.busy}
      .problems=${this.problems}
    ></atm-password-field>`;
  }

  #newPasswordField() {
    return html`<atm-new-password
      .field=${"password"}
      .label=${"Password"}
      .judge=${this.judge}
      .minimum=${this.minimum}
      .username=${nameIn(this.typedName)}
      .focused=${this.username !== ""}
      .busy=${this.busy}
      .problems=${this.problems}
    ></atm-new-password>`;
  }

  #usernameField() {
    const hint = HINTS[this.mode];
    const texts = { id: "username", label: "User name", hint, problems: this.problems } as const;
    return field(
      texts,
      ({ invalid, by }) =>
        html`<input
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
          @input=${({ target }: Event) => (this.typedName = (target as HTMLInputElement).value)}
          aria-invalid=${invalid}
          aria-describedby=${by}
        />`,
    );
  }

  #submit(event: Event): void {
    event.preventDefault();
    if (this.busy) return;
    this.querySelector<AtmNewPassword | AtmPasswordField>(
      "atm-new-password, atm-password-field",
    )?.conceal();
    const credentials: Credentials = {
      username: valueOf(this, "username"),
      password: valueOf(this, "password"),
    };
    this.fire("credentials", credentials);
  }
}
