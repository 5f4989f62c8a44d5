/**
 * The form that changes the password. The user name is there for password managers, and not shown.
 *
 * @fires passwords - The form was sent; `detail` is as in `TypedPasswords`, unchecked.
 * @fires back - The customer keeps the old one.
 */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { PasswordMinimum } from "../../src/bank/password-policy.ts";
import type { PasswordJudge } from "../atm/password-judge.ts";
import type { ProblemTold } from "../atm/problem-texts.ts";
import type { TypedPasswords } from "../atm/typed-passwords.ts";
import "./atm-code-field.ts";
import "./atm-new-password.ts";
import "./atm-password-field.ts";
import { valueOf } from "./field.ts";
import { PageElement } from "./page-element.ts";
import { leaveByEsc } from "./physical-keys.ts";

@customElement("atm-change-password")
export class AtmChangePassword extends PageElement {
  /** Whose password it is. */
  @property() username = "";
  /** Of the new password. */
  @property({ attribute: false }) judge!: PasswordJudge;
  /** How long it must be, once the bank has said it. */
  @property({ attribute: false }) minimum: PasswordMinimum | null = null;
  /** A code is needed as well. */
  @property({ type: Boolean }) hasFactor = false;
  /** What is wrong with what was sent. */
  @property({ attribute: false }) problems: ProblemTold[] = [];

  constructor() {
    super();
    leaveByEsc(this, () => this.fire("back"));
  }

  override render() {
    return html`<form id="change-password" class="form" novalidate @submit=${this.#submit}>
      <input hidden name="username" autocomplete="username" readonly .value=${this.username} />
      <atm-password-field
        .field=${"old-password"}
        .label=${"Present password"}
        .focused=${true}
        .problems=${this.problems}
      ></atm-password-field>
      <atm-new-password
        .judge=${this.judge}
        .minimum=${this.minimum}
        .username=${this.username}
        .hasFactor=${this.hasFactor}
        .problems=${this.problems}
      ></atm-new-password>
      ${
        this.hasFactor
          ? html`<atm-code-field .recovers=${true} .problems=${this.problems}></atm-code-field>`
          : nothing
      }
      <div class="actions">
        <button id="submit" class="primary" type="submit">Change password</button>
        <button id="back" type="button" @click=${() => this.fire("back")}>Keep the old one</button>
      </div>
    </form>`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    const passwords: TypedPasswords = {
      oldPassword: valueOf(this, "old-password"),
      newPassword: valueOf(this, "new-password"),
      typed: this.hasFactor ? valueOf(this, "code") : null,
    };
    this.fire("passwords", passwords);
  }
}
