/** A field of a form with its label, its hint, and the same error as in the summary on top. */

import { html, nothing, type TemplateResult } from "lit";
import type { Field, ProblemTold } from "../atm/problem-texts.ts";
import { ICONS } from "./icons.ts";

type FieldTexts = {
  id: Field;
  label: string;
  /** An empty text is no hint. */
  hint?: string;
  problems: readonly ProblemTold[];
};
/** What the input says about itself: whether it is wrong, and the ids of what is said about it. */
export type Described = { invalid: boolean; by: string | typeof nothing };

export function field(
  { id, label, hint = "", problems }: FieldTexts,
  input: (described: Described) => TemplateResult,
) {
  const invalid = problems.some((problem) => problem.field === id);
  const ids = [...(hint === "" ? [] : [`${id}-hint`]), ...(invalid ? [`${id}-error`] : [])];
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${hint === "" ? nothing : html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${fieldError(id, problems)}
    ${input({ invalid, by: ids.length === 0 ? nothing : ids.join(" ") })}
  </div>`;
}

function fieldError(id: Field, problems: readonly ProblemTold[]) {
  const problem = problems.find((candidate) => candidate.field === id);
  if (problem === undefined) return nothing;
  return html`<p class="field-error" id="${id}-error">
    ${ICONS.warning}<span><span class="visually-hidden">Error: </span>${problem.text}</span>
  </p>`;
}

/** What stands in a field of `form`, as it was typed. */
export const valueOf = (form: ParentNode, id: Field): string =>
  form.querySelector<HTMLInputElement>(`#${id}`)?.value ?? "";
