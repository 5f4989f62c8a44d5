/** The last line of a test run, and its exit code: no failure may look like a success. */
import { describe, expect, it } from "vitest";
import { exitCodeOf, outcomeOf, summaryOf } from "../../scripts/test-report.mjs";

const report = {
  numTotalTests: 3,
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: "passed", assertionResults: [{ status: "passed" }] }],
};

describe("the last line", () => {
  it.for<[line: string, changes: Partial<typeof report>]>([
    ["3 passed, 0 failed", {}],
    ["2 passed, 1 failed", { numPassedTests: 2, numFailedTests: 1 }],
    ["1 passed, 0 failed, 2 skipped", { numPassedTests: 1, numPendingTests: 1, numTodoTests: 1 }],
    [
      "3 passed, 1 failed", // A file that does not load fails, though none of its tests did.
      { testResults: [...report.testResults, { status: "failed", assertionResults: [] }] },
    ],
    [
      "2 passed, 1 failed", // A failed test is not counted again with its file.
      {
        numPassedTests: 2,
        numFailedTests: 1,
        testResults: [{ status: "failed", assertionResults: [{ status: "failed" }] }],
      },
    ],
  ])("is %s", ([line, changes]) => {
    expect(summaryOf(outcomeOf({ ...report, ...changes }))).toBe(line);
  });
});

describe("the exit code", () => {
  it.for([
    // passed  failed  the runner's  ours
    [3, 0, 0, 0],
    [3, 1, 1, 1],
    [3, 0, 1, 1], // Errors outside the tests.
    [0, 0, 0, 1], // No test ran.
    [3, 1, 0, 1],
    [3, 0, null, 1], // Ended by a signal.
    [3, 0, 130, 130],
  ] as const)("of %i passed, %i failed, runner %s is %i", ([passed, failed, runner, code]) => {
    expect(exitCodeOf({ passed, failed, skipped: 0 }, runner)).toBe(code);
  });
});
