/** A mailbox keeps order and bound, whatever is offered and taken. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Mailbox } from "../../src/actor/mailbox.ts";

describe("a mailbox", () => {
  it("gives messages in the order they came, and never holds more than its bound", () => {
    const steps = fc.array(fc.oneof(fc.constant("take" as const), fc.integer()), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), steps, (max, script) => {
        const mailbox = new Mailbox<number>(max);
        const model: number[] = [];
        let deepest = 0;
        for (const step of script) {
          const outcome = step === "take" ? mailbox.take() : mailbox.offer(step);
          const expected =
            step === "take" ? model.shift() : model.length < max && model.push(step) > 0;
          expect(outcome).toBe(expected);
          deepest = Math.max(deepest, model.length);
          expect(mailbox.size).toBe(model.length);
          expect(mailbox.size).toBeLessThanOrEqual(max);
        }
        expect(mailbox.depthMax).toBe(deepest);
        expect([...mailbox.drain()]).toEqual(model);
        expect(mailbox.size).toBe(0);
      }),
    );
  });

  it.for([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d as its bound", (max) => {
    expect(() => new Mailbox(max)).toThrow(RangeError);
  });
});
