/** The button that hides balances, or shows them again, beside wherever they are shown. */

import { html } from "lit";
import { ICONS } from "./icons.ts";

/** @param press Fires `discretion`, which the application hears. */
export const balanceButton = (hides: boolean, press: () => void) =>
  html`<button id="discretion" type="button" @click=${press}>
    ${hides ? ICONS.eye : ICONS.eyeClosed} ${hides ? "Show" : "Hide"} balances
  </button>`;
