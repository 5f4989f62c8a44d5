/** Reads the report of a test run, and says in one plain line how it went. */

/**
 * The part of vitest's JSON report that is used here.
 * @typedef {{
 *   numTotalTests: number,
 *   numPassedTests: number,
 *   numFailedTests: number,
 *   numPendingTests: number,
 *   numTodoTests: number,
 *   testResults: { status: string, assertionResults: { status: string }[] }[],
 * }} Report
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} Outcome
 */

/**
 * @param {Report} report
 * @returns {Outcome}
 */
export function outcomeOf(report) {
  // A file that could not even be loaded has no failed test to count, and is one failure itself.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** @param {Outcome} outcome */
export function summaryOf({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * The code to exit with: the runner's own, or a failure where the runner was content with nothing.
 * @param {Outcome} outcome
 * @param {number | null} runnerCode null if a signal ended it
 */
export function exitCodeOf({ passed, failed }, runnerCode) {
  if (runnerCode !== 0) return runnerCode ?? 1;
  return passed > 0 && failed === 0 ? 0 : 1;
}
