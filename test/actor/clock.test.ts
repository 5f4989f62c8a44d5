/** The system's clock and chance keep the promises that those by hand keep. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/actor/clock.ts";
import { seededRandom, systemRandom } from "../../src/actor/random.ts";

describe("the system's clock", () => {
  it("runs what was arranged, and not what was taken back", async () => {
    const ran: string[] = [];
    const cancel = systemClock.after(1, () => ran.push("cancelled"));
    cancel();
    await new Promise<void>((resolve) => {
      systemClock.after(2, () => {
        ran.push("due");
        resolve();
      });
    });
    expect(ran).toEqual(["due"]);
  });

  it.for([2 ** 31, Number.POSITIVE_INFINITY, Number.NaN])(
    "refuses a delay of %d ms, which a timer would take for none",
    (delayMs) => {
      expect(() => systemClock.after(delayMs, () => {})).toThrow(RangeError);
    },
  );
});

describe("the system's chance", () => {
  it("differs from draw to draw, within 0 and 1", () => {
    const drawn = Array.from({ length: 100 }, systemRandom);
    expect(drawn.every((one) => one >= 0 && one < 1)).toBe(true);
    expect(new Set(drawn).size).toBeGreaterThan(90);
  });
});

describe("seeded chance", () => {
  it("repeats itself for the same seed and stays within 0 and 1", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const [one, other] = [seededRandom(seed), seededRandom(seed)];
        for (let i = 0; i < 50; i += 1) {
          const drawn = one();
          expect(drawn).toBe(other());
          expect(drawn).toBeGreaterThanOrEqual(0);
          expect(drawn).toBeLessThan(1);
        }
      }),
    );
  });
});
