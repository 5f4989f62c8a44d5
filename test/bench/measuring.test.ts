/** What a load measures: when requests are due, how latencies add up, what is kept of messages. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Meter, SLOT_MS, mergeHistograms, mergeSlots } from "../../bench/load/meter.ts";
import { seededMix } from "../../bench/load/mix.ts";
import { MessageStore } from "../../bench/load/message-store.ts";
import { ObservationColumns, joinObservations } from "../../bench/load/observations.ts";
import { RequestStock } from "../../bench/load/request-stock.ts";
import { Schedule } from "../../bench/load/schedule.ts";
import { latencyOf } from "../../bench/report/results.ts";
import { dollars } from "../../src/bank/money.ts";

const second = { startAt: 1_000, endAt: 2_000 };

function taken(schedule: Schedule, now: number): number[] {
  const times: number[] = [];
  for (let at = schedule.take(now); at !== null; at = schedule.take(now)) times.push(at);
  return times;
}

describe("a schedule", () => {
  it("has a request due at every interval, from its start on", () => {
    const schedule = new Schedule({ ...second, perSecond: 4 });
    expect(taken(schedule, 999)).toEqual([]);
    expect(taken(schedule, 1_250)).toEqual([1_000, 1_250]);
    expect(taken(schedule, 1_300)).toEqual([]);
    expect(schedule.left).toBe(2);
  });

  it("says of a request that was missed when it was due", () => {
    const schedule = new Schedule({ ...second, perSecond: 4 });
    expect(taken(schedule, 9_999)).toEqual([1_000, 1_250, 1_500, 1_750]);
    expect(schedule.left).toBe(0);
  });

  it("is the same whether one thread keeps it or several", () => {
    const shape = fc.record({ perSecond: fc.integer({ min: 1, max: 500 }), of: fc.nat(6) });
    fc.assert(
      fc.property(shape, ({ perSecond, of: others }) => {
        const of = others + 1;
        const rate = { ...second, perSecond };
        const alone = taken(new Schedule(rate), 9_999);
        const shared = Array.from({ length: of }, (_, index) =>
          taken(new Schedule(rate, { index, of }), 9_999),
        ).flat();
        const sorted = shared.toSorted((a, b) => a - b);
        expect(sorted).toEqual(alone);
      }),
    );
  });

  it("refuses a rate of nothing", () => {
    expect(() => new Schedule({ ...second, perSecond: 0 })).toThrow(RangeError);
  });
});

describe("a meter", () => {
  it("gives the same when threads are merged as when one had recorded all", () => {
    const latencies = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1 });
    fc.assert(
      fc.property(latencies, fc.integer({ min: 1, max: 4 }), (all, threads) => {
        const whole = new Meter(0, 1_000);
        const parts = Array.from({ length: threads }, () => new Meter(0, 1_000));
        for (const [index, latencyMs] of all.entries()) {
          const endedAt = (index * 37) % 1_000;
          whole.record(endedAt - latencyMs, endedAt);
          parts[index % threads]!.record(endedAt - latencyMs, endedAt);
        }
        const merged = mergeHistograms(parts.map(({ histogram }) => histogram));
        expect(latencyOf(merged)).toEqual(latencyOf(whole.histogram));
        expect(mergeSlots(parts.map(({ slots }) => slots))).toEqual(whole.slots);
      }),
    );
  });

  it("leaves out what ended while the load warmed up", () => {
    const meter = new Meter(1_000, 1_000);
    meter.record(900, 999);
    expect(meter.histogram.count).toBe(0);
  });

  it("keeps the latency of a reply after the end, but does not count it as throughput", () => {
    const meter = new Meter(0, SLOT_MS);
    meter.record(0, 5_000);
    expect(latencyOf(meter.histogram).max).toBeGreaterThanOrEqual(4_990);
    expect(meter.slots.counts).toEqual(new Float64Array([0]));
  });
});

describe("a mix", () => {
  it("is decided by its seed", () => {
    const draw = (seed: number) => Array.from({ length: 50 }, seededMix(seed, 50));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it.for([
    [0, 0],
    [100, 200],
  ] as const)("with %i deposits in a hundred has %i of 200", ([percent, deposits]) => {
    const drawn = Array.from({ length: 200 }, seededMix(1, percent));
    expect(drawn.filter((amount) => amount > 0)).toHaveLength(deposits);
  });

  it("deposits whole dollars, which both protocols can say", () => {
    const drawn = Array.from({ length: 500 }, seededMix(3, 100));
    expect(drawn.every((amount) => amount % 100 === 0 && amount > 0)).toBe(true);
  });
});

describe("a stock of requests", () => {
  it("gives what was sealed ahead, then what is sealed when it is taken, in one order", () => {
    const { stock, take, sealed } = stockOfNumbers();
    stock.fill(2);
    expect([stock.size, sealed()]).toEqual([2, 2]);
    expect([take(), sealed()]).toEqual(["1 of 100", 2]);
    expect([take(), sealed()]).toEqual(["2 of 200", 2]);
    expect([take(), sealed()]).toEqual(["3 of 300", 3]);
    expect(stock.size).toBe(0);
  });

  it("is filled up behind what is left of it", () => {
    const { stock, take, sealed } = stockOfNumbers();
    stock.fill(3);
    take();
    stock.fill(3);
    expect(sealed()).toBe(4);
    expect([take(), take(), take(), take()]).toEqual(
      ["2 of 200", "3 of 300", "4 of 400", "5 of 500"], // The last of them was not in stock.
    );
  });

  it("gives nothing of what was thrown away", () => {
    const { stock, take } = stockOfNumbers();
    stock.fill(3);
    stock.clear();
    expect(take()).toBe("4 of 400");
  });
});

/** Its messages tell their number, which their amount is a hundred times. */
function stockOfNumbers(): { stock: RequestStock; take: () => string; sealed: () => number } {
  let sealed = 0;
  let drawn = 0;
  const seal = (): Uint8Array => Buffer.from(String(++sealed));
  const stock = new RequestStock(seal, () => dollars(++drawn));
  const take = (): string => {
    let text = "";
    const amount = stock.take((message) => (text = Buffer.from(message).toString()));
    return `${text} of ${amount}`;
  };
  return { stock, take, sealed: () => sealed };
}

describe("messages that are kept", () => {
  it("comes back as it was, over many chunks", () => {
    const store = new MessageStore();
    const buffer = new Uint8Array(500);
    const count = 70_000; // More than fit into one chunk, and more than the table begins with.
    for (let index = 0; index < count; index++) {
      buffer.fill(index % 251); // The same memory each time, as a socket's.
      store.keep(buffer.subarray(0, 1 + (index % 300)));
    }
    expect(store.size).toBe(count);
    for (const index of [0, 1, 299, 3_000, 65_536, count - 1]) {
      expect(store.at(index)).toEqual(Buffer.alloc(1 + (index % 300), index % 251));
    }
    expect(() => store.at(count)).toThrow(RangeError);
  });

  it("takes messages without a byte", () => {
    const store = new MessageStore();
    store.keep(new Uint8Array(0));
    expect(store.at(0)).toHaveLength(0);
  });

  it("becomes observations, joined in the order of the threads", () => {
    const columns = new ObservationColumns();
    columns.add(3, 500, 1, 2);
    columns.add(4, 0, 2, 5);
    const part = columns.finish((index) => 1_000 + index);
    const { account, amount, balance, startedAt, endedAt } = joinObservations([part, part]);
    expect([...account]).toEqual([3, 4, 3, 4]);
    expect([...amount]).toEqual([500, 0, 500, 0]);
    expect([...balance]).toEqual([1_000, 1_001, 1_000, 1_001]);
    expect([...startedAt]).toEqual([1, 2, 1, 2]);
    expect([...endedAt]).toEqual([2, 5, 2, 5]);
  });
});
