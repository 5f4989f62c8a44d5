/** Calls under random death, delay, deadline and load: each is answered exactly once. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Answer } from "../../src/actor/answer.ts";
import { stage } from "./fixtures/remote-stage.ts";

const call = fc.record({
  type: fc.constant("call" as const),
  deadlineMs: fc.integer({ min: 1, max: 30 }),
});
const pass = fc.record({
  type: fc.constantFrom("advance" as const, "run" as const),
  by: fc.integer({ min: 1, max: 12 }),
});
const event = fc.record({
  type: fc.constantFrom("cast" as const, "reply" as const, "die" as const, "attach" as const),
});
const step = fc.oneof(
  { weight: 6, arbitrary: call },
  { weight: 4, arbitrary: pass },
  { weight: 3, arbitrary: event },
);

describe("whatever dies, is late or is full", () => {
  it("every call is answered exactly once, with its own reply or a failure", async () => {
    const script = fc.array(step, { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(fc.integer(), script, async (seed, steps) => {
        const { clock, scheduler, remote, attach } = stage({ seed, callsMax: 4, castsMax: 2 });
        let link: ReturnType<typeof attach> | null = attach();
        const calls: Promise<Answer<string>>[] = [];
        for (const one of steps) {
          if (one.type === "call") calls.push(remote.call(`${calls.length}`, one.deadlineMs));
          else if (one.type === "cast") remote.cast("told");
          else if (one.type === "advance") clock.advance(one.by);
          else if (one.type === "run") for (let i = 0; i < one.by; i += 1) scheduler.runOne();
          else if (one.type === "reply") link?.reply();
          else if (one.type === "die") link?.far.close();
          else link = attach();
          expect(remote.metrics().depth).toBeLessThanOrEqual(6);
        }
        clock.advance(30);
        const answers = await Promise.all(calls);
        const { failures } = remote.metrics();
        const replies = answers.filter(({ ok }) => ok).length;
        const failuresSeen = Object.values(failures).reduce((sum, count) => sum + count, 0);
        expect(replies + failuresSeen).toBe(calls.length);
        expect(answers.every((answer, i) => !answer.ok || answer.reply === `re: ${i}`)).toBe(true);
        expect(clock.pending).toBe(0);
      }),
    );
  });
});
