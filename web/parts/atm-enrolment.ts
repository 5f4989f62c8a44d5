/**
 * The secret of a new second factor, as a QR code and as text, and the field for the code that
 * proves that an authenticator has it.
 *
 * @fires code - The form was sent; `detail` is the text as typed, unchecked.
 * @fires back - There is to be no second factor.
 */

import { html, nothing, svg } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ProblemTold } from "../atm/problem-texts.ts";
import type { Enrolment } from "../atm/state.ts";
import "./atm-code-field.ts";
import "./atm-copy.ts";
import { valueOf } from "./field.ts";
import { PageElement } from "./page-element.ts";
import { PhysicalKeys } from "./physical-keys.ts";
import type { QrCode } from "./qr-code.ts";

/** White around the code, in its modules, which readers need. */
const QUIET_ZONE = 4;
const GROUP_CHARS = 4;

@customElement("atm-enrolment")
export class AtmEnrolment extends PageElement {
  @property({ attribute: false }) enrolment: Enrolment | null = null;
  /** What is wrong with what was sent. */
  @property({ attribute: false }) problems: ProblemTold[] = [];

  @state() private code: QrCode | "loading" | "missing" = "loading";

  override firstUpdated(): void {
    const { uri } = this.enrolment ?? { uri: "" };
    import("./qr-code.ts").then(
      ({ qrCode }) => (this.code = qrCode(uri)),
      () => (this.code = "missing"),
    );
  }

  constructor() {
    super();
    new PhysicalKeys(this, (key) => {
      if (key === "cancel") this.fire("back");
    });
  }

  override render() {
    if (this.enrolment === null) return nothing;
    const { secret, uri } = this.enrolment;
    return html`<div class="enrolment">
        <div>
          <p class="lead">Scan this with your authenticator.</p>
          ${this.#qr()}
        </div>
        <div>
          <p class="lead">
            Or type the secret in by hand, for codes of six digits by time.
            <a id="open-authenticator" href=${uri}>Open an authenticator of this device</a>
          </p>
          <p class="secret" data-testid="secret" translate="no">${groups(secret)}</p>
          <atm-copy .text=${secret} .what=${"the secret"}></atm-copy>
        </div>
      </div>
      <form id="enrol-form" class="form" novalidate @submit=${this.#submit}>
        <atm-code-field .focused=${true} .problems=${this.problems}></atm-code-field>
        <div class="actions">
          <button id="submit" class="primary" type="submit">Turn it on</button>
          <button id="back" type="button" @click=${() => this.fire("back")}>Not now</button>
        </div>
      </form>`;
  }

  #qr() {
    const { code } = this;
    if (code === "missing") {
      return html`<p class="hint" data-testid="no-qr">
        The QR code could not be loaded. The secret in letters does the same.
      </p>`;
    }
    if (code === "loading") return html`<div class="qr" aria-hidden="true"></div>`;
    const size = code.size + 2 * QUIET_ZONE;
    return html`<svg
      class="qr"
      role="img"
      aria-label="QR code of the secret"
      viewBox="${-QUIET_ZONE} ${-QUIET_ZONE} ${size} ${size}"
      shape-rendering="crispEdges"
    >
      ${svg`<path d=${code.path} />`}
    </svg>`;
  }

  #submit(event: Event): void {
    event.preventDefault();
    this.fire("code", valueOf(this, "code"));
  }
}

/** Set apart for the eye alone: what is copied has no spaces in it. */
const groups = (secret: string) =>
  secret.match(new RegExp(`.{1,${GROUP_CHARS}}`, "g"))?.map((group) => html`<span>${group}</span>`);
