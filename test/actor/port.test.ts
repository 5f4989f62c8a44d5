/** The far end of a port: batches in, one message of replies out. */

import { describe, expect, it } from "vitest";
import { servePort } from "../../src/actor/port.ts";
import type { Letter, ServedPort } from "../../src/actor/port.ts";
import { ManualClock, SeededScheduler, portPair } from "../../src/actor/testkit.ts";

const clock = new ManualClock();

describe("a served port", () => {
  it("makes one batch of all that has arrived, and one message of its replies", () => {
    const scheduler = new SeededScheduler(1);
    const [near, far] = portPair(scheduler);
    const batches: Letter<string>[][] = [];
    const served: ServedPort<string> = servePort<string, string>(
      far,
      (letters) => {
        batches.push(letters);
        for (const { id, request } of letters) served.reply([[id, `re: ${request}`]]);
      },
      { clock, receive: () => far.receive() },
    );
    near.postMessage([1, "a", 2, "b"]);
    near.postMessage([3, "c"]);
    scheduler.runUntilIdle();
    expect(batches.map((letters) => letters.map(({ request }) => request))).toEqual([
      ["a", "b", "c"],
    ]);
    expect(far.posted).toEqual([[0, 0, 1, "re: a", 2, "re: b", 3, "re: c"]]);
  });

  it("takes into the batch what comes while it is gathered", () => {
    const scheduler = new SeededScheduler(1);
    const [near, far] = portPair(scheduler);
    const batches: string[][] = [];
    const gathered: number[] = [];
    servePort<string, string>(
      far,
      (letters) => void batches.push(letters.map(({ request }) => request)),
      {
        clock,
        receive: () => far.receive(),
        gather(here) {
          gathered.push(here);
          near.postMessage([3, "c"]);
        },
      },
    );
    near.postMessage([1, "a"]);
    near.postMessage([2, "b"]);
    scheduler.runUntilIdle();
    expect(gathered).toEqual([2]);
    expect(batches).toEqual([["a", "b", "c"]]);
  });

  it("lets no reply out of a batch that failed", () => {
    const [near, far] = portPair();
    const served: ServedPort<string> = servePort<string, string>(
      far,
      ([letter]) => {
        served.reply([[letter?.id ?? 0, "done"]]);
        throw new Error("the disk is full");
      },
      { clock },
    );
    expect(() => near.postMessage([1, "write"])).toThrow("the disk is full");
    expect(far.posted).toEqual([]);
  });

  it("sends replies of a later time at once, and nothing where there is nothing to say", () => {
    const [near, far] = portPair();
    const served = servePort<string, string>(far, () => {}, { clock });
    near.postMessage([7, "take your time"]);
    served.reply([]);
    expect(far.posted).toEqual([]);
    served.reply([[7, "done"]]);
    expect(far.posted).toEqual([[0, 0, 7, "done"]]);
  });

  it("reports how many casts it has handled and how long it took", () => {
    const [near, far] = portPair();
    servePort<string, string>(far, () => clock.advance(5), { clock });
    near.postMessage([0, "a", 0, "b"]);
    expect(far.posted).toEqual([[2, 5]]);
  });
});
