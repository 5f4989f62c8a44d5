/**
 * What the load test says of its results: thresholds, exit codes, and a page that needs no network.
 */

import { describe, expect, it } from "vitest";
import { emptyHistogram, type Slots } from "../../bench/load/meter.ts";
import { ObservationColumns } from "../../bench/load/observations.ts";
import { htmlReport } from "../../bench/report/html.ts";
import { jsonReport } from "../../bench/report/json.ts";
import { formatNumber } from "../../bench/report/numbers.ts";
import { Results, runResult, type About } from "../../bench/report/results.ts";
import { tablesOf } from "../../bench/report/tables.ts";
import { terminalReport } from "../../bench/report/terminal.ts";
import { exitCodeOf, judge, type Verdict } from "../../bench/report/thresholds.ts";

const ABOUT: About = {
  ...{ command: "npm run bench -- --quick", startedAt: "2026-01-01T00:00:00.000Z" },
  ...{ machine: "A <fast> machine", cores: 2, memoryBytes: 1e9, system: "Linux 6" },
  ...{ node: "24.21.0", commit: "0123456", seed: 42 },
};

/** A run of a second with so many answers, each after a millisecond. */
function addRun(results: Results, name: string, perSecond: number, latencyMs = 1): void {
  const latency = emptyHistogram();
  for (let index = 0; index < 1_000; index++) latency.record(latencyMs * 1e6);
  const slots: Slots = {
    counts: new Float64Array(10).fill(perSecond / 10),
    longestMs: new Float64Array(10).fill(latencyMs),
  };
  const observations = new ObservationColumns().finish(() => 0);
  const measured = { perSecond, latency, slots, observations, unsent: 0 };
  const about = { name, title: `run <${name}>`, offeredPerSecond: null };
  results.runs.push(runResult(about, measured, null));
}

const verdictOn = (results: Results, what: string): Verdict | undefined =>
  judge(results).find((verdict) => verdict.what.startsWith(what));

const proof = (...faults: string[]) => ({ name: "a run", requests: 2, changes: 1, faults });

describe("a threshold", () => {
  it.for([
    [15_000, "passed"],
    [14_999, "failed"],
  ] as const)("of 15,000 at least, with %i has %s", ([perSecond, status]) => {
    const results = new Results();
    addRun(results, "classic", perSecond);
    expect(verdictOn(results, "classic")?.status).toBe(status);
  });

  it.for([
    [2, "passed"],
    [2.2, "failed"],
  ] as const)("of twice at most, with %f times has %s", ([factor, status]) => {
    const results = new Results();
    addRun(results, "half", 100, 10);
    addRun(results, "storm", 100, 10 * factor * 0.999); // A histogram keeps three figures.
    expect(verdictOn(results, "p99 at half load")?.status).toBe(status);
  });

  it("is a ratio to a ceiling of the same run", () => {
    const results = new Results();
    addRun(results, "classic", 16_000);
    addRun(results, "echo", 64_000);
    expect(judge(results)[1]).toMatchObject({ value: 0.25, status: "failed" });
  });

  it("on what was not measured is neither met nor missed", () => {
    const verdicts = judge(new Results());
    expect(new Set(verdicts.map(({ status }) => status))).toEqual(new Set(["not_measured"]));
    expect(exitCodeOf(new Results(), verdicts)).toBe(0);
  });

  it("is missed by a figure that is no number", () => {
    const results = new Results();
    results.addFigure("start.seconds", "start", Number.NaN, "s");
    expect(verdictOn(results, "from exec")?.status).toBe("failed");
  });
});

describe("the exit code", () => {
  it.for([
    [20_000, [], 0],
    [10_000, [], 99],
    [20_000, ["a row is gone"], 1],
    [10_000, ["a row is gone"], 1],
  ] as const)("with %i tx/s and the faults %j is %i", ([perSecond, faults, code]) => {
    const results = new Results();
    addRun(results, "classic", perSecond);
    results.proofs.push(proof(...faults));
    expect(exitCodeOf(results, judge(results))).toBe(code);
  });
});

/** Results with something in every table. */
function fullResults(): Results {
  const results = new Results();
  for (const name of ["echo", "classic", "maximum", "offered-0.5", "half", "storm"]) {
    addRun(results, name, 20_000);
  }
  results.addFigure("sqlite.100", "bare <loop>", 81_000, "transfers/s");
  results.proofs.push(proof(), proof("it was <b>touched</b>"));
  results.skipped.push({ what: "the rest", reason: "no time" });
  return results;
}

describe("the report on a terminal", () => {
  const results = fullResults();
  const lines = terminalReport(ABOUT, results, judge(results));

  it("begins with the thresholds", () => {
    expect(lines.slice(0, 2)).toEqual(["", "Thresholds"]);
    const verdicts = lines.filter((line) => /^ {2}[✓✗–] /.test(line));
    expect(verdicts).toHaveLength(judge(results).length);
  });

  it("names machine, Node, commit and command", () => {
    const text = lines.join("\n");
    for (const fact of ["A <fast> machine", "24.21.0", "0123456", "npm run bench -- --quick"]) {
      expect(text).toContain(fact);
    }
  });

  it("says which proof failed, and what was skipped", () => {
    expect(lines.join("\n")).toMatch(/FAILED: it was <b>touched<\/b>[^]*the rest +no time/);
  });
});

describe("the table of processes", () => {
  it("tells what a request costs each process and each of its threads", () => {
    const results = new Results();
    addRun(results, "classic", 10_000);
    const threads = [
      { name: "main", cpuPercent: 50 },
      { name: "ledger", cpuPercent: 12 },
    ];
    const actors = {
      ...{ ledgerPerSecond: 0, ledgerBatchMean: 0, commitMsMean: 0, ledgerWaitMsMean: 0 },
      ...{ ledgerDepthMean: 0, ledgerDepthMax: 0, passwordTurnsMax: 0, connections: 0 },
    };
    const bank = { name: "bank", cpuPercent: 62, memoryBytes: 0, threads };
    results.runs[0]!.use = { actors, processes: [bank] };
    const table = tablesOf(results).find(({ head }) => head.includes("µs"));
    // Half a core for ten thousand requests a second.
    expect(table?.rows[0]?.slice(3)).toEqual(["62", "main 50, ledger 12"]);
  });
});

describe("the HTML report", () => {
  const results = fullResults();
  const page = htmlReport(ABOUT, results, judge(results));

  it("needs nothing from anywhere", () => {
    expect(page).not.toMatch(/https?:|\/\/[a-z]|@import|url\(|\bsrc=|\bhref=|<script|<link/i);
  });

  it("draws the four plots", () => {
    const titles = [...page.matchAll(/<figcaption>([^<]*)/g)].map(([, title]) => title);
    expect(titles).toEqual([
      "Latency distribution",
      "Throughput over time",
      "Load against latency, open loop; the maximum is 20,000 a second",
      "Login storm: the longest latency in each tenth of a second, at half load",
    ]);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("shows texts as texts", () => {
    expect(page).toContain("A &lt;fast&gt; machine");
    expect(page).toContain("it was &lt;b&gt;touched&lt;/b&gt;");
    expect(page).toContain("run &lt;classic&gt;");
  });

  it("of a run that measured nothing is still a page", () => {
    const empty = new Results();
    expect(htmlReport(ABOUT, empty, judge(empty))).toContain("</html>");
  });
});

describe("the JSON report", () => {
  it("holds everything, for programs", () => {
    const results = fullResults();
    const report: unknown = JSON.parse(jsonReport(ABOUT, results, judge(results)));
    expect(report).toMatchObject({
      ...{ about: ABOUT, figures: results.figures, proofs: results.proofs },
      runs: results.runs.map(({ name, perSecond }) => ({ name, perSecond })),
    });
  });
});

describe("a number", () => {
  it.for([
    [0, "0"],
    [15_000, "15,000"],
    [12_345.6, "12,346"],
    [57.94, "57.9"],
    [2.236, "2.24"],
    [0.27, "0.270"],
    [Number.POSITIVE_INFINITY, "–"],
  ] as const)("%f is printed as %s", ([value, text]) => {
    expect(formatNumber(value)).toBe(text);
  });
});
