/**
 * A field for a new password. It says, while one is typed, whether the bank would take it. The
 * password stays in the field alone.
 *
 * @fires choosing - A new password is about to be chosen.
 */

import { html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { PASSWORD_CHARS_MAX } from "../../src/bank/credentials.ts";
import type { PasswordMinimum } from "../../src/bank/password-policy.ts";
import { charsMinFor, passwordText } from "../../src/client/password-texts.ts";
import type { BadPassword, PasswordJudge } from "../atm/password-judge.ts";
import { whichIn, type ProblemTold } from "../atm/problem-texts.ts";
import "./atm-password-field.ts";
import type { AtmPasswordField } from "./atm-password-field.ts";
import { valueOf } from "./field.ts";
import { ICONS } from "./icons.ts";
import { PageElement } from "./page-element.ts";

@customElement("atm-new-password")
export class AtmNewPassword extends PageElement {
  /** The `id` of the input. */
  @property() field: "password" | "new-password" = "new-password";
  @property() label = "New password";
  @property({ attribute: false }) judge!: PasswordJudge;
  /** How long one must be, once the bank has said it. */
  @property({ attribute: false }) minimum: PasswordMinimum | null = null;
  /** Whether the account has a second factor. */
  @property({ type: Boolean }) hasFactor = false;
  /** Whose password it is to be, as far as that is typed. */
  @property() username = "";
  /** The screen's focus goes here. */
  @property({ type: Boolean }) focused = false;
  @property({ type: Boolean }) busy = false;
  /** What is wrong with what was sent. */
  @property({ attribute: false }) problems: ProblemTold[] = [];

  /** Of what is typed: nothing yet, nothing against it, or why not. */
  @state() private verdict: BadPassword | "good" | null = null;

  override render() {
    return html`<atm-password-field
        .field=${this.field}
        .label=${this.label}
        .hint=${this.#hint()}
        .complete=${"new-password"}
        .focused=${this.focused}
        .busy=${this.busy}
        .problems=${this.problems}
        @focusin=${this.#prepare}
        @input=${this.#look}
      ></atm-password-field>
      <div
        class="verdict ${this.verdict === "good" ? "good" : ""}"
        id="${this.field}-verdict"
        role="status"
      >${this.#said()}</div>`;
  }

  /** What was typed before the bank or the list was heard of, or another name, is judged anew. */
  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("minimum") || changed.has("username")) this.#look();
    // What was sent has its answer, which says it all.
    if (changed.has("problems") && this.problems.length > 0) this.verdict = null;
  }

  /** Hides the password again: the form was sent. */
  conceal(): void {
    this.querySelector<AtmPasswordField>("atm-password-field")?.conceal();
  }

  #hint(): string {
    const charsMin = charsMinFor(this.minimum, this.hasFactor);
    const most = `${PASSWORD_CHARS_MAX} characters of any kind. A long sentence is best.`;
    return charsMin === null ? `Up to ${most}` : `${charsMin} to ${most}`;
  }

  #said() {
    const { verdict } = this;
    if (verdict === null) return nothing;
    if (verdict === "good") {
      return html`${ICONS.done}<span>This password can be used.</span>`;
    }
    const { text, advice } = passwordText(verdict.reason, verdict.charsMin, whichIn(this.field));
    return html`${ICONS.warning}<span>${text}. ${advice}</span>`;
  }

  #prepare(): void {
    this.fire("choosing");
    void this.judge.prepare().then(() => this.#look());
  }

  #look(): void {
    const password = valueOf(this, this.field);
    const { username, hasFactor } = this;
    const bad = this.judge.judge({ password, username, hasFactor }, this.minimum);
    // Who does not know all of the rules cannot say that one keeps them.
    const good = this.judge.isPrepared && this.minimum !== null ? "good" : null;
    this.verdict = password === "" ? null : (bad ?? good);
  }
}
