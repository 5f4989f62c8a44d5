/** The message beside a field: the same words as in the summary at the top of the screen. */

import { html, nothing } from "lit";
import type { ProblemTold } from "../atm/texts.ts";
import { ICONS } from "./icons.ts";

export type Field = "username" | "password" | "amount";

export const hasError = (problems: readonly ProblemTold[], field: Field): boolean =>
  problems.some((problem) => problem.field === field);

export function fieldError(problems: readonly ProblemTold[], field: Field) {
  const problem = problems.find((candidate) => candidate.field === field);
  if (problem === undefined) return nothing;
  return html`<p class="field-error" id="${field}-error">
    ${ICONS.warning}<span><span class="visually-hidden">Error: </span>${problem.text}</span>
  </p>`;
}
