/** The plots of the report: which runs go into which, and how. */

import { formatNumber } from "./numbers.ts";
import { plotFigure, type Axis, type Series } from "./plot.ts";
import type { Results, RunResult } from "./results.ts";
import type { Html } from "./html-text.ts";

const LATENCY: Axis = { label: "ms", scale: "logarithmic" };
const SECONDS: Axis = { label: "s", scale: "linear" };

/** Runs that are worth a line beside each other; the others have plots of their own. */
const COMPARED = [
  ...["echo", "classic", "modern", "modern16", "large", "idle-beside"],
  ...["target", "target-half"],
];

export function plotsOf({ runs }: Results): Html {
  const storm = runs.filter(({ name }) => name === "half" || name === "storm");
  const shown = runs.filter(({ name }) => COMPARED.includes(name));
  return [
    plotFigure({
      title: "Latency distribution",
      x: { label: "percentile", scale: "logarithmic", ticks: PERCENTILES },
      y: LATENCY,
      series: shown.map(distribution),
    }),
    plotFigure({
      title: "Throughput over time",
      x: SECONDS,
      y: { label: "answers a second", scale: "linear" },
      series: shown.map((run) => overTime(run, run.slots.perSecond)),
    }),
    loadAgainstLatency(runs),
    plotFigure({
      title: "Login storm: the longest latency in each tenth of a second, at half load",
      x: SECONDS,
      y: LATENCY,
      series: storm.map((run) => overTime(run, run.slots.longestMs)),
    }),
  ].join("\n");
}

/** A percentile stands where one in so many is slower: 90 at 10, 99 at 100, 99.9 at 1,000. */
const oneIn = (percentile: number): number => 100 / (100 - percentile);

const PERCENTILES = [0, 90, 99, 99.9, 99.99, 99.999].map((percentile) => ({
  at: oneIn(percentile),
  text: `${percentile}`,
}));

const distribution = ({ title, latency }: RunResult): Series => ({
  name: title,
  // Further out than there are requests, a percentile only repeats the longest.
  points: latency.curve
    .filter(([percentile]) => oneIn(percentile) <= latency.count)
    .map(([percentile, ms]) => [oneIn(percentile), ms] as const),
});

const overTime = ({ title, slots }: RunResult, values: readonly number[]): Series => ({
  name: title,
  points: values.map((value, slot) => [(slot * slots.slotMs) / 1_000, value] as const),
});

function loadAgainstLatency(runs: readonly RunResult[]): Html {
  const open = runs
    .filter(({ name }) => name.startsWith("offered-") || name === "half")
    .toSorted((a, b) => a.perSecond - b.perSecond);
  const most = runs.find(({ name }) => name === "maximum")?.perSecond ?? 0;
  const series = (name: string, of: (run: RunResult) => number): Series => ({
    name,
    points: open.map((run) => [run.offeredPerSecond ?? 0, of(run)] as const),
  });
  return plotFigure({
    title: `Load against latency, open loop; the maximum is ${formatNumber(most)} a second`,
    x: { label: "requests offered a second", scale: "linear" },
    y: LATENCY,
    series: [
      series("p50", ({ latency }) => latency.p50),
      series("p99", ({ latency }) => latency.p99),
      series("p99.9", ({ latency }) => latency.p999),
    ],
    dots: true,
  });
}
