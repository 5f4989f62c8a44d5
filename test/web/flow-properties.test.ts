/** The screens as a state machine: what holds whatever happens, in any order. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { transition } from "../../web/atm/flow.ts";
import type { Message, Place, State } from "../../web/atm/state.ts";
import { wordsOf } from "../../web/atm/texts.ts";
import { placeOf } from "../../web/atm/views.ts";
import {
  ACTION,
  asked,
  DONE,
  ended,
  ENTERED,
  LOG_IN,
  pageOf,
  PASSWORD,
  refused,
  run,
  SIGN_UP,
  unknownWith,
} from "./flow-stage.ts";

describe("whatever happens, in any order", () => {
  const message: fc.Arbitrary<Message> = fc.oneof(
    fc.constantFrom<Message[]>(
      ...[...DONE, ...unknownWith("k-1"), ENTERED],
      { type: "signed_up" },
      { type: "code_wanted", wasWrong: false },
      { type: "code_wanted", wasWrong: true },
      { type: "code_entered", typed: "123456" },
      { type: "checking" },
      { type: "not_authentic" },
      { type: "outcome_unknown", key: null, session: "open" },
      { type: "protocol_chosen", protocol: "classic" },
      { type: "chosen", kind: "balance" },
      { type: "chosen", kind: "history" },
      { type: "chosen", kind: "password" },
      { type: "passwords_entered", oldPassword: PASSWORD, newPassword: PASSWORD, code: null },
      refused("insufficient_funds"),
      refused("busy"),
      { type: "refused", problem: { type: "authentication_failed" } },
      ended("line_lost"),
      { type: "stepped_back" },
      { type: "finished" },
      { type: "left" },
    ),
    fc
      .constantFrom<Place[]>(LOG_IN, SIGN_UP, ACTION, { route: "/action", step: "deposit" })
      .map((place): Message => ({ type: "went", place })),
  );

  it("no state holds a password, each has words, and one order at a time is asked for", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), (messages) => {
        let state: State = pageOf("modern");
        for (const next of messages) {
          const before = state;
          const [after, effects] = transition(before, next);
          state = after;
          expect(JSON.stringify(state)).not.toContain(PASSWORD);
          expect(wordsOf(state).heading).not.toBe("");
          expect(placeOf(state.view).route).toMatch(/^\/(signup|action)?$/);
          if (asked(effects).length === 0) continue;
          expect(before.view.screen).not.toBe("waiting");
          expect(state.view.screen).toBe("waiting");
        }
      }),
    );
  });

  it("a change that is in doubt is asked for under its own key alone", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), (messages) => {
        const [doubted] = run(unknownWith("k-1"));
        let state = doubted;
        for (const next of messages) {
          const { doubt } = state.desk;
          const [after, effects] = transition(state, next);
          for (const effect of effects) {
            if (effect.type !== "ask" || effect.order !== doubt?.order) continue;
            expect(effect.key).toBe(doubt.key);
          }
          state = after;
        }
      }),
    );
  });
});
