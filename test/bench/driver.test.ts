/** How a driver uses its lines, with lines that answer on the next turn of the loop. */

import { describe, expect, it } from "vitest";
import { nowMs } from "../../bench/load/clock.ts";
import { Driver } from "../../bench/load/driver.ts";
import type { Line } from "../../bench/load/line.ts";
import { dollars, type Cents } from "../../src/bank/money.ts";

const DEPOSIT = dollars(1);

/** A bank of one account that answers each request on the next turn of the event loop. */
class PromptLine implements Line {
  requests = 0;
  inFlight = 0;
  inFlightMax = 0;
  #balance = 0;
  readonly #onReply: (place: number, reply: Uint8Array) => void;

  constructor(onReply: (place: number, reply: Uint8Array) => void) {
    this.#onReply = onReply;
  }

  stock(): void {}

  send(place: number): Cents {
    this.requests += 1;
    this.inFlight += 1;
    this.inFlightMax = Math.max(this.inFlightMax, this.inFlight);
    this.#balance += DEPOSIT;
    const reply = new TextEncoder().encode(String(this.#balance));
    setImmediate(() => {
      this.inFlight -= 1;
      this.#onReply(place, reply);
    });
    return DEPOSIT;
  }

  flush(): void {}
  close(): void {}
  balanceIn(reply: Uint8Array): number {
    return Number(new TextDecoder().decode(reply));
  }
}

describe("a driver", () => {
  it("in a closed loop fills every place, and ends when all is answered", async () => {
    const { lines, driver } = stage(2, 3);
    const now = nowMs();
    const run = { perSecond: null, startAt: now, measureFrom: now, endAt: now + 20 };
    const { unsent } = await driver.run(run);
    const observations = driver.read();
    expect(unsent).toBe(0);
    expect(lines.map(({ inFlight, inFlightMax }) => [inFlight, inFlightMax])).toEqual([
      [0, 3],
      [0, 3],
    ]);
    const requests = lines.reduce((sum, line) => sum + line.requests, 0);
    expect(observations.account).toHaveLength(requests);
    expect(new Set(observations.account)).toEqual(new Set([10, 11]));
    expect(observations.balance.slice(0, 3)).toEqual(new Float64Array([100, 200, 300]));
  });

  it("in an open loop sends each request once, and counts from when it was due", async () => {
    const { lines, driver } = stage(1, 1);
    const late = nowMs() - 1_000; // All twenty were due within the last second.
    const run = { perSecond: 20, startAt: late, measureFrom: late, endAt: late + 1_000 };
    const { meter, unsent } = await driver.run(run);
    expect(unsent).toBe(0);
    expect(lines[0]?.requests).toBe(20);
    expect(lines[0]?.inFlightMax).toBe(1);
    expect(meter.histogram.count).toBe(20);
    expect(meter.histogram.max).toBeGreaterThanOrEqual(1_000e6 * 0.999);
  });

  it("in an open loop gives up what it could not send long after the end", async () => {
    const { driver } = stage(1, 1);
    const longAgo = nowMs() - 60_000;
    const run = { perSecond: 20, startAt: longAgo, measureFrom: longAgo, endAt: longAgo + 1_000 };
    expect((await driver.run(run)).unsent).toBe(20);
  });
});

/** With lines that belong to the accounts 10, 11 and so on. */
function stage(lineCount: number, inFlight: number): { lines: PromptLine[]; driver: Driver } {
  const lines = Array.from(
    { length: lineCount },
    (_, line) => new PromptLine((place, reply) => driver.replied(line, place, reply)),
  );
  const driver: Driver = new Driver({
    ...{ lines, accounts: lines.map((_, index) => 10 + index), inFlight },
    share: { index: 0, of: 1 },
  });
  return { lines, driver };
}
