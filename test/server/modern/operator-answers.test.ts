/** What the ledger's answer to an operator means for the sessions of whom it was about. */

import { describe, expect, it } from "vitest";
import type { Failure } from "../../../src/actor/answer.ts";
import type { AccountId } from "../../../src/bank/ledger.ts";
import type { OperatorCall } from "../../../src/server/modern/operator-calls.ts";
import type { Effect, State } from "../../../src/server/modern/session-state.ts";
import { BREACHES_MAX } from "../../../src/server/modern/session.ts";
import { CALLS, busyWith, closed, failed, follow, note, replied } from "./session-stage.ts";

const BOB = 3 as AccountId;
const ENDING = ["admin.disable", "admin.setRoles", "admin.resetFactor"] as const;
const OTHERS = [
  ...(["admin.users", "admin.show", "admin.lock", "admin.unlock", "admin.enable"] as const),
  ...(["admin.adjust", "admin.proposals", "admin.approve", "admin.reject"] as const),
  ...(["admin.sessions", "admin.endSession", "audit.list"] as const),
] as const;

const endings = (state: State, call: OperatorCall, failure: Failure): Effect[] =>
  follow(state, failed(call, failure)).effects.filter(({ type }) => type.startsWith("end_"));
const allOf = (username: string): Effect => ({ type: "end_all_of", username, by: "alice" });

describe("an operator's call that got no answer", () => {
  it.for(ENDING)("of %s ends all sessions of whom it was about, if it may be done", (method) => {
    for (const failure of ["timed_out", "died"] as const) {
      expect(endings(busyWith(1), CALLS[method], failure)).toEqual([allOf("bob")]);
    }
    // What was never taken was not done.
    for (const failure of ["busy", "draining"] as const) {
      expect(endings(busyWith(1), CALLS[method], failure)).toEqual([]);
    }
  });

  it.for(OTHERS)("of %s ends none", (method) => {
    for (const failure of ["timed_out", "died"] as const) {
      expect(endings(busyWith(1), CALLS[method], failure)).toEqual([]);
    }
  });

  it.for(ENDING)("of %s about themselves ends none: nobody changes their own", (method) => {
    const call = { ...CALLS[method], params: { ...CALLS[method].params, username: "alice" } };
    expect(endings(busyWith(1), call as OperatorCall, "died")).toEqual([]);
  });
});

it("a session that is ended within half a message still ends those whom its call is about", () => {
  const cut = follow(busyWith(1), { type: "timed_out", waitingFor: "message" });
  expect(cut.effects).toEqual([note("alice", "session", "timed_out_message")]);
  const reply = { type: "standing_changed", account: BOB } as const;
  const { effects } = follow(cut.next, replied(CALLS["admin.disable"], reply));
  expect(effects.slice(2)).toEqual([
    { type: "end_others", account: BOB, by: "alice" },
    ...closed("idle"),
  ]);
});

it("a session that is ended for its breaches still ends those whom its call is about", () => {
  const call = CALLS["admin.disable"];
  const misread = { type: "misread", id: null, kind: "invalid_request" } as const;
  const state = { ...busyWith(1), breaches: BREACHES_MAX - 1 };
  const last = follow(state, misread);
  expect(last.effects.map(({ type }) => type)).toEqual(["send_error", "note"]);
  // Whoever goes on is neither answered nor written down.
  expect(follow(last.next, misread)).toEqual({ next: last.next, effects: [] });
  const { next, effects } = follow(
    last.next,
    replied(call, { type: "standing_changed", account: BOB }),
  );
  expect(effects.slice(2)).toEqual([
    { type: "end_others", account: BOB, by: "alice" },
    ...closed("breach"),
  ]);
  expect(next.phase).toBe("ended");
  expect(note("alice", "request", "invalid_request")).toEqual(last.effects[1]);
});
