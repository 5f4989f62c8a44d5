/** What a customer is told of a page of history, by what became of the question. */

import { describe, expect, it } from "vitest";
import { historyResult } from "../../../src/server/modern/results.ts";

const kindOf = (answer: Parameters<typeof historyResult>[1]): unknown => {
  const effect = historyResult(1, answer);
  expect(effect).toMatchObject({ type: "send_error", id: 1 });
  return "kind" in effect ? effect.kind : null;
};

describe("a page of history", () => {
  it("is sent as it was written where it was read", () => {
    const page = '{"entries":[],"next":"9"}';
    expect(historyResult("a", { ok: true, reply: { page } })).toEqual({
      ...{ type: "send_written", id: "a", result: page },
    });
  });

  it("that the store could not give is the bank's failure", () => {
    expect(kindOf({ ok: true, reply: "failed" })).toBe("internal");
  });

  it("behind an entry that is not the account's is a wrong parameter", () => {
    expect(kindOf({ ok: true, reply: null })).toBe("invalid_params");
  });

  it("is none if the audit came in its place", () => {
    expect(kindOf({ ok: true, reply: [] })).toBe("internal");
  });

  it.for(["busy", "timed_out", "died", "draining"] as const)(
    "that is %s is for later",
    (failure) => {
      expect(kindOf({ ok: false, failure })).toBe("busy");
    },
  );
});
