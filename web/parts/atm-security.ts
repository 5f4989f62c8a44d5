/**
 * The screens of the second factor and the sessions. Its events are those of the one that is shown.
 */

import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ProblemTold } from "../atm/problem-texts.ts";
import type { SecurityView } from "../atm/state.ts";
import "./atm-enrolment.ts";
import "./atm-factor-proof.ts";
import "./atm-recovery-codes.ts";
import "./atm-security-place.ts";
import { PageElement } from "./page-element.ts";

@customElement("atm-security")
export class AtmSecurity extends PageElement {
  @property({ attribute: false }) view: SecurityView | null = null;
  /** What is wrong with what was sent. */
  @property({ attribute: false }) problems: ProblemTold[] = [];

  override render() {
    const { view, problems } = this;
    switch (view?.screen) {
      case "security":
        return html`<atm-security-place .security=${view.security}></atm-security-place>`;
      case "factor_begin":
      case "factor_remove":
        return html`<atm-factor-proof
          .username=${view.username}
          .turnsOff=${view.screen === "factor_remove"}
          .problems=${problems}
        ></atm-factor-proof>`;
      case "factor_enrol":
        return html`<atm-enrolment
          .enrolment=${view.enrolment}
          .problems=${problems}
        ></atm-enrolment>`;
      case "recovery_codes":
        return html`<atm-recovery-codes
          .username=${view.username}
          .codes=${view.codes}
        ></atm-recovery-codes>`;
      case undefined:
        return nothing;
    }
  }
}
