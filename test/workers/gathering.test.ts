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
    // here  a ms  since  waits
    [1, 0, 0, 0], //     few come
    [2, 3.9, 0.2, 0],
    [1, 4, 0.2, 0.8], // many come
    [7, 40, 0.9, 0.1],
    [8, 40, 0, 0], //    large enough
    [500, 500, 0, 0],
    [2, 4, 1, 0], //     late enough
    [2, 4, 1_000, 0],
  ] as const)(
    "of %i, where %f come in a ms, %f ms behind the last, waits %f ms",
    ([here, perMs, sinceLastMs, waitMs]) => {
      expect(gatherMs(here, perMs, sinceLastMs)).toBeCloseTo(waitMs);
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

  it("sleeps for what is left of the time since the last batch, where many come", () => {
    const { gathering, slept, pass } = busy(MANY_PER_MS + 1, 1_000);
    pass(0.25);
    gathering.wait(1);
    gathering.wait(GATHERED);
    expect(slept).toEqual([GATHER_MS - 0.25]);
  });

  it("forgets in a while that many have come", () => {
    const { gathering, slept, pass } = busy(1_000, 10);
    pass(200);
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
