/** Gathering: which batches wait for more letters, and how long. */
import { describe, expect, it } from "vitest";
import { GATHERED, GATHER_MS, Gathering, gatherMs } from "../../src/workers/gathering.ts";

describe("a batch", () => {
  it.for([
    // here  last  since  waits
    [1, 0, 0, 0], //     of somebody who asks alone
    [1, 1, 0.2, 0], //   and asks again
    [1, 2, 0.2, 0.8], // behind others, of whom more may come
    [2, 1, 0.2, 0.8],
    [7, 64, 0.9, 0.1],
    [8, 64, 0, 0], //    large enough
    [500, 500, 0, 0],
    [2, 2, 1, 0], //     late enough
    [2, 2, 1_000, 0],
  ] as const)(
    "of %i, behind one of %i that ended %f ms ago, waits %f ms",
    ([here, inLastBatch, sinceLastMs, waitMs]) => {
      expect(gatherMs({ here, inLastBatch, sinceLastMs })).toBeCloseTo(waitMs);
    },
  );

  it("never waits longer than the time to gather", () => {
    for (let here = 1; here <= GATHERED; here++) {
      for (const inLastBatch of [0, 1, 2, 1_000]) {
        const waitMs = gatherMs({ here, inLastBatch, sinceLastMs: 0 });
        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThanOrEqual(GATHER_MS);
      }
    }
  });
});

describe("gathering", () => {
  it("sleeps for what is left of the time since the last batch", () => {
    let now = 100;
    const slept: number[] = [];
    const gathering = new Gathering(
      () => now,
      (ms) => void slept.push(ms),
    );
    gathering.wait(2); // The first batch of all follows none.
    expect(slept).toEqual([]);
    gathering.committed(3);
    now += 0.25;
    gathering.wait(1);
    gathering.wait(GATHERED);
    expect(slept).toEqual([GATHER_MS - 0.25]);
  });

  it("puts its thread to sleep, and wakes it", () => {
    const gathering = new Gathering(() => 0);
    gathering.committed(2);
    expect(() => gathering.wait(2)).not.toThrow(); // As it does where a thread must not sleep.
  });
});
