/** The report for programs. */

import type { About, Results } from "./results.ts";
import type { Verdict } from "./thresholds.ts";

export function jsonReport(about: About, results: Results, verdicts: readonly Verdict[]): string {
  const { runs, figures, proofs, skipped } = results;
  const report = { about, thresholds: verdicts, runs, figures, proofs, skipped };
  return `${JSON.stringify(report, null, 2)}\n`;
}
