/**
 * `npm run bench`: runs the scenarios one after the other, prints what they found, and ends as the
 * thresholds and the proofs say. README.md beside this file says how to read it.
 */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";
import { CommanderError } from "commander";
import {
  DEFAULT_CONNECTIONS,
  DEFAULT_DEPOSIT_PERCENT,
  parseOptions,
  type BenchOptions,
} from "./options.ts";
import { htmlReport } from "./report/html.ts";
import { jsonReport } from "./report/json.ts";
import { Results, type About } from "./report/results.ts";
import { terminalReport } from "./report/terminal.ts";
import { exitCodeOf, judge } from "./report/thresholds.ts";
import { ceilings } from "./scenarios/ceilings.ts";
import { idle } from "./scenarios/idle.ts";
import { large } from "./scenarios/large.ts";
import { ledger } from "./scenarios/ledger.ts";
import { logins } from "./scenarios/logins.ts";
import { SCENARIOS, type ScenarioName } from "./scenarios/names.ts";
import { openLoop } from "./scenarios/open-loop.ts";
import { page } from "./scenarios/page.ts";
import type { Scenario, Stage } from "./scenarios/stage.ts";
import { start } from "./scenarios/start.ts";
import { targeted } from "./scenarios/target.ts";
import { transactions } from "./scenarios/transactions.ts";

const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;

// Only a process that exits by itself ends its banks and removes its folders.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => process.exit(EXIT_INTERRUPTED));
}

const RUN: Readonly<Record<ScenarioName, Scenario>> = {
  ...{ start, page, ceilings, ledger, transactions, logins, idle, large },
  "open-loop": openLoop,
};

try {
  process.exitCode = await main(parseOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
}

async function main(options: BenchOptions): Promise<number> {
  const about = aboutThisRun(options);
  const results = new Results();
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const stage = { options, results, say };
  if (options.target !== null) await runScenario("target", targeted, stage);
  else {
    const chosen = options.only.length === 0 ? SCENARIOS : options.only;
    for (const name of SCENARIOS) {
      if (chosen.includes(name)) await runScenario(name, RUN[name], stage);
    }
  }
  const verdicts = hasThresholds(options) ? judge(results) : [];
  process.stdout.write(`${terminalReport(about, results, verdicts).join("\n")}\n`);
  if (options.json !== null) writeFileSync(options.json, jsonReport(about, results, verdicts));
  if (options.html !== null) {
    writeFileSync(options.html, htmlReport(about, results, verdicts));
    say(`The report is in ${options.html}.`);
  }
  return exitCodeOf(results, verdicts);
}

/** A scenario that breaks off has proven nothing; the others are still run. */
async function runScenario(
  name: string,
  scenario: Scenario,
  stage: Omit<Stage, "leftovers">,
): Promise<void> {
  stage.say(name);
  const leftovers = new AsyncDisposableStack();
  try {
    await scenario({ ...stage, leftovers });
  } catch (error) {
    stage.say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const faults = [`it broke off: ${error instanceof Error ? error.message : String(error)}`];
    stage.results.proofs.push({ name, requests: 0, changes: 0, faults });
  } finally {
    await leftovers.disposeAsync();
  }
}

/** Thresholds are for one load on our own bank; under another they would say nothing. */
function hasThresholds({ target, connections, depositPercent }: BenchOptions): boolean {
  const isDefault =
    connections === DEFAULT_CONNECTIONS && depositPercent === DEFAULT_DEPOSIT_PERCENT;
  return target === null && isDefault;
}

function aboutThisRun({ seed }: BenchOptions): About {
  return {
    command: ["npm run bench --", ...process.argv.slice(2)].join(" "),
    startedAt: new Date().toISOString(),
    machine: cpus()[0]?.model ?? "unknown processor",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    commit: commitOf(fileURLToPath(new URL("..", import.meta.url))),
    seed,
  };
}

/** A copy without its history has no commit to name. */
function commitOf(root: string): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], {
      ...{ cwd: root, encoding: "utf8" },
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown";
  }
}
