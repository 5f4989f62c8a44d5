/** A session of the modern protocol: who may ask for what, and what they are told. */

import { describe, expect, it } from "vitest";
import type { Failure } from "../../../src/actor/answer.ts";
import type { AccountId, Rejection } from "../../../src/bank/ledger.ts";
import { cents } from "../../../src/bank/money.ts";
import type { Method } from "../../../src/protocol/methods.ts";
import type { ErrorKind } from "../../../src/protocol/rpc-error.ts";
import { BREACHES_MAX, CALLS_IN_FLIGHT_MAX } from "../../../src/server/modern/session.ts";
import type { Effect, Message, State } from "../../../src/server/modern/session-state.ts";
import type { LedgerReply } from "../../../src/workers/ledger.ts";
import {
  ACCOUNT,
  CALLS,
  CONFIG,
  VAULT,
  admittingLogin,
  busyWith,
  called,
  closed,
  error,
  failed,
  follow,
  note,
  replied,
  report,
  states,
} from "./session-stage.ts";

const BOB = 3 as AccountId;
const CLOSED: Message = { type: "closed", hasCalled: true };

const posted = (credited: { account: AccountId; balance: number } | null): LedgerReply => ({
  ...{ type: "posted", transaction: 42, amount: cents(100), balance: cents(250) },
  credited: credited === null ? null : { ...credited, balance: cents(credited.balance) },
});

describe("a call", () => {
  // What comes of it: an error, or what is wanted first.
  it.for<[Method, ...outcomes: (ErrorKind | Effect["type"])[]]>([
    // method               anonymous        authenticated        draining       leaving
    ["auth.signUp", "take_turn", "already_logged_in", "draining", "not_logged_in"],
    ["auth.login", "take_turn", "already_logged_in", "draining", "not_logged_in"],
    ["auth.logout", "send_result", "send_result", "draining", "not_logged_in"],
    ["auth.changePassword", "not_logged_in", "take_turn", "draining", "not_logged_in"],
    ["account.balance", "not_logged_in", "ask_ledger", "draining", "not_logged_in"],
    ["account.deposit", "not_logged_in", "ask_ledger", "draining", "not_logged_in"],
    ["account.withdraw", "not_logged_in", "ask_ledger", "draining", "not_logged_in"],
    ["account.transfer", "not_logged_in", "ask_ledger", "draining", "not_logged_in"],
    ["account.history", "not_logged_in", "read_history", "draining", "not_logged_in"],
    ["auth.logoutEverywhere", "not_logged_in", "end_others", "draining", "not_logged_in"],
    ["auth.confirm", "not_logged_in", "take_turn", "draining", "not_logged_in"],
    ["session.list", "not_logged_in", "list_sessions", "draining", "not_logged_in"],
    ["session.end", "not_logged_in", "end_session", "draining", "not_logged_in"],
    ["session.info", "send_result", "send_result", "send_result", "send_result"],
  ])("of %s: %s, %s, %s, %s", ([method, ...outcomes]) => {
    const { anonymous, authenticated, draining, leaving } = states;
    const firstOf = (state: State): string | undefined => {
      const [first] = follow(state, called(CALLS[method])).effects;
      return first?.type === "send_error" ? first.kind : first?.type;
    };
    expect([anonymous, authenticated, draining, leaving].map(firstOf)).toEqual(outcomes);
  });

  it.for(Object.values(CALLS))("of $method does not come while calls are held back", (call) => {
    expect(() => follow(admittingLogin(), called(call))).toThrow("held back");
  });

  it.for(Object.values(CALLS))("of $method is nobody's once the session has ended", (call) => {
    expect(follow(states.ended, called(call)).effects).toEqual([]);
  });

  it.for([
    ["account.balance", { type: "balance", account: ACCOUNT }, undefined],
    ["account.deposit", { type: "deposit", account: ACCOUNT, vault: VAULT, amount: 100 }, "key"],
    ["account.withdraw", { type: "withdraw", account: ACCOUNT, vault: VAULT, amount: 100 }, "key"],
    [
      "account.transfer",
      { type: "transfer", account: ACCOUNT, to: "bob", amount: 100, memo: "rent" },
      "key",
    ],
  ] as const)("of %s asks the ledger, with its key", ([method, command, key]) => {
    const call = CALLS[method];
    const { next, effects } = follow(states.authenticated, called(call));
    const asked = { type: "ask_ledger", command, who: "alice", about: { id: 1, call } };
    expect(effects).toEqual([key === undefined ? asked : { ...asked, key }]);
    expect(next).toMatchObject({ phase: "authenticated", inFlight: 1 });
  });

  it("of a page reads what is behind its cursor", () => {
    const params = { before: "17", until: "2025-11-24T16:00:00.000Z", limit: 5 };
    const { effects } = follow(states.authenticated, called({ method: "account.history", params }));
    const query = { account: ACCOUNT, before: 17, until: 1_764_000_000_000, limit: 5 };
    expect(effects).toEqual([{ type: "read_history", id: 1, query }]);
  });

  it.for([
    ["account.balance", CALLS["account.balance"]],
    ["account.history", CALLS["account.history"]],
  ] as const)("of %s is one too many past the limit, and nothing else", ([, call]) => {
    const full = busyWith(CALLS_IN_FLIGHT_MAX);
    expect(follow(busyWith(CALLS_IN_FLIGHT_MAX - 1), called(call)).next.inFlight).toBe(32);
    expect(follow(full, called(call))).toEqual({
      next: full,
      effects: [error("too_many_in_flight")],
    });
  });

  it.for([
    ["anonymous", states.anonymous, null, []],
    ["authenticated", states.authenticated, "alice", ["customer"]],
  ] as const)("for information tells who is %s where", ([, state, username, roles]) => {
    const { effects } = follow(state, called(CALLS["session.info"]));
    const { confirmAbove: _, signUpsMax: __, ...told } = CONFIG;
    const result = { username, roles, hasFactor: false, ...told };
    expect(effects).toEqual([{ type: "send_result", id: 1, method: "session.info", result }]);
  });
});

describe("the ledger's answer", () => {
  const rejections: Record<Rejection, ErrorKind> = {
    username_taken: "username_taken",
    locked: "authentication_failed",
    throttled: "authentication_failed",
    too_many_attempts: "busy",
    unknown_account: "internal",
    unknown_vault: "internal",
    account_disabled: "account_disabled",
    unknown_recipient: "unknown_recipient",
    own_account: "own_account",
    amount_not_positive: "amount_not_positive",
    amount_too_large: "amount_too_large",
    insufficient_funds: "insufficient_funds",
    balance_too_large: "balance_too_large",
    vault_too_large: "vault_too_large",
    factor_set: "factor_set",
    no_factor: "no_factor",
    idempotency_conflict: "idempotency_conflict",
    not_permitted: "not_permitted",
    unknown_user: "unknown_user",
    unknown_session: "unknown_session",
    own_standing: "own_standing",
    last_administrator: "last_administrator",
    unknown_proposal: "unknown_proposal",
    own_proposal: "own_proposal",
    too_many_proposals: "too_many_proposals",
  };
  it.for(Object.entries(rejections))("%s is the error %s", ([rejection, kind]) => {
    const reply: LedgerReply = { type: "rejected", rejection: rejection as Rejection };
    const { next, effects } = follow(busyWith(1), replied(CALLS["account.withdraw"], reply));
    expect(effects).toEqual([error(kind), report("withdraw", kind)]);
    expect(next).toEqual(states.authenticated);
  });

  const failures: Record<Failure, ErrorKind> = {
    ...{ busy: "busy", timed_out: "timed_out", draining: "draining", died: "timed_out" },
  };
  it.for(Object.entries(failures))("that never came, %s, is the error %s", ([failure, kind]) => {
    const message = failed(CALLS["account.deposit"], failure as Failure);
    const { next, effects } = follow(busyWith(1), message);
    expect(effects).toEqual([error(kind), report("deposit", kind)]);
    expect(next).toEqual(states.authenticated);
  });

  it.for<[LedgerReply, ErrorKind]>([
    [{ type: "read_only" }, "read_only"],
    [{ type: "done" }, "internal"],
    [{ type: "signed_up" }, "internal"],
  ])("%j is the error %s", ([reply, kind]) => {
    const { effects } = follow(busyWith(1), replied(CALLS["account.balance"], reply));
    expect(effects[0]).toEqual(error(kind));
  });

  it("of a balance is its result", () => {
    const reply: LedgerReply = { type: "balance_read", balance: cents(250) };
    const { effects } = follow(busyWith(1), replied(CALLS["account.balance"], reply, "b"));
    const result = { balance: 250, available: 250 };
    expect(effects).toEqual([
      { type: "send_result", id: "b", method: "account.balance", result },
      report("balance", "ok"),
    ]);
  });

  it.for(["account.deposit", "account.withdraw"] as const)("of %s is its result", (method) => {
    const { effects } = follow(busyWith(1), replied(CALLS[method], posted(null)));
    const result = { transactionId: "42", balance: 250 };
    expect(effects).toEqual([
      { type: "send_result", id: 1, method, result },
      report(method.slice("account.".length), "ok"),
    ]);
  });

  it("of a transfer is its result, and news for the receiver", () => {
    const reply = posted({ account: BOB, balance: 900 });
    const { effects } = follow(busyWith(1), replied(CALLS["account.transfer"], reply));
    const result = { transactionId: "42", balance: 250 };
    const news = { transactionId: "42", amount: 100, balance: 900, from: "alice", memo: "rent" };
    expect(effects).toEqual([
      { type: "send_result", id: 1, method: "account.transfer", result },
      report("transfer", "ok"),
      { type: "announce", account: BOB, news },
    ]);
  });

  it("of a transfer that was done before is its result, and no news", () => {
    const { effects } = follow(busyWith(1), replied(CALLS["account.transfer"], posted(null)));
    expect(effects.map(({ type }) => type)).toEqual(["send_result", "report"]);
  });

  it("is nobody's once the session has ended", () => {
    const message = replied(CALLS["account.deposit"], posted(null));
    expect(follow(states.ended, message).effects).toEqual([]);
  });
});

describe("a logout", () => {
  it("of a stranger ends the session, and is no event of a customer's", () => {
    const { next, effects } = follow(states.anonymous, called(CALLS["auth.logout"], 9));
    const result = { type: "send_result", id: 9, method: "auth.logout", result: {} };
    expect(effects).toEqual([result, ...closed("logout")]);
    expect(next.phase).toBe("ended");
  });

  const left: Effect[] = [
    { type: "send_result", id: 9, method: "auth.logout", result: {} },
    ...[note("alice", "logout", "ok"), ...closed("logout")],
  ];

  it("ends the session, with a word", () => {
    const { next, effects } = follow(states.authenticated, called(CALLS["auth.logout"], 9));
    expect(effects).toEqual(left);
    expect(next.phase).toBe("ended");
  });

  it("waits for the calls before it", () => {
    const waiting = follow(busyWith(1), called(CALLS["auth.logout"], 9));
    expect(waiting.effects).toEqual([]);
    expect(follow(waiting.next, { type: "drain", why: "draining" }).next).toEqual(waiting.next);
    const { effects } = follow(waiting.next, failed(CALLS["account.deposit"], "busy"));
    expect(effects).toEqual([error("busy"), report("deposit", "busy"), ...left]);
  });
});

describe("an end", () => {
  it("of the bank comes at once if nothing is in flight", () => {
    for (const state of [states.anonymous, states.authenticated]) {
      const { next, effects } = follow(state, { type: "drain", why: "draining" });
      expect(effects).toEqual(closed("draining"));
      expect(next.phase).toBe("ended");
    }
  });

  it("of the terminal has a word of its own, and whoever calls then has no session", () => {
    const waiting = follow(busyWith(1), { type: "drain", why: "terminal_refused" });
    expect(follow(waiting.next, called(CALLS["account.balance"])).effects).toEqual([
      error("not_logged_in"),
    ]);
    const { effects } = follow(waiting.next, failed(CALLS["account.balance"], "busy"));
    expect(effects.slice(-2)).toEqual(closed("terminal_refused"));
  });

  it("of the bank comes behind the last answer", () => {
    const first = follow(busyWith(2), { type: "drain", why: "draining" });
    expect(first.effects).toEqual([]);
    const second = follow(first.next, failed(CALLS["account.balance"], "busy"));
    expect(second.effects).toEqual([error("busy"), report("balance", "busy")]);
    const third = follow(second.next, failed(CALLS["account.balance"], "busy"));
    expect(third.effects.slice(-2)).toEqual(closed("draining"));
  });

  it.for(["bad_frame", "bad_frame_length"] as const)("by %s is noted and told", (code) => {
    const { next, effects } = follow(states.authenticated, { type: "broken", code });
    expect(effects).toEqual([note("alice", "session", code), ...closed("breach")]);
    expect(next.phase).toBe("ended");
    expect(follow(states.anonymous, { type: "broken", code }).effects[0]).toEqual(
      note(null, "session", code),
    );
  });

  it.for<[Message & { type: "timed_out" }, Effect[]]>([
    [{ type: "timed_out", waitingFor: "login" }, closed("idle")],
    [
      { type: "timed_out", waitingFor: "request" },
      [note("alice", "session", "timed_out_request"), ...closed("idle")],
    ],
    [
      { type: "timed_out", waitingFor: "message" },
      [note("alice", "session", "timed_out_message"), ...closed("idle")],
    ],
    [
      { type: "timed_out", waitingFor: "reader" },
      [note("alice", "session", "timed_out_reader"), { type: "hang_up" }],
    ],
  ])("by time: $0.waitingFor", ([message, effects]) => {
    expect(follow(states.authenticated, message)).toMatchObject({
      next: { phase: "ended" },
      effects,
    });
  });

  it.for([
    ["a customer", states.authenticated, true, note("alice", "session", "cut")],
    ["a stranger who has called", states.anonymous, true, note(null, "session", "cut")],
    ["a stranger who has shaken hands", states.anonymous, false, note(null, "handshake", "cut")],
  ] as const)("of the line is noted once, for %s too", ([, state, hasCalled, noted]) => {
    const { next, effects } = follow(state, { type: "closed", hasCalled });
    expect(effects).toEqual([noted, { type: "hang_up" }]);
    expect(next.phase).toBe("ended");
    expect(follow(next, { type: "closed", hasCalled }).effects).toEqual([]);
  });

  it("of the line leaves the calls in flight to come to their end, and tells receivers", () => {
    const cut = follow(busyWith(2), CLOSED);
    expect(cut.effects).toEqual([note("alice", "session", "cut")]);
    const first = follow(cut.next, failed(CALLS["account.balance"], "busy"));
    expect(first.effects).toEqual([error("busy"), report("balance", "busy")]);
    const reply = posted({ account: BOB, balance: 900 });
    const second = follow(first.next, replied(CALLS["account.transfer"], reply));
    expect(second.effects.map(({ type }) => type)).toEqual([
      ...["send_result", "report", "announce", "hang_up"],
    ]);
    expect(second.next.phase).toBe("ended");
  });

  it("of the line leaves an admission to go on to its own end", () => {
    const { next, effects } = follow(admittingLogin(), CLOSED);
    expect(next).toMatchObject({ phase: "admitting", ending: { reason: "cut" } });
    expect(effects).toEqual([note(null, "session", "cut")]);
  });

  it("by a breach or an unread answer comes behind the calls in flight, and is noted once", () => {
    for (const message of [
      { type: "broken", code: "bad_frame" },
      { type: "timed_out", waitingFor: "reader" },
    ] as const) {
      const ending = follow(busyWith(1), message);
      expect(ending.effects.map(({ type }) => type)).toEqual(["note"]);
      expect(ending.next.phase).toBe("authenticated");
      const cut = follow(ending.next, CLOSED);
      expect(cut.effects).toEqual([]);
      const { next, effects } = follow(cut.next, failed(CALLS["account.balance"], "busy"));
      expect(effects.at(-1)).toEqual({ type: "hang_up" });
      expect(next.phase).toBe("ended");
    }
  });
});

describe("what is no call", () => {
  it("is answered and noted, and the last of too many ends the session", () => {
    let state: State = states.authenticated;
    for (let count = 1; count < BREACHES_MAX; count++) {
      const { next, effects } = follow(state, { type: "misread", id: null, kind: "parse_error" });
      expect(effects).toEqual([
        error("parse_error", null),
        note("alice", "request", "parse_error"),
      ]);
      state = next;
    }
    const last = follow(state, { type: "misread", id: 3, kind: "unknown_method" });
    expect(last.effects).toEqual([
      ...[error("unknown_method", 3), note("alice", "request", "unknown_method")],
      ...closed("breach"),
    ]);
  });
});

describe("news", () => {
  it("of a transfer goes to its receiver", () => {
    const news = {
      ...{ transactionId: "4", amount: cents(5), balance: cents(9), from: "bob" },
    };
    const notification = { method: "account.credited", params: news };
    expect(follow(states.authenticated, { type: "credited", news }).effects).toEqual([
      { type: "notify", notification },
    ]);
    expect(follow(states.ended, { type: "credited", news }).effects).toEqual([]);
  });
});
