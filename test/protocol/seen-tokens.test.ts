/** The memory against replay: nothing counts twice, nothing honest is refused, and it forgets. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TOKEN_LIFETIME_SECONDS, TOKEN_SKEW_SECONDS } from "../../src/protocol/classic.ts";
import { SeenTokens } from "../../src/protocol/seen-tokens.ts";

const token = (id: number, timeSeconds: number) => ({
  tag: new Uint8Array(32).fill(id & 0xff).fill(id >> 8, 1, 2),
  timeSeconds,
});

describe("seen tokens", () => {
  it("admit a token once", () => {
    const seen = new SeenTokens();
    expect(seen.admit(token(1, 1000), 1000)).toBe(true);
    expect(seen.admit(token(1, 1000), 1000)).toBe(false);
    expect(seen.admit(token(2, 1000), 1000)).toBe(true);
  });

  it("admit none again that has been forgotten, though the clock be set back", () => {
    const seen = new SeenTokens();
    expect(seen.admit(token(1, 1000), 1000)).toBe(true);
    for (const now of [1200, 1400, 1600]) expect(seen.admit(token(now, now), now)).toBe(true);
    expect(seen.admit(token(1, 1000), 1000)).toBe(false);
  });

  it("admit every fresh token once, at any pace and within the clocks' skew", () => {
    const step = fc.record({ pause: fc.nat(150), age: fc.integer({ min: -60, max: 60 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const seen = new SeenTokens();
        const sent: { tag: Uint8Array; timeSeconds: number }[] = [];
        let now = 100_000;
        for (const { pause, age } of steps) {
          now += pause;
          const fresh = token(sent.push(token(sent.length, now - age)) - 1, now - age);
          expect(seen.admit(fresh, now)).toBe(true);
          for (const old of sent.filter((each) => isFresh(each.timeSeconds, now))) {
            expect(seen.admit(old, now)).toBe(false);
          }
        }
      }),
    );
  });
});

const isFresh = (timeSeconds: number, now: number): boolean =>
  timeSeconds <= now + TOKEN_SKEW_SECONDS && timeSeconds + TOKEN_LIFETIME_SECONDS >= now;
