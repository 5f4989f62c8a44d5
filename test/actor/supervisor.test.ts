/** Supervision: order of start and stop, restarts within a budget, giving up. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/actor/random.ts";
import { Supervisor, jitteredBackoff } from "../../src/actor/supervisor.ts";
import type { Budget, Child } from "../../src/actor/supervisor.ts";
import { ManualClock } from "../../src/actor/testkit.ts";

const BACKOFF_MS = 10;
const crash = new Error("crash");

/** A supervisor of children that die when the test says so; `log` is all that happened to them. */
function stage(names: readonly string[], budget: Budget = {}) {
  const clock = new ManualClock();
  const log: string[] = [];
  const living = new Map<string, (error: unknown) => void>();
  const failing = new Set<string>();

  function start(name: string): Child {
    log.push(`start ${name}`);
    if (failing.has(name)) throw crash;
    return {
      onEnd: (listener) => void living.set(name, listener),
      stop: async () => {
        log.push(`stop ${name}`);
        living.delete(name);
      },
    };
  }
  const supervisor = new Supervisor({
    clock,
    children: names.map((name) => ({ name, start: () => start(name) })),
    budget: { backoffMs: (attempt) => BACKOFF_MS * attempt, ...budget },
    onGiveUp: (error) => log.push(`give up: ${String(error)}`),
  });
  const die = (name: string): void => living.get(name)?.(crash);
  const stateOf = (name: string) => supervisor.metrics().find((child) => child.name === name);
  return { clock, log, living, failing, supervisor, die, stateOf };
}

/** Lets stops that were asked for resolve, one after the other. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a supervisor", () => {
  it("starts its children in order and stops them in reverse", async () => {
    const { log, supervisor } = stage(["a", "b", "c"]);
    supervisor.start();
    supervisor.start();
    await supervisor.stop();
    await supervisor.stop();
    expect(log).toEqual(["start a", "start b", "start c", "stop c", "stop b", "stop a"]);
    expect(supervisor.metrics().map(({ state }) => state)).toEqual(Array(3).fill("stopped"));
  });

  it("starts again the one that died, alone, after its back-off", () => {
    const { clock, log, supervisor, die, stateOf } = stage(["a", "b"]);
    supervisor.start();
    die("a");
    clock.advance(BACKOFF_MS - 1);
    expect(stateOf("a")).toEqual({ name: "a", state: "waiting", restarts: 1 });
    expect(log).toEqual(["start a", "start b"]);
    clock.advance(1);
    expect(log).toEqual(["start a", "start b", "start a"]);
    expect(stateOf("a")).toEqual({ name: "a", state: "running", restarts: 1 });
    expect(stateOf("b")).toEqual({ name: "b", state: "running", restarts: 0 });
  });

  it("waits longer each time for the same child", () => {
    const { clock, log, supervisor, die } = stage(["a"]);
    supervisor.start();
    die("a");
    clock.advance(BACKOFF_MS);
    die("a");
    clock.advance(2 * BACKOFF_MS - 1);
    expect(log).toHaveLength(2);
    clock.advance(1);
    expect(log).toHaveLength(3);
  });

  it("hears of one death once, however often it is told", () => {
    const { supervisor, living, stateOf, clock } = stage(["a"]);
    supervisor.start();
    const first = living.get("a");
    first?.(crash);
    first?.(crash);
    clock.advance(BACKOFF_MS);
    first?.(crash); // By now another lives in its place.
    expect(stateOf("a")).toEqual({ name: "a", state: "running", restarts: 1 });
  });

  it("takes a start that throws for a death, and starts the others", () => {
    const { clock, log, failing, supervisor, stateOf } = stage(["a", "b"]);
    failing.add("a");
    supervisor.start();
    expect(log).toEqual(["start a", "start b"]);
    failing.clear();
    clock.advance(BACKOFF_MS);
    expect(stateOf("a")).toEqual({ name: "a", state: "running", restarts: 1 });
  });
});

describe("a supervisor past its budget", () => {
  it("stops the other children in reverse order, then gives up with the error", async () => {
    const { clock, log, supervisor, die } = stage(["a", "b", "c"], { restartsMax: 1 });
    supervisor.start();
    die("b");
    clock.advance(BACKOFF_MS);
    log.length = 0;
    die("b");
    await settled();
    expect(log).toEqual(["stop c", "stop a", "give up: Error: crash"]);
    clock.advance(60_000);
    await supervisor.stop();
    expect(log).toHaveLength(3);
  });

  it("gives up on a child that cannot start at all, by the default budget", async () => {
    const { clock, log, failing, supervisor } = stage(["a"]);
    failing.add("a");
    supervisor.start();
    clock.advance(60_000);
    await settled();
    expect(log).toEqual([...Array<string>(4).fill("start a"), "give up: Error: crash"]);
  });

  it.for([
    // [ms between two deaths, outcome], with one restart in 1,000 ms
    [1_000, "give up: Error: crash"],
    [1_001, "start a"],
  ] as const)("or not: deaths %i ms apart end in `%s`", async ([gapMs, outcome]) => {
    const budget = { restartsMax: 1, periodMs: 1_000 };
    const { clock, log, supervisor, die } = stage(["a"], budget);
    supervisor.start();
    die("a");
    clock.advance(gapMs);
    die("a");
    clock.advance(2 * BACKOFF_MS);
    await settled();
    expect(log.at(-1)).toBe(outcome);
  });

  it("gives up exactly when more than `restartsMax` fall in one period", async () => {
    const deaths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 4 }), deaths, async (restartsMax, gaps) => {
        const periodMs = 100;
        const { clock, log, supervisor, die } = stage(["a"], {
          restartsMax,
          periodMs,
          backoffMs: () => 0,
        });
        supervisor.start();
        const restartedAt: number[] = [];
        let isGivenUp = false;
        for (const gapMs of gaps) {
          clock.advance(gapMs);
          const inPeriod = restartedAt.filter((at) => clock.monotonic() - at <= periodMs);
          if (!isGivenUp && inPeriod.length >= restartsMax) isGivenUp = true;
          if (!isGivenUp) restartedAt.push(clock.monotonic());
          die("a");
          clock.advance(0);
        }
        await settled();
        expect(log.filter((line) => line === "start a")).toHaveLength(1 + restartedAt.length);
        expect(log.some((line) => line.startsWith("give up"))).toBe(isGivenUp);
      }),
    );
  });
});

describe("a supervisor that stops", () => {
  it("does not start again what dies meanwhile, nor what waits for a restart", async () => {
    const { clock, log, supervisor, die } = stage(["a", "b", "c"]);
    supervisor.start();
    die("b");
    const stopped = supervisor.stop();
    die("a");
    await stopped;
    clock.advance(60_000);
    expect(log).toEqual(["start a", "start b", "start c", "stop c"]);
    expect(clock.pending).toBe(0);
  });

  it("goes on when the child it is stopping dies first, or its stop fails", async () => {
    const order: string[] = [];
    let end: (error: unknown) => void = () => {};
    const supervisor = new Supervisor({
      clock: new ManualClock(),
      onGiveUp: () => order.push("gave up"),
      children: [
        {
          name: "fails to stop",
          start: () => ({ onEnd: () => {}, stop: () => Promise.reject(crash) }),
        },
        {
          name: "dies first",
          start: () => ({
            onEnd: (listener) => void (end = listener),
            stop: () => new Promise(() => {}),
          }),
        },
      ],
    });
    supervisor.start();
    const stopped = supervisor.stop();
    end(crash);
    await stopped;
    expect(order).toEqual([]);
  });
});

describe("jittered back-off", () => {
  it("doubles up to its bound, and leaves the upper half to chance", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1_000 }), (seed, attempt) => {
        const waitMs = jitteredBackoff(seededRandom(seed), 100, 2_000)(attempt);
        const fullMs = Math.min(2_000, 100 * 2 ** (attempt - 1));
        expect(waitMs).toBeGreaterThanOrEqual(fullMs / 2);
        expect(waitMs).toBeLessThanOrEqual(fullMs);
      }),
    );
  });
});
