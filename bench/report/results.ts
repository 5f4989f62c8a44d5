/** What a run of the load test found out: the one object that every output is made from. */

import type { RecordableHistogram } from "node:perf_hooks";
import type { BankUse } from "../bank/bank-watch.ts";
import type { Measured } from "../load/load.ts";
import { SLOT_MS } from "../load/meter.ts";
import type { Proof } from "../proof/proof.ts";

/** Latencies in ms. */
export type Latency = {
  count: number;
  mean: number;
  p50: number;
  p90: number;
  p99: number;
  p999: number;
  p9999: number;
  max: number;
  /** Percentile and latency, for a plot. */
  curve: [percentile: number, ms: number][];
};

export type RunResult = {
  /** A stable word, by which figures and plots find it. */
  name: string;
  title: string;
  /** The rate of an open loop; null for a closed one. */
  offeredPerSecond: number | null;
  perSecond: number;
  /** Requests of an open loop that never found a place. */
  unsent: number;
  latency: Latency;
  /** For each slot of `slotMs`: answers a second, and the longest latency. */
  slots: { slotMs: number; perSecond: number[]; longestMs: number[] };
  use: BankUse | null;
};

/** A figure that stands for itself. `name` is stable; the label is for people. */
export type Figure = { name: string; label: string; value: number; unit: string };

export type About = {
  command: string;
  startedAt: string;
  machine: string;
  cores: number;
  memoryBytes: number;
  system: string;
  node: string;
  commit: string;
  seed: number;
};

export class Results {
  readonly runs: RunResult[] = [];
  readonly figures: Figure[] = [];
  readonly proofs: Proof[] = [];
  /** What was not measured, and why. */
  readonly skipped: { what: string; reason: string }[] = [];

  addFigure(name: string, label: string, value: number, unit: string): void {
    this.figures.push({ name, label, value, unit });
  }

  /** `NAME.perSecond` or `NAME.p99` of a run, or a figure; undefined if it was not measured. */
  find(name: string): number | undefined {
    const dot = name.lastIndexOf(".");
    const run = this.runs.find((one) => one.name === name.slice(0, dot));
    const field = name.slice(dot + 1);
    if (run !== undefined && field === "perSecond") return run.perSecond;
    if (run !== undefined && field === "p99") return run.latency.p99;
    return this.figures.find((figure) => figure.name === name)?.value;
  }
}

export function runResult(
  { name, title, offeredPerSecond }: Pick<RunResult, "name" | "title" | "offeredPerSecond">,
  measured: Measured,
  use: BankUse | null,
): RunResult {
  const { perSecond, unsent, slots } = measured;
  return {
    ...{ name, title, offeredPerSecond, perSecond, unsent, use },
    latency: latencyOf(measured.latency),
    slots: {
      slotMs: SLOT_MS,
      perSecond: Array.from(slots.counts, (count) => (count * 1_000) / SLOT_MS),
      longestMs: Array.from(slots.longestMs),
    },
  };
}

const NS_PER_MS = 1e6;
/** As far out as a plot goes: one in a hundred thousand. */
const CURVE = [0, 25, 50, 75, 90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.98, 99.99, 99.999];

export function latencyOf(histogram: RecordableHistogram): Latency {
  const count = histogram.count;
  const at = (percentile: number): number => {
    if (count === 0) return 0;
    return (percentile === 0 ? histogram.min : histogram.percentile(percentile)) / NS_PER_MS;
  };
  return {
    ...{ count, mean: count === 0 ? 0 : histogram.mean / NS_PER_MS },
    ...{ p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), p9999: at(99.99) },
    max: count === 0 ? 0 : histogram.max / NS_PER_MS,
    curve: CURVE.map((percentile) => [percentile, at(percentile)]),
  };
}
