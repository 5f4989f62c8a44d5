/** Before the login: what a session wants done, and what the peer is told. */

import { describe, expect, it } from "vitest";
import type { Effect } from "../../../src/server/classic/session-state.ts";
import { CUSTOMER } from "../../ordinary.ts";
import {
  ACCOUNT,
  FAILURES,
  NOT_JSON,
  NOT_OBJECT,
  TERMINAL,
  TRY_AGAIN,
  VAULT,
  bare,
  failed,
  follow,
  logInReceived,
  note,
  received,
  replied,
  report,
  signUpReceived,
  states,
  type Row,
} from "./session-stage.ts";

const END_TURN: Effect = { type: "end_turn" };
const LOG_IN_TO_SEE = "Service busy: it is not known whether this was done, try to log in";

// How an admission goes on is told in ../admission.test.ts; here, what the peer hears of it.
const BEFORE_LOGIN: readonly Row[] = [
  ["a sign-up", states.anonymous(), signUpReceived, "admitting", [{ type: "take_turn" }]],
  ["a login", states.anonymous(), logInReceived, "admitting", [{ type: "take_turn" }]],
  [
    "a sign-up whose turn it is",
    states.signingUp("waiting_turn"),
    { type: "turn", granted: true },
    "admitting",
    [
      {
        ...{ type: "ask_ledger", who: "alice", about: "admission" },
        command: { type: "begin_sign_up", source: TERMINAL, signUpsMax: 200 },
      },
    ],
  ],
  [
    "a sign-up that is counted",
    states.signingUp("counting"),
    replied({ type: "done" }, "admission"),
    "admitting",
    [{ type: "hash_password", password: "pw", username: "alice" }],
  ],
  [
    "a sign-up after too many",
    states.signingUp("counting"),
    replied({ type: "rejected", rejection: "throttled" }, "admission"),
    "anonymous",
    [
      END_TURN,
      report("signup", "throttled"),
      bare("Service busy: too many sign-ups from here, try again in an hour"),
    ],
  ],
  [
    "a sign-up when the line is full",
    states.signingUp("waiting_turn"),
    { type: "turn", granted: false },
    "anonymous",
    [bare(TRY_AGAIN)],
  ],
  [
    "a login when the line is full",
    states.loggingIn("waiting_turn"),
    { type: "turn", granted: false },
    "anonymous",
    [bare(TRY_AGAIN)],
  ],
  [
    "a password that could not be hashed",
    states.signingUp("hashing"),
    { type: "password_failed" },
    "anonymous",
    [END_TURN, bare(TRY_AGAIN)],
  ],
  [
    "an account opened",
    states.signingUp("storing"),
    replied({ type: "signed_up" }),
    "anonymous",
    [END_TURN, report("signup", "ok"), bare("Signup Successful")],
  ],
  [
    "a name that is taken",
    states.signingUp("storing"),
    replied({ type: "rejected", rejection: "username_taken" }),
    "anonymous",
    [END_TURN, report("signup", "username_taken"), bare("Username already exists")],
  ],
  [
    "a sign-up with the disk full",
    states.signingUp("storing"),
    replied({ type: "read_only" }),
    "anonymous",
    [END_TURN, report("signup", "busy"), bare(TRY_AGAIN)],
  ],
  [
    "a login that is locked",
    states.loggingIn("beginning"),
    replied({ type: "rejected", rejection: "locked" }),
    "admitting",
    [{ type: "feign_check", password: "pw" }],
  ],
  [
    "a login that was locked, after as much work as a checked one",
    states.loggingIn("feigning", { type: "locked" }),
    { type: "password_checked", valid: false },
    "anonymous",
    [END_TURN, report("login", "locked"), bare("Authentication Failed")],
  ],
  [
    "a login beside too many others",
    states.loggingIn("beginning"),
    replied({ type: "rejected", rejection: "too_many_attempts" }),
    "anonymous",
    [END_TURN, report("login", "busy"), bare(TRY_AGAIN)],
  ],
  [
    "a login with the disk full",
    states.loggingIn("beginning"),
    replied({ type: "read_only" }),
    "anonymous",
    [END_TURN, report("login", "busy"), bare(TRY_AGAIN)],
  ],
  [
    "a login done",
    states.loggingIn("storing"),
    replied({ type: "logged_in", account: ACCOUNT, vault: VAULT, ...CUSTOMER }),
    "authenticated",
    [
      ...[END_TURN, report("login", "ok")],
      { type: "enter", account: ACCOUNT, username: "alice" },
      { type: "start_sealing" },
    ],
  ],
  [
    "a login failed",
    states.loggingIn("failing", { type: "failed" }),
    replied({ type: "login_failed" }),
    "anonymous",
    [END_TURN, report("login", "failed"), bare("Authentication Failed")],
  ],
  [
    "a login not judged",
    states.loggingIn("abandoning", { type: "busy" }),
    replied({ type: "login_failed" }),
    "anonymous",
    [END_TURN, report("login", "busy"), bare(TRY_AGAIN)],
  ],
  [
    "rubbish",
    states.anonymous(),
    received("[]"),
    "anonymous",
    [note(null, "bad_json"), bare(NOT_JSON)],
  ],
  [
    "a stream without a next message",
    states.anonymous(),
    { type: "broken", code: "not_an_object" },
    "ended",
    [note(null, "not_an_object"), bare(NOT_OBJECT, true)],
  ],
];

describe("before the login", () => {
  it.for(BEFORE_LOGIN)("%s", ([, state, message, phase, effects]) => {
    expect(follow(state, message)).toEqual({ phase, effects });
  });

  it.for(FAILURES)("a sign-up that the ledger leaves %s says what is known", (failure) => {
    const unknown = failure === "timed_out" || failure === "died";
    expect(follow(states.signingUp("storing"), failed(failure))).toEqual({
      phase: "anonymous",
      effects: [END_TURN, report("signup", "busy"), bare(unknown ? LOG_IN_TO_SEE : TRY_AGAIN)],
    });
  });

  it.for(FAILURES)("a login that the ledger leaves %s can be tried again", (failure) => {
    for (const step of ["beginning", "storing"] as const) {
      const { phase, effects } = follow(states.loggingIn(step), failed(failure));
      expect(phase).toBe("anonymous");
      expect(withoutSettling(effects)).toEqual([
        ...[END_TURN, report("login", "busy"), bare(TRY_AGAIN)],
      ]);
    }
  });

  it.for(FAILURES)("a wrong password is none while it is not counted: ledger %s", (failure) => {
    const state = states.loggingIn("failing", { type: "failed" });
    const { phase, effects } = follow(state, failed(failure));
    expect(phase).toBe("anonymous");
    expect(withoutSettling(effects)).toEqual([
      ...[END_TURN, report("login", "busy"), bare(TRY_AGAIN)],
    ]);
  });
});

/** That the ledger is told again, admission.test.ts says. */
const withoutSettling = (effects: readonly Effect[]): Effect[] =>
  effects.filter(({ type }) => type !== "settle_login");
