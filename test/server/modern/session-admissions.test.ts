/** How an admission ends in its session: what the client is told, and who it is from then on. */

import { describe, expect, it } from "vitest";
import type { Rejection } from "../../../src/bank/ledger.ts";
import { AMOUNT_CENTS_MAX } from "../../../src/bank/money.ts";
import type { ErrorKind } from "../../../src/protocol/rpc-error.ts";
import type { AdmissionOutcome, Wish } from "../../../src/server/admission/admission.ts";
import type { Effect, Message, State } from "../../../src/server/modern/session-state.ts";
import {
  ACCOUNT,
  CONFIG,
  VAULT,
  admissionReplied,
  admitting,
  closed,
  error,
  follow,
  report,
  states,
} from "./session-stage.ts";
import { CUSTOMER, ORDINARY } from "../../ordinary.ts";

const customer = {
  username: "alice",
  account: ACCOUNT,
  vault: VAULT,
  hasFactor: false,
  pendingFactor: null,
  roles: ORDINARY.roles,
  withheld: [],
  confirmedUntil: 0,
};

describe("an admission that has ended", () => {
  const signUp = { type: "sign_up", username: "bob", password: "new" } as const;
  const logIn = { type: "log_in", username: "alice", password: "pw" } as const;
  const change = {
    type: "change_password",
    username: "alice",
    account: ACCOUNT,
    password: "pw",
    newPassword: "new",
  } as const satisfies Wish;
  type Step = "storing" | "failing" | "beginning" | "feigning";
  const outcomes = { failing: { type: "failed" }, feigning: { type: "locked" } } as const;
  const at = (step: Step, state: State): State => {
    if (state.phase !== "admitting") throw new Error("no admission");
    const outcome = step === "failing" || step === "feigning" ? outcomes[step] : null;
    return { ...state, admission: { ...state.admission, step, outcome } };
  };
  const GO_ON: Effect[] = [{ type: "end_turn" }, { type: "go_on" }];

  it("well leaves a new customer to log in", () => {
    const { next, effects } = follow(
      at("storing", admitting(signUp, null)),
      admissionReplied({ type: "signed_up" }),
    );
    expect(effects).toEqual([
      { type: "send_result", id: 7, method: "auth.signUp", result: { username: "bob" } },
      ...[report("signup", "ok", "bob"), ...GO_ON],
    ]);
    expect(next).toEqual(states.anonymous);
  });

  it("well lets a customer in, with news from now on", () => {
    const { next, effects } = follow(
      at("storing", admitting(logIn, null)),
      admissionReplied({ type: "logged_in", account: ACCOUNT, vault: VAULT, ...CUSTOMER }),
    );
    const limits = { idleSeconds: 900, absoluteSeconds: 43_200 };
    const { confirmAbove } = CONFIG;
    const session = { ...limits, amountMax: AMOUNT_CENTS_MAX, confirmAbove };
    const result = { username: "alice", roles: ["customer"], hasFactor: false, session };
    expect(effects).toEqual([
      { type: "send_result", id: 7, method: "auth.login", result },
      { type: "enter", account: ACCOUNT, username: "alice", roles: ["customer"] },
      ...[report("login", "ok"), ...GO_ON],
    ]);
    expect(next).toEqual(states.authenticated);
  });

  it("well leaves a customer with a new password logged in", () => {
    const { next, effects } = follow(
      at("storing", admitting(change, customer)),
      admissionReplied({ type: "done" }),
    );
    expect(effects).toEqual([
      { type: "send_result", id: 7, method: "auth.changePassword", result: {} },
      { type: "end_others", account: ACCOUNT, by: "alice" },
      ...[report("change_password", "ok"), ...GO_ON],
    ]);
    expect(next).toEqual(states.authenticated);
  });

  // Each way of not succeeding, as a login gets there.
  const rejected = (rejection: Rejection): Message =>
    admissionReplied({ type: "rejected", rejection });
  const timedOut: Message = {
    ...{ type: "answered", about: "admission", answer: { ok: false, failure: "timed_out" } },
  };
  it.for<[AdmissionOutcome["type"], Step, Message, ErrorKind]>([
    ["failed", "failing", admissionReplied({ type: "login_failed" }), "authentication_failed"],
    ["locked", "feigning", { type: "password_checked", valid: false }, "authentication_failed"],
    ["read_only", "storing", admissionReplied({ type: "read_only" }), "read_only"],
    ["busy", "beginning", rejected("too_many_attempts"), "busy"],
    ["unknown", "storing", timedOut, "timed_out"],
  ])("as %s is an error, and leaves everything as it was", ([outcome, step, message, kind]) => {
    for (const [wish, who, action] of [
      [logIn, null, "login"],
      [change, customer, "change_password"],
    ] as const) {
      const { next, effects } = follow(at(step, admitting(wish, who)), message);
      // The password may be a new one.
      const isOld = outcome === "unknown" && who !== null;
      const ended: Effect[] = isOld ? [{ type: "end_others", account: ACCOUNT, by: "alice" }] : [];
      expect(effects).toEqual([error(kind, 7), ...ended, report(action, outcome), ...GO_ON]);
      expect(next).toEqual(who === null ? states.anonymous : states.authenticated);
    }
  });

  it("at a name that is taken is an error, and leaves a stranger", () => {
    const { next, effects } = follow(
      at("storing", admitting(signUp, null)),
      rejected("username_taken"),
    );
    const told = report("signup", "username_taken", "bob");
    expect(effects).toEqual([error("username_taken", 7), told, ...GO_ON]);
    expect(next).toEqual(states.anonymous);
  });

  it("during a drain ends the session behind its answer", () => {
    const drained = follow(at("storing", admitting(signUp, null)), {
      type: "drain",
      why: "draining",
    });
    expect(drained.effects).toEqual([]);
    const { next, effects } = follow(drained.next, admissionReplied({ type: "signed_up" }));
    expect(effects[0]).toMatchObject({ type: "send_result", method: "auth.signUp" });
    expect(effects.slice(-2)).toEqual(closed("draining"));
    expect(next.phase).toBe("ended");
  });

  it("needs no message that no admission waits for", () => {
    expect(() => follow(states.authenticated, { type: "turn", granted: true })).toThrow("turn");
  });
});
