/** A session from its login to its end: what it wants done, and what the peer is told. */

import { describe, expect, it } from "vitest";
import type { Command, Rejection } from "../../../src/bank/ledger.ts";
import { dollars } from "../../../src/bank/money.ts";
import type { Request } from "../../../src/protocol/classic.ts";
import { MAC_FAILURES_MAX } from "../../../src/server/classic/requests.ts";
import { BREACHES_MAX } from "../../../src/server/classic/session-state.ts";
import type { Effect, Message, State } from "../../../src/server/classic/session-state.ts";
import { CUSTOMER, ORDINARY } from "../../ordinary.ts";
import {
  ACCOUNT,
  ENVELOPE,
  FAILURES,
  NOT_JSON,
  NOT_OBJECT,
  NOW_SECONDS,
  TRY_AGAIN,
  VAULT,
  bare,
  envelopeReceived,
  failed,
  follow,
  logInReceived,
  note,
  opened,
  received,
  replied,
  report,
  sealed,
  signUpReceived,
  states,
  transition,
  type Row,
} from "./session-stage.ts";

const asks = (command: Command): Effect => ({
  ...{ type: "ask_ledger", command, who: "alice", about: "request" },
});
const ASK_BALANCE = "Service busy: it is not known whether this was done, ask for the balance";

const DEPOSIT: Request = { action: "deposit", amount: dollars(100) };
const WITHDRAW: Request = { action: "withdraw", amount: dollars(50) };
const BALANCE: Request = { action: "balance" };
const amountRefused = "Invalid request: an amount is a whole number of dollars above zero";

const AFTER_LOGIN: readonly Row[] = [
  [
    "an envelope",
    states.authenticated(),
    envelopeReceived,
    "opening",
    [{ type: "open", envelope: ENVELOPE }],
  ],
  [
    "rubbish",
    states.authenticated(),
    received("[]"),
    "authenticated",
    [note("alice", "bad_json"), sealed(NOT_JSON)],
  ],
  [
    "a MAC that cannot be one",
    states.authenticated(),
    received('{"payload": "token", "mac": "no"}'),
    "authenticated",
    [note("alice", "mac_failed"), sealed("MAC verification failed")],
  ],
  [
    "a deposit",
    states.opening(),
    opened(DEPOSIT),
    "asking",
    [asks({ type: "deposit", account: ACCOUNT, vault: VAULT, amount: dollars(100) })],
  ],
  [
    "a withdrawal",
    states.opening(),
    opened(WITHDRAW),
    "asking",
    [asks({ type: "withdraw", account: ACCOUNT, vault: VAULT, amount: dollars(50) })],
  ],
  [
    "an inquiry",
    states.opening(),
    opened(BALANCE),
    "asking",
    [asks({ type: "balance", account: ACCOUNT })],
  ],
  [
    "a negative amount",
    states.opening(),
    opened('{"action": "deposit", "amount": -5}'),
    "authenticated",
    [note("alice", "bad_amount"), sealed(amountRefused)],
  ],
  [
    "a stream without a next message",
    states.authenticated(),
    { type: "broken", code: "not_an_object" },
    "ended",
    [note("alice", "not_an_object"), sealed(NOT_OBJECT, true)],
  ],
  [
    "money taken in",
    states.asking(DEPOSIT),
    replied({
      type: "posted",
      transaction: 1,
      amount: dollars(100),
      balance: dollars(250),
      credited: null,
    }),
    "authenticated",
    [report("deposit", "ok"), sealed("Deposited $100. New Balance: $250")],
  ],
  [
    "money paid out",
    states.asking(WITHDRAW),
    replied({
      type: "posted",
      transaction: 1,
      amount: dollars(50),
      balance: dollars(200),
      credited: null,
    }),
    "authenticated",
    [report("withdraw", "ok"), sealed("Withdrew $50. New Balance: $200")],
  ],
  [
    "a balance read",
    states.asking(BALANCE),
    replied({ type: "balance_read", balance: dollars(300) }),
    "authenticated",
    [report("balance", "ok"), sealed("Current Balance: $300")],
  ],
];

describe("after the login", () => {
  it.for(AFTER_LOGIN)("%s", ([, state, message, phase, effects]) => {
    expect(follow(state, message)).toEqual({ phase, effects });
  });

  it.for([
    ["bad_mac", "mac_failed", "MAC verification failed"],
    ["bad_token", "bad_token", "Invalid request: the token is not authentic"],
    ["stale_token", "replay_rejected", "Replay rejected: the token is too old"],
    ["future_token", "replay_rejected", "Replay rejected: the token is from the future"],
  ] as const)("a token refused as %s is noted as %s", ([code, outcome, text]) => {
    const message: Message = {
      ...{ type: "opened", result: { type: "refused", code }, nowSeconds: NOW_SECONDS },
    };
    expect(follow(states.opening(), message)).toEqual({
      phase: "authenticated",
      effects: [note("alice", outcome), sealed(text)],
    });
  });

  it("a token seen before is refused, and the session lives on", () => {
    const state = states.opening();
    const twice = opened(DEPOSIT, Uint8Array.of(7, 7));
    expect(follow(state, twice).phase).toBe("asking");
    expect(follow(state, twice)).toEqual({
      phase: "authenticated",
      effects: [
        note("alice", "replay_rejected"),
        sealed("Replay rejected: this message was sent before"),
      ],
    });
  });

  // The whole closed list: a new rejection does not compile without a text.
  const refusals: Record<Rejection, readonly [type: string, text: string]> = {
    insufficient_funds: ["insufficient_funds", "Insufficient funds"],
    balance_too_large: ["invalid_request", "Invalid request: the balance would be above the limit"],
    vault_too_large: ["invalid_request", "Invalid request: this ATM cannot take more"],
    amount_too_large: [
      "invalid_request",
      "Invalid request: the amount is above the limit of one transaction",
    ],
    amount_not_positive: ["invalid_request", amountRefused],
    unknown_account: ["invalid_request", "Invalid request: the account cannot do this"],
    unknown_vault: ["invalid_request", "Invalid request: the account cannot do this"],
    account_disabled: ["invalid_request", "Invalid request: the account is disabled"],
    username_taken: ["invalid_request", "Invalid request: the account cannot do this"],
    locked: ["invalid_request", "Invalid request: the account cannot do this"],
    throttled: ["invalid_request", "Invalid request: the account cannot do this"],
    too_many_attempts: ["invalid_request", "Invalid request: the account cannot do this"],
    unknown_recipient: ["invalid_request", "Invalid request: the account cannot do this"],
    own_account: ["invalid_request", "Invalid request: the account cannot do this"],
    factor_set: ["invalid_request", "Invalid request: the account cannot do this"],
    no_factor: ["invalid_request", "Invalid request: the account cannot do this"],
    idempotency_conflict: ["invalid_request", "Invalid request: the account cannot do this"],
    not_permitted: ["invalid_request", "Invalid request: the account cannot do this"],
    unknown_user: ["invalid_request", "Invalid request: the account cannot do this"],
    unknown_session: ["invalid_request", "Invalid request: the account cannot do this"],
    own_standing: ["invalid_request", "Invalid request: the account cannot do this"],
    last_administrator: ["invalid_request", "Invalid request: the account cannot do this"],
    unknown_proposal: ["invalid_request", "Invalid request: the account cannot do this"],
    own_proposal: ["invalid_request", "Invalid request: the account cannot do this"],
    too_many_proposals: ["invalid_request", "Invalid request: the account cannot do this"],
  };
  it.for(Object.entries(refusals))("the rule %s has its text", ([rejection, [type, text]]) => {
    const refusal = replied({ type: "rejected", rejection: rejection as Rejection });
    expect(follow(states.asking(WITHDRAW), refusal)).toEqual({
      phase: "authenticated",
      effects: [report("withdraw", type), sealed(text)],
    });
  });

  it.for(FAILURES)("a change that the ledger leaves %s says what is known of it", (failure) => {
    const unknown = failure === "timed_out" || failure === "died";
    expect(follow(states.asking(DEPOSIT), failed(failure)).effects).toEqual([
      report("deposit", "busy"),
      sealed(unknown ? ASK_BALANCE : TRY_AGAIN),
    ]);
    expect(follow(states.asking(BALANCE), failed(failure)).effects).toEqual([
      report("balance", "busy"),
      sealed(TRY_AGAIN),
    ]);
  });

  it("a change with the disk full was not done", () => {
    const { effects } = follow(states.asking(DEPOSIT), replied({ type: "read_only" }));
    expect(effects.at(-1)).toEqual(sealed(TRY_AGAIN));
  });
});

describe("a session ends", () => {
  const badMac = received('{"payload": "token", "mac": "no"}');

  it(`at MAC failure ${MAC_FAILURES_MAX}, and not before`, () => {
    let state = states.authenticated();
    for (let count = 1; count < MAC_FAILURES_MAX; count++) {
      const [next, effects] = transition(state, badMac);
      expect(effects.at(-1)).toEqual(sealed("MAC verification failed"));
      state = next;
    }
    const { phase, effects } = follow(state, badMac);
    expect(phase).toBe("ended");
    expect(effects.at(-1)).toEqual(sealed("MAC verification failed", true));
  });

  it(`at breach ${BREACHES_MAX}, counted over the login`, () => {
    let state: State = { ...states.anonymous(), breaches: BREACHES_MAX - 2 };
    [state] = transition(state, received("[]"));
    for (const message of [
      logInReceived,
      { type: "turn", granted: true },
      replied({ type: "login_begun", passwordHash: "hash", standing: ORDINARY }),
      { type: "password_checked", valid: true },
      replied({ type: "logged_in", account: ACCOUNT, vault: VAULT, ...CUSTOMER }),
    ] as const) {
      [state] = transition(state, message);
    }
    expect(follow(state, received("[]"))).toEqual({
      phase: "ended",
      effects: [note("alice", "bad_json"), sealed(NOT_JSON, true)],
    });
  });

  it.for([
    ["login", states.anonymous(), []],
    ["message", states.anonymous(), [note(null, "timed_out_message", "session")]],
    ["request", states.authenticated(), [note("alice", "timed_out_request", "session")]],
  ] as const)("that waited too long for a %s, with a word", ([waitingFor, state, notes]) => {
    const reply = state.phase === "authenticated" ? sealed : bare;
    const text = `Invalid request: the bank waited too long for a ${waitingFor}`;
    expect(follow(state, { type: "timed_out", waitingFor })).toEqual({
      phase: "ended",
      effects: [...notes, reply(text, true)],
    });
  });

  it("without a word to a peer that does not read", () => {
    expect(follow(states.authenticated(), { type: "timed_out", waitingFor: "reader" })).toEqual({
      phase: "ended",
      effects: [note("alice", "timed_out_reader", "session"), { type: "hang_up" }],
    });
  });

  it("for good: nothing that still comes has an effect", () => {
    for (const message of [
      signUpReceived,
      replied({ type: "signed_up" }),
      { type: "broken", code: "not_an_object" },
      { type: "timed_out", waitingFor: "reader" },
    ] as const) {
      expect(follow(states.ended(), message)).toEqual({ phase: "ended", effects: [] });
    }
  });
});

describe("a message that nobody can have sent", () => {
  it.for([
    ["anonymous", states.anonymous()],
    ["admitting", states.loggingIn("waiting_turn")],
    ["authenticated", states.authenticated()],
    ["opening", states.opening()],
    ["asking", states.asking(BALANCE)],
  ] as const)("is a bug when %s", ([, state]) => {
    expect(() => transition(state, { type: "password_hashed", hash: "h" })).toThrow(/cannot take/);
  });

  it("is a bug while a password is in hand", () => {
    for (const message of [signUpReceived, opened(BALANCE)]) {
      expect(() => transition(states.loggingIn("checking"), message)).toThrow(/cannot take/);
    }
  });
});
