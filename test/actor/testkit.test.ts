/** The test kit keeps its own promises. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock, SeededScheduler, portPair } from "../../src/actor/testkit.ts";

describe("a manual clock", () => {
  it("fires what is due in order, each at its own moment, with timers armed on the way", () => {
    const clock = new ManualClock(1_000);
    const fired: [string, number][] = [];
    const note = (name: string) => () => void fired.push([name, clock.now()]);
    clock.after(20, note("late"));
    clock.after(10, () => {
      note("early")();
      clock.after(5, note("on the way"));
    });
    clock.after(20, note("late, armed second"));
    clock.after(31, note("not yet"));
    clock.after(1, note("cancelled"))();
    clock.advance(30);
    expect(fired).toEqual([
      ["early", 1_010],
      ["on the way", 1_015],
      ["late", 1_020],
      ["late, armed second", 1_020],
    ]);
    expect([clock.now(), clock.monotonic(), clock.pending]).toEqual([1_030, 30, 1]);
  });
});

describe("a seeded scheduler", () => {
  const orderOf = (seed: number): string => {
    const scheduler = new SeededScheduler(seed);
    let order = "";
    for (const name of "abcdef") scheduler.schedule(() => (order += name));
    scheduler.runUntilIdle();
    return order;
  };

  it("runs each exactly once, in an order that its seed alone decides", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(orderOf(seed)).toBe(orderOf(seed));
        expect([...orderOf(seed)].toSorted().join("")).toBe("abcdef");
      }),
    );
    expect(new Set(Array.from({ length: 50 }, (_, seed) => orderOf(seed))).size).toBeGreaterThan(
      30,
    );
  });

  it("reports actors that never come to rest", () => {
    const scheduler = new SeededScheduler(1);
    const again = (): void => scheduler.schedule(again);
    again();
    expect(() => scheduler.runUntilIdle()).toThrow("not idle");
  });
});

describe("a pair of ports", () => {
  it("delivers clones in order, and holds them until somebody listens", () => {
    const [near, far] = portPair();
    const sent = { list: [1] };
    near.postMessage(sent);
    near.postMessage("second");
    const arrived: unknown[] = [];
    far.on("message", (message) => arrived.push(message));
    near.postMessage("third");
    expect(arrived).toEqual([{ list: [1] }, "second", "third"]);
    expect(arrived[0]).not.toBe(sent);
  });

  it("refuses what cannot cross to another thread", () => {
    expect(() => portPair()[0].postMessage(() => {})).toThrow("could not be cloned");
  });

  it("keeps the order of each port under a scheduler of any order, and closes last", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const scheduler = new SeededScheduler(seed);
        const [near, far] = portPair(scheduler);
        const arrived: unknown[] = [];
        far.on("message", (message) => arrived.push(message));
        far.on("close", () => arrived.push("closed"));
        for (const message of [1, 2, 3]) near.postMessage(message);
        near.close();
        near.postMessage("after the end");
        scheduler.runUntilIdle();
        expect(arrived).toEqual([1, 2, 3, "closed"]);
      }),
    );
  });
});
