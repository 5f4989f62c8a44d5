/**
 * `npm test`: sets everything up, a browser included, and runs the tests. Arguments go to vitest.
 *
 * The last line is always `N passed, N failed`, with `, N skipped` where any were.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT, run } from "./node-runtime.mjs";
import { ensureBuilt, reportingEnvironment, say, setUp } from "./setup.mjs";
import { exitCodeOf, outcomeOf, summaryOf } from "./test-report.mjs";

await reportingEnvironment(async () => {
  await setUp(fileURLToPath(import.meta.url));
  // Not at the top: these need the dependencies.
  const { ensureBrowser } = await import("./browser.mjs");
  const browser = await ensureBrowser(say);
  await ensureBuilt();
  process.exitCode = await runTests(browser, process.argv.slice(2));
});

/**
 * @param {string} browser
 * @param {readonly string[]} args
 */
async function runTests(browser, args) {
  const { packageProgram } = await import("./package-program.mjs");
  const folder = mkdtempSync(join(tmpdir(), "secure-atm-test-"));
  const report = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  try {
    const { code } = await run(
      process.execPath,
      [packageProgram("vitest"), "run", ...reporters, ...args],
      { cwd: ROOT, env: { ...process.env, SECURE_ATM_BROWSER: browser } },
    );
    return conclude(report, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} report path of vitest's JSON report
 * @param {number | null} runnerCode
 */
function conclude(report, runnerCode) {
  if (!existsSync(report)) say("The test runner ended without a report.");
  const outcome = existsSync(report)
    ? outcomeOf(JSON.parse(readFileSync(report, "utf8")))
    : { passed: 0, failed: 0, skipped: 0 };
  const code = exitCodeOf(outcome, runnerCode);
  if (code !== 0 && outcome.failed === 0) {
    say(outcome.passed === 0 ? "No test ran." : "There were errors outside the tests, see above.");
  }
  process.stdout.write(`\n${summaryOf(outcome)}\n`);
  return code;
}
