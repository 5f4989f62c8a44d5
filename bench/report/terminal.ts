/** The report on a terminal: thresholds first, then the tables. */

import { formatNumber } from "./numbers.ts";
import type { About, Results } from "./results.ts";
import { tablesOf } from "./tables.ts";
import { textTable } from "./text-tables.ts";
import type { Verdict } from "./thresholds.ts";

const SIGNS = { passed: "✓", failed: "✗", not_measured: "–" } as const;

/** Lines without their line feeds. */
export function terminalReport(
  about: About,
  results: Results,
  verdicts: readonly Verdict[],
): string[] {
  const { machine, cores, system, node, commit, seed, startedAt, command } = about;
  return [
    "",
    "Thresholds",
    ...(verdicts.length === 0
      ? ["  none for this load"]
      : textTable(["", "", "wanted", ""], verdicts.map(rowOf))),
    ...tablesOf(results).flatMap(({ title, head, rows }) => ["", title, ...textTable(head, rows)]),
    "",
    `${machine}, ${cores} cores, ${system}, Node ${node}, commit ${commit}, seed ${seed}`,
    `${startedAt}: ${command}`,
  ];
}

const rowOf = (verdict: Verdict): string[] => [
  `${SIGNS[verdict.status]} ${verdict.what}`,
  verdict.value === undefined ? "not measured" : formatNumber(verdict.value),
  boundOf(verdict),
  verdict.unit,
];

export const boundOf = ({ atLeast, atMost }: Verdict): string =>
  atLeast === undefined ? `≤ ${formatNumber(atMost ?? 0)}` : `≥ ${formatNumber(atLeast)}`;

export const signOf = ({ status }: Verdict): string => SIGNS[status];
