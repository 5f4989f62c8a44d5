/** The dead-letter office counts all and keeps the last. */

import { describe, expect, it } from "vitest";
import { DeadLetters } from "../../src/actor/dead-letters.ts";
import { ManualClock } from "../../src/actor/testkit.ts";

describe("dead letters", () => {
  it("are all counted; only the last are kept, with whom, what, why and when", () => {
    const clock = new ManualClock(1_000);
    const office = new DeadLetters({ clock, keptMax: 2 });
    for (const message of ["first", "second", "third"]) {
      office.add("ledger", message, "late");
      clock.advance(5);
    }
    expect(office.total).toBe(3);
    expect(office.recent()).toEqual([
      { to: "ledger", message: "second", reason: "late", at: 1_005 },
      { to: "ledger", message: "third", reason: "late", at: 1_010 },
    ]);
  });
});
