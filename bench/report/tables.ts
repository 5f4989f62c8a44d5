/** The tables that the terminal and the HTML report share: each a head and rows of texts. */

import { formatMegabytes, formatNumber } from "./numbers.ts";
import type { Results, RunResult } from "./results.ts";

/** Of a process, the busiest. */
const THREADS_MAX = 6;
/** One percent of a core, in µs a second. */
const MICROSECONDS_OF_PERCENT = 1e4;

export type Table = { title: string; head: string[]; rows: string[][] };

export const tablesOf = (results: Results): Table[] =>
  [
    latencies(results.runs),
    figures(results),
    actors(results.runs),
    processes(results.runs),
    proofs(results),
    skipped(results),
  ].filter(({ rows }) => rows.length > 0);

const latencies = (runs: readonly RunResult[]): Table => ({
  title: "Runs, latency in ms",
  head: ["", "offered/s", "done/s", "p50", "p90", "p99", "p99.9", "p99.99", "max"],
  rows: runs.map(({ title, offeredPerSecond, perSecond, latency, unsent }) => [
    unsent === 0 ? title : `${title} (${formatNumber(unsent)} never sent)`,
    offeredPerSecond === null ? "closed" : formatNumber(offeredPerSecond),
    formatNumber(perSecond),
    ...[latency.p50, latency.p90, latency.p99, latency.p999, latency.p9999, latency.max].map(
      formatNumber,
    ),
  ]),
});

const figures = ({ figures: all }: Results): Table => ({
  title: "Ceilings and single figures",
  head: ["", "", ""],
  rows: all.map(({ label, value, unit }) => [label, formatNumber(value), unit]),
});

const actors = (runs: readonly RunResult[]): Table => ({
  title: "The bank's actors, as they tell it themselves",
  head: ["", "ledger/s", "a batch", "ms a batch", "wait ms", "depth", "deepest ever", "passwords"],
  rows: runs.flatMap(({ title, use }) => {
    if (use === null) return [];
    const { actors: told } = use;
    return [
      [
        title,
        ...[told.ledgerPerSecond, told.ledgerBatchMean, told.commitMsMean],
        ...[told.ledgerWaitMsMean, told.ledgerDepthMean, told.ledgerDepthMax],
        told.passwordTurnsMax,
      ].map((cell) => (typeof cell === "string" ? cell : formatNumber(cell))),
    ];
  }),
});

const processes = (runs: readonly RunResult[]): Table => ({
  title: "CPU of a core, memory, and µs of CPU a request",
  head: ["", "CPU", "memory", "µs", "µs of threads"],
  rows: runs.flatMap(({ title, use, perSecond }) => {
    if (use === null) return [];
    if (use.processes.length === 0) return [[title, "n/a", "n/a", "n/a", "n/a"]];
    const microseconds = (cpuPercent: number): string =>
      formatNumber((cpuPercent * MICROSECONDS_OF_PERCENT) / perSecond);
    return use.processes.map(({ name, cpuPercent, memoryBytes, threads }) => [
      `${title}: ${name}`,
      `${formatNumber(cpuPercent)} %`,
      formatMegabytes(memoryBytes),
      microseconds(cpuPercent),
      threads
        .slice(0, THREADS_MAX)
        .map((thread) => `${thread.name} ${microseconds(thread.cpuPercent)}`)
        .join(", "),
    ]);
  }),
});

const proofs = ({ proofs: all }: Results): Table => ({
  title: "Proofs: every change once in the journal, books whole, accounts linearizable",
  head: ["", "requests", "changes", ""],
  rows: all.map(({ name, requests, changes, faults }) => [
    name,
    ...[requests, changes].map(formatNumber),
    faults.length === 0 ? "proven" : `FAILED: ${faults.join("; ")}`,
  ]),
});

const skipped = ({ skipped: all }: Results): Table => ({
  title: "Not measured",
  head: ["", ""],
  rows: all.map(({ what, reason }) => [what, reason]),
});
