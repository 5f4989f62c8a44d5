/**
 * What a driver measures as replies come: latencies in an HDR histogram, and for each tenth of a
 * second how many there were and the longest. Both can be merged over threads, and over turns.
 */

import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

export const SLOT_MS = 100;

/** Nanoseconds: what a histogram takes and gives. */
const LATENCY_NS_MAX = 600e9;
const FIGURES = 3;

export type Slots = {
  readonly counts: Float64Array<ArrayBuffer>;
  /** The longest latency in each slot, in ms; 0 where there was no reply. */
  readonly longestMs: Float64Array<ArrayBuffer>;
};

export const emptyHistogram = (): RecordableHistogram =>
  createHistogram({ lowest: 1, highest: LATENCY_NS_MAX, figures: FIGURES });

export const emptySlots = (count: number): Slots => ({
  counts: new Float64Array(count),
  longestMs: new Float64Array(count),
});

export class Meter {
  readonly histogram = emptyHistogram();
  readonly slots: Slots;
  readonly #from: number;

  /** Counts what ends from `from` on, for `durationMs`: what comes before is warm-up. */
  constructor(from: number, durationMs: number) {
    this.#from = from;
    this.slots = emptySlots(Math.ceil(durationMs / SLOT_MS));
  }

  record(sinceAt: number, endedAt: number): void {
    const slot = Math.floor((endedAt - this.#from) / SLOT_MS);
    if (slot < 0) return;
    const latencyMs = endedAt - sinceAt;
    this.histogram.record(Math.max(1, Math.round(latencyMs * 1e6)));
    // Of a reply after the end only the latency counts: it tells of a stall at the end.
    if (slot >= this.slots.counts.length) return;
    this.slots.counts[slot]! += 1;
    if (latencyMs > this.slots.longestMs[slot]!) this.slots.longestMs[slot] = latencyMs;
  }
}

export function mergeHistograms(parts: readonly RecordableHistogram[]): RecordableHistogram {
  const merged = emptyHistogram();
  for (const part of parts) if (part.count > 0) merged.add(part);
  return merged;
}

/** Answers a second, over all slots. */
export const perSecondOf = ({ counts }: Slots): number =>
  (counts.reduce((sum, count) => sum + count, 0) * 1_000) / (counts.length * SLOT_MS);

/** Those of runs that were made one after the other. */
export function chainSlots(parts: readonly Slots[]): Slots {
  return {
    counts: Float64Array.from(parts.flatMap(({ counts }) => [...counts])),
    longestMs: Float64Array.from(parts.flatMap(({ longestMs }) => [...longestMs])),
  };
}

/** @param parts All of the same run, so of the same length. */
export function mergeSlots(parts: readonly Slots[]): Slots {
  const merged = emptySlots(parts[0]?.counts.length ?? 0);
  for (const { counts, longestMs } of parts) {
    for (let slot = 0; slot < merged.counts.length; slot++) {
      merged.counts[slot]! += counts[slot]!;
      merged.longestMs[slot] = Math.max(merged.longestMs[slot]!, longestMs[slot]!);
    }
  }
  return merged;
}
