/** The scheduler of production: order, no run inside another, no starving of the event loop. */

import { describe, expect, it } from "vitest";
import { microtaskScheduler } from "../../src/actor/scheduler.ts";

describe("the microtask scheduler", () => {
  it("runs first come, first served, after the caller and before the next turn", async () => {
    const order: string[] = [];
    microtaskScheduler.schedule(() => {
      order.push("a");
      microtaskScheduler.schedule(() => order.push("c"));
    });
    microtaskScheduler.schedule(() => order.push("b"));
    order.push("caller");
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(["caller", "a", "b", "c"]);
  });

  it("lets timers and sockets in between runs that never end", async () => {
    let [runs, isStopped] = [0, false];
    const again = (): void => {
      runs += 1;
      if (!isStopped) microtaskScheduler.schedule(again);
    };
    again();
    await new Promise((resolve) => setImmediate(resolve));
    isStopped = true; // To come here at all is the proof.
    expect(runs).toBeGreaterThan(1);
  });

  it("keeps running the others when one throws, whose error is uncaught", async () => {
    const before = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    const uncaught = new Promise((resolve) => process.once("uncaughtException", resolve));
    const ran = new Promise((resolve) => {
      microtaskScheduler.schedule(() => {
        throw new Error("a bug");
      });
      microtaskScheduler.schedule(() => resolve("ran"));
    });
    expect(await uncaught).toEqual(new Error("a bug"));
    for (const listener of before) process.on("uncaughtException", listener);
    expect(await ran).toBe("ran");
  });
});
