/**
 * CPU and memory of processes and their threads, as Linux tells them in /proc. Other systems tell
 * no program of threads that are not its own; there the list is empty, and the report says n/a.
 */

import { existsSync, readFileSync, readdirSync } from "node:fs";

export type ThreadUse = { name: string; cpuPercent: number };
export type ProcessUse = {
  name: string;
  /** Of one core: two busy threads are 200. */
  cpuPercent: number;
  memoryBytes: number;
  /** Those that did anything, the busiest first. */
  threads: ThreadUse[];
};

/** What a process did between two moments. */
export type ProcessSpan = {
  name: string;
  elapsedMs: number;
  /** Resident at its end. */
  memoryBytes: number;
  threads: { id: number; name: string; cpuMs: number }[];
};

type Watched = { name: string; pid: number };
type ThreadTimes = Map<number, { name: string; ticks: number }>;

/** Linux counts in hundredths of a second wherever Node runs. */
const TICK_MS = 10;
const PERCENT_MIN = 0.5;

/** Begins to measure; the result is called when it ends. */
export function processUse(watched: readonly Watched[]): () => ProcessUse[] {
  const end = processSpans(watched);
  return () => end().map((span) => useOver([span]));
}

/** The same, as what can be put together with that of other times. */
export function processSpans(watched: readonly Watched[]): () => ProcessSpan[] {
  const startedAt = performance.now();
  const before = watched.map(({ pid }) => threadTimes(pid));
  return () => {
    const elapsedMs = performance.now() - startedAt;
    return watched.flatMap(({ name, pid }, index) => {
      if (!existsSync(`/proc/${pid}/task`)) return [];
      const threads = spentBetween(before[index]!, threadTimes(pid));
      return [{ name, elapsedMs, memoryBytes: residentBytes(pid) ?? 0, threads }];
    });
  };
}

/** What one process used over all of these spans, one at least; its memory is that at the end. */
export function useOver(spans: readonly ProcessSpan[]): ProcessUse {
  const elapsedMs = spans.reduce((sum, span) => sum + span.elapsedMs, 0);
  const { name, memoryBytes } = spans.at(-1)!;
  const byThread = Map.groupBy(
    spans.flatMap((span) => span.threads),
    ({ id }) => id,
  );
  const threads = [...byThread.values()]
    .map((parts) => {
      const spentMs = parts.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
      return { name: parts[0]!.name, cpuPercent: (spentMs * 100) / elapsedMs };
    })
    .filter(({ cpuPercent }) => cpuPercent >= PERCENT_MIN)
    .toSorted((a, b) => b.cpuPercent - a.cpuPercent);
  const cpuPercent = threads.reduce((sum, thread) => sum + thread.cpuPercent, 0);
  return { name, cpuPercent, memoryBytes, threads };
}

/** Memory that a process really holds, in bytes; null where the system does not tell. */
export function residentBytes(pid: number): number | null {
  if (!existsSync(`/proc/${pid}/status`)) return null;
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return match === null ? null : Number(match[1]) * 1_024;
}

function threadTimes(pid: number): ThreadTimes {
  const folder = `/proc/${pid}/task`;
  const times: ThreadTimes = new Map();
  for (const id of existsSync(folder) ? readdirSync(folder) : []) {
    const stat = statOf(`${folder}/${id}/stat`);
    if (stat !== null) times.set(Number(id), stat);
  }
  return times;
}

/** A thread may end while its neighbours are read: then there is no such file. */
function statOf(path: string): { name: string; ticks: number } | null {
  try {
    return parseStat(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

/** A line of /proc/PID/task/TID/stat. The name stands in brackets, and may hold spaces itself. */
export function parseStat(text: string): { name: string; ticks: number } {
  const nameEnd = text.lastIndexOf(")");
  const fields = text.slice(nameEnd + 2).split(" ");
  // proc_pid_stat(5): utime and stime are the fields 14 and 15, the state is the third.
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { name: text.slice(text.indexOf("(") + 1, nameEnd), ticks };
}

const spentBetween = (before: ThreadTimes, after: ThreadTimes): ProcessSpan["threads"] =>
  [...after].map(([id, { name, ticks }]) => ({
    ...{ id, name, cpuMs: (ticks - (before.get(id)?.ticks ?? 0)) * TICK_MS },
  }));
