/** What the bank must reach, each a rule on the figures; and the exit code that follows. */

import type { Results } from "./results.ts";

export type Verdict = {
  what: string;
  status: "passed" | "failed" | "not_measured";
  /** Undefined if it was not measured. */
  value?: number;
  atLeast?: number;
  atMost?: number;
  unit: string;
};

/** `find` gives a figure by its name, or ends the rule if it was not measured. */
type Rule = {
  what: string;
  unit: string;
  value: (find: (name: string) => number) => number;
  atLeast?: number;
  atMost?: number;
};

/** Of two figures, by their names. */
const ratio =
  (of: string, to: string): Rule["value"] =>
  (find) =>
    find(of) / find(to);

const figure =
  (name: string): Rule["value"] =>
  (find) =>
    find(name);

const RULES: readonly Rule[] = [
  {
    ...{ what: "classic, 64 connections, closed loop", unit: "tx/s", atLeast: 15_000 },
    value: figure("classic.perSecond"),
  },
  {
    ...{ what: "… to the echo", unit: "×", atLeast: 0.27 },
    value: ratio("classic.perSecond", "echo.perSecond"),
  },
  { what: "… p99", unit: "ms", atMost: 15, value: figure("classic.p99") },
  {
    ...{ what: "modern, the same, to classic", unit: "×", atLeast: 1.2 },
    value: ratio("modern.perSecond", "classic.perSecond"),
  },
  {
    ...{ what: "modern, 16 in flight on each of 64", unit: "tx/s", atLeast: 28_000 },
    value: figure("modern16.perSecond"),
  },
  {
    ...{ what: "ledger thread, batches of 100", unit: "tx/s", atLeast: 45_000 },
    value: figure("ledger.100"),
  },
  {
    ...{ what: "… to the bare loop", unit: "×", atLeast: 0.55 },
    value: ratio("ledger.100", "sqlite.100"),
  },
  {
    ...{ what: "ledger thread, batches of 1,000", unit: "tx/s", atLeast: 100_000 },
    value: figure("ledger.1000"),
  },
  {
    ...{ what: "… to the bare loop", unit: "×", atLeast: 0.3 },
    value: ratio("ledger.1000", "sqlite.1000"),
  },
  {
    ...{ what: "logins to cores ÷ bcrypt time", unit: "×", atLeast: 0.9 },
    value: (find) => (find("logins.perSecond") * find("password.ms")) / 1_000 / find("cores"),
  },
  {
    ...{ what: "p99 at half load in a login storm, to without", unit: "×", atMost: 2 },
    value: ratio("storm.p99", "half.p99"),
  },
  {
    ...{ what: "logins in the storm, to their maximum", unit: "×", atLeast: 0.5 },
    value: ratio("storm.logins", "logins.perSecond"),
  },
  {
    ...{ what: "1,000,000 accounts, to 1,000", unit: "×", atLeast: 0.9 },
    value: ratio("large.perSecond", "small.perSecond"),
  },
  { what: "… start", unit: "s", atMost: 5, value: figure("large.startSeconds") },
  { what: "… a page of history, p99", unit: "ms", atMost: 5, value: figure("history.p99") },
  { what: "an idle session's memory", unit: "KB", atMost: 20, value: figure("idle.kilobytes") },
  {
    ...{ what: "64 others beside idle sessions, to alone", unit: "×", atLeast: 0.9 },
    value: ratio("idle-beside.perSecond", "idle-alone.perSecond"),
  },
  { what: "from exec to listening", unit: "s", atMost: 0.5, value: figure("start.seconds") },
  { what: "script of the ATM page", unit: "KB", atMost: 60, value: figure("page.kilobytes") },
  { what: "its first paint", unit: "s", atMost: 1, value: figure("page.paintSeconds") },
];

class NotMeasured extends Error {}

export function judge(results: Results): Verdict[] {
  const find = (name: string): number => {
    const value = results.find(name);
    if (value === undefined) throw new NotMeasured(name);
    return value;
  };
  return RULES.map((rule) => judgeRule(rule, find));
}

function judgeRule({ value: valueOf, ...rule }: Rule, find: (name: string) => number): Verdict {
  try {
    const value = valueOf(find);
    // Put so that a figure that is no number fails.
    const passed = value >= (rule.atLeast ?? value) && value <= (rule.atMost ?? value);
    return { ...rule, value, status: passed ? "passed" : "failed" };
  } catch (error) {
    if (!(error instanceof NotMeasured)) throw error;
    return { ...rule, status: "not_measured" };
  }
}

export const EXIT_PROOF_FAILED = 1;
export const EXIT_THRESHOLD_FAILED = 99;

/** Speed without its proof counts for nothing, so a failed proof goes before a failed threshold. */
export function exitCodeOf(results: Results, verdicts: readonly Verdict[]): number {
  if (results.proofs.some(({ faults }) => faults.length > 0)) return EXIT_PROOF_FAILED;
  return verdicts.some(({ status }) => status === "failed") ? EXIT_THRESHOLD_FAILED : 0;
}
