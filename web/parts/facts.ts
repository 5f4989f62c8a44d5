/** A list of names and values. */

import { html, nothing, type TemplateResult } from "lit";

export type Fact = readonly [name: string, value: string | TemplateResult];

/** @param first What stands above the others, in the same list. */
export const facts = (rows: readonly Fact[], first: TemplateResult | typeof nothing = nothing) =>
  html`<dl class="facts">
    ${first}
    ${rows.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
