/** Gathering: which batches wait for more letters, and how long. */
import { describe, expect, it } from "vitest";
import {
  GATHERED,
  GATHER_MS,
  Gathering,
  MANY_PER_MS,
  gatherMs,
} from "../../src/workers/gathering.ts";

describe("a batch", () => {
  it.for([
    // here  a ms  largest  since  waits
    [1, 0, 0, 0, 0], //                 few come
    [2, 3.9, 64, 0.2, 0],
    [4, 5, 64, 0.2, GATHER_MS - 0.2], // many come, but not enough in time
    [4, 20, 64, 0.2, 1], //             for as long as what is missing takes
    [23, 40, 64, 0, 0.025],
    [24, 40, 64, 0, 0], //              large enough
    [500, 500, 900, 0, 0],
    [5, 10, 8, 0, 0.1], //              no large ones come
    [6, 10, 8, 0, 0],
    [1, 10, 1, 0, 0],
    [2, 10, 64, GATHER_MS, 0], //       late enough
    [2, 10, 64, 1_000, 0],
  ] as const)(
    "of %i, where %f come in a ms and %i at most at once, %f ms behind the last, waits %f ms",
    ([here, perMs, largest, sinceLastMs, waitMs]) => {
      expect(gatherMs(here, { perMs, largest, sinceLastMs })).toBeCloseTo(waitMs);
    },
  );
});

describe("gathering", () => {
  /** A thread that commits so many letters each millisecond, for so long. */
  function busy(letters: number, forMs: number) {
    const slept: number[] = [];
    let now = 100;
    const gathering = new Gathering(
      () => now,
      (ms) => void slept.push(ms),
    );
    const pass = (ms: number): void => void (now += ms);
    for (let ms = 0; ms < forMs; ms++) {
      pass(1);
      gathering.committed(letters);
    }
    return { gathering, slept, pass };
  }

  it("makes nobody wait at first, nor where few letters come", () => {
    for (const { gathering, slept } of [busy(0, 0), busy(MANY_PER_MS - 1, 1_000)]) {
      gathering.wait(1);
      expect(slept).toEqual([]);
    }
  });

  it("sleeps at most for what is left of the time since the last batch, where many come", () => {
    const { gathering, slept, pass } = busy(MANY_PER_MS + 1, 1_000);
    gathering.committed(2 * GATHERED);
    pass(0.25);
    gathering.wait(1);
    gathering.wait(GATHERED);
    expect(slept).toEqual([GATHER_MS - 0.25]);
  });

  it("expects no more letters at once than have come of late", () => {
    const { gathering, slept } = busy(10, 1_000);
    gathering.wait(8);
    expect(slept).toEqual([]);
    gathering.wait(7);
    expect(slept).toHaveLength(1);
    expect(slept[0]).toBeGreaterThan(0);
    expect(slept[0]).toBeLessThan(0.2);
  });

  it("forgets in a while that many have come", () => {
    const { gathering, slept, pass } = busy(1_000, 10);
    pass(500);
    gathering.committed(1);
    gathering.wait(1);
    expect(slept).toEqual([]);
  });

  it("can stop its own thread", () => {
    const gathering = new Gathering(() => 0);
    gathering.committed(1_000);
    expect(() => gathering.wait(1)).not.toThrow(); // As it would where a thread must not sleep.
  });
});
