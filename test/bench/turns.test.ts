/** What is compared runs in turns: in which order, for how long, and what is made of the parts. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bankUse, type BankSpan } from "../../bench/bank/bank-watch.ts";
import type { ProcessSpan } from "../../bench/bank/process-use.ts";
import type { Measured } from "../../bench/load/load.ts";
import { Meter, SLOT_MS, perSecondOf } from "../../bench/load/meter.ts";
import { ObservationColumns } from "../../bench/load/observations.ts";
import { mergeTurns, orderOfRound, turnsOf } from "../../bench/load/turns.ts";
import { latencyOf } from "../../bench/report/results.ts";

const LENGTHS = { turnMs: 1_000, warmUpMs: 250 };

const sumOf = (values: Iterable<number>): number =>
  [...values].reduce((sum, value) => sum + value, 0);

describe("turns", () => {
  it.for([
    ["AB", "AB BA BA AB AB BA"],
    ["ABC", "ABC CBA BCA ACB CAB BAC"],
  ] as const)("of %s go %s", ([names, order]) => {
    const rounds = [0, 1, 2, 3, 4, 5].map((round) => orderOfRound(round, [...names]).join(""));
    expect(rounds.join(" ")).toBe(order);
  });

  it("warm up as a whole run does at first, and shortly later", () => {
    const turns = turnsOf({ warmUpMs: 2_000, durationMs: 4_000 }, LENGTHS);
    expect(turns.map(({ warmUpMs }) => warmUpMs)).toEqual([2_000, 250, 250, 250]);
    expect(turns.map(({ durationMs }) => durationMs)).toEqual([1_000, 1_000, 1_000, 1_000]);
  });

  it("never warm up for less than they must", () => {
    const turns = turnsOf({ warmUpMs: 100, durationMs: 1_000 }, LENGTHS);
    expect(turns.map(({ warmUpMs }) => warmUpMs)).toEqual([250, 250]);
  });

  it("are even in number, whole slots each, and last as long as a run together", () => {
    const slots = fc.integer({ min: 2, max: 300 });
    fc.assert(
      fc.property(slots, fc.integer({ min: 100, max: 5_000 }), (count, turnMs) => {
        const durationMs = count * SLOT_MS;
        const turns = turnsOf({ warmUpMs: 0, durationMs }, { turnMs, warmUpMs: 0 });
        expect(turns.length % 2).toBe(0);
        expect(turns.length).toBeGreaterThan(0);
        for (const turn of turns) {
          expect(turn.durationMs).toBeGreaterThan(0);
          expect(turn.durationMs % SLOT_MS).toBe(0);
        }
        const wholeMs = sumOf(turns.map((turn) => turn.durationMs));
        // Turns of less than a slot are made a slot long.
        expect(wholeMs).toBe(Math.max(durationMs, turns.length * SLOT_MS));
      }),
    );
  });
});

type Reply = readonly [endedAt: number, latencyMs: number];

/** A turn that began at 0, and whose replies ended at these times and took so long, in ms. */
function measuredOf(durationMs: number, replies: readonly Reply[]): Measured {
  const meter = new Meter(0, durationMs);
  const columns = new ObservationColumns();
  for (const [endedAt, latencyMs] of replies) {
    meter.record(endedAt - latencyMs, endedAt);
    columns.add(endedAt, 0, endedAt - latencyMs, endedAt);
  }
  const { slots, histogram: latency } = meter;
  const observations = columns.finish((index) => index);
  return { perSecond: perSecondOf(slots), latency, slots, observations, unsent: 1 };
}

describe("the parts of a run in turns", () => {
  const first = measuredOf(200, [
    ...([10, 20, 30, 150] as const).map((endedAt) => [endedAt, 2] as const),
  ]);
  const second = measuredOf(100, [[50, 8]]);
  const merged = mergeTurns([first, second]);

  it("are one run: all replies over all the time that was measured", () => {
    expect(merged.perSecond).toBeCloseTo(5 / 0.3); // The mean of both speeds is 15.
    expect(merged.unsent).toBe(2);
  });

  it("stand one behind the other, in slots and observations", () => {
    expect([...merged.slots.counts]).toEqual([3, 1, 1]);
    expect([...merged.slots.longestMs]).toEqual([2, 2, 8]);
    expect([...merged.observations.account]).toEqual([10, 20, 30, 150, 50]);
    expect([...merged.observations.balance]).toEqual([0, 1, 2, 3, 0]);
  });

  it("have one distribution of latencies", () => {
    const { count, p50, max } = latencyOf(merged.latency);
    expect([count, Math.round(p50), Math.round(max)]).toEqual([5, 2, 8]);
  });
});

const span = (counted: Partial<BankSpan>): BankSpan => ({
  ...{ seconds: 1, handled: 0, batches: 0, handlingMs: 0, waitMs: 0, depths: [] },
  ...{ passwordTurns: [], ledgerDepthMax: 0, connections: 0, processes: [] },
  ...counted,
});

describe("what a bank's actors did in several turns", () => {
  it("is sums by sums, not the mean of what each turn had", () => {
    const busy = { seconds: 3, handled: 900, batches: 30, handlingMs: 60, waitMs: 1_800 };
    const quiet = { seconds: 1, handled: 100, batches: 50, handlingMs: 20, waitMs: 200 };
    const { actors } = bankUse([
      span({ ...busy, depths: [4, 8], passwordTurns: [0, 3], ledgerDepthMax: 9, connections: 2 }),
      span({ ...quiet, depths: [0], passwordTurns: [1], ledgerDepthMax: 9, connections: 5 }),
    ]);
    expect(actors).toEqual({
      ...{ ledgerPerSecond: 250, ledgerBatchMean: 12.5, commitMsMean: 1, ledgerWaitMsMean: 2 },
      ...{ ledgerDepthMean: 4, ledgerDepthMax: 9, passwordTurnsMax: 3, connections: 5 },
    });
  });

  it("is nothing where nothing was done", () => {
    const { actors, processes } = bankUse([span({})]);
    expect(actors).toMatchObject({ ledgerPerSecond: 0, commitMsMean: 0, ledgerDepthMean: 0 });
    expect(processes).toEqual([]);
  });
});

describe("the CPU of several turns", () => {
  const processSpan = (
    elapsedMs: number,
    memoryBytes: number,
    ...threads: ProcessSpan["threads"]
  ): BankSpan => span({ processes: [{ name: "bank", elapsedMs, memoryBytes, threads }] });

  it("is what each thread spent, of all the time; and the memory is the last", () => {
    const { processes } = bankUse([
      processSpan(
        1_000,
        70,
        { id: 1, name: "main", cpuMs: 900 },
        { id: 2, name: "pool", cpuMs: 0 },
        { id: 3, name: "pool", cpuMs: 300 },
      ),
      processSpan(
        3_000,
        50,
        { id: 1, name: "main", cpuMs: 300 },
        { id: 2, name: "pool", cpuMs: 400 },
        { id: 3, name: "pool", cpuMs: 300 },
      ),
    ]);
    const threads = [
      { name: "main", cpuPercent: 30 },
      { name: "pool", cpuPercent: 15 },
      { name: "pool", cpuPercent: 10 },
    ];
    expect(processes).toEqual([{ name: "bank", cpuPercent: 55, memoryBytes: 50, threads }]);
  });

  it("leaves out threads that did next to nothing over all of them", () => {
    const { processes } = bankUse([
      processSpan(1_000, 1, { id: 1, name: "audit", cpuMs: 10 }),
      processSpan(9_000, 1),
    ]);
    expect(processes[0]?.threads).toEqual([]);
  });
});
