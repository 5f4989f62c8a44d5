/**
 * A session under any well-ordered sequence of messages: one at a time from the peer, and for each
 * thing wanted one outcome, whatever it is.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccountId, Command, Rejection } from "../../../src/bank/ledger.ts";
import type { Cents } from "../../../src/bank/money.ts";
import { PROTOCOL_ERROR_CODES } from "../../../src/protocol/error.ts";
import { initialState } from "../../../src/server/classic/session-state.ts";
import type { Effect, Message, State } from "../../../src/server/classic/session-state.ts";
import type { LedgerReply } from "../../../src/workers/ledger.ts";
import {
  NOW_SECONDS,
  envelopeReceived,
  failed,
  logInReceived,
  opened,
  received,
  replied,
  signUpReceived,
  transition,
} from "./session-stage.ts";
import { CUSTOMER, ORDINARY } from "../../ordinary.ts";

const account = 1 as AccountId;
const vault = 2 as AccountId;
const rejections: Rejection[] = ["username_taken", "locked", "insufficient_funds"];
const ledgerReplies: LedgerReply[] = [
  ...rejections.map((rejection): LedgerReply => ({ type: "rejected", rejection })),
  { type: "signed_up" },
  { type: "login_begun", passwordHash: null, standing: ORDINARY },
  { type: "login_begun", passwordHash: "hash", standing: ORDINARY },
  { type: "logged_in", account, vault, ...CUSTOMER },
  { type: "login_failed" },
  { type: "posted", transaction: 1, amount: 100 as Cents, balance: 100 as Cents, credited: null },
  { type: "balance_read", balance: 0 as Cents },
  { type: "read_only" },
  { type: "done" },
];

const fromPeer = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom(signUpReceived, logInReceived, envelopeReceived) },
  { weight: 2, arbitrary: fc.constantFrom(received("[]"), received('{"payload":"","mac":""}')) },
  { weight: 1, arbitrary: fc.constant<Message>({ type: "broken", code: "not_an_object" }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("message" as const, "login" as const, "request" as const, "reader" as const)
      .map((waitingFor): Message => ({ type: "timed_out", waitingFor })),
  },
);

/** What the ledger says where no rule is against it. */
const consents: Partial<Record<Command["type"], LedgerReply>> = {
  sign_up: { type: "signed_up" },
  begin_login: { type: "login_begun", passwordHash: "hash", standing: ORDINARY },
  end_login: { type: "logged_in", account, vault, ...CUSTOMER },
  deposit: {
    type: "posted",
    transaction: 1,
    amount: 100 as Cents,
    balance: 100 as Cents,
    credited: null,
  },
  withdraw: {
    type: "posted",
    transaction: 1,
    amount: 100 as Cents,
    balance: 100 as Cents,
    credited: null,
  },
  balance: { type: "balance_read", balance: 0 as Cents },
  forget_attempts: { type: "done" },
};

/** `consent`, or anything that a ledger can say or fail to. */
const answered = fc.oneof(
  { weight: 15, arbitrary: fc.constant("consent" as const) },
  { weight: 5, arbitrary: fc.constantFrom(...ledgerReplies).map(replied) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("busy", "timed_out", "died", "draining")
      .map((failure) => failed(failure)),
  },
);

const openings = fc.oneof(
  fc.constant(null).map(() => opened({ action: "balance" })),
  fc.constantFrom("{}", '{"action": "deposit", "amount": 5}').map((text) => opened(text)),
  fc.constant(opened({ action: "balance" }, Uint8Array.of(1, 2, 3))), // The same token again.
  fc.constantFrom(...PROTOCOL_ERROR_CODES).map((code): Message => ({
    ...{ type: "opened", result: { type: "refused", code }, nowSeconds: NOW_SECONDS },
  })),
);

/** One outcome of each kind of work; which of them is used, the session decides by its effects. */
const outcomes = fc.record({
  peer: fromPeer,
  turn: fc.constantFrom(true, true, false).map((granted): Message => ({ type: "turn", granted })),
  hash: fc.constantFrom<Message>(
    { type: "password_hashed", hash: "hash" },
    { type: "password_failed" },
  ),
  check: fc.constantFrom<Message>(
    { type: "password_checked", valid: true },
    { type: "password_checked", valid: true },
    { type: "password_checked", valid: false },
    { type: "password_failed" },
  ),
  answer: answered,
  opening: openings,
});
type Outcomes = typeof outcomes extends fc.Arbitrary<infer T> ? T : never;

/** What follows an effect that wants something done, or null where it is done with the effect. */
function outcomeOf(effect: Effect, chosen: Outcomes): Message | null {
  switch (effect.type) {
    case "take_turn":
      return chosen.turn;
    case "hash_password":
      return chosen.hash;
    case "check_password":
    case "feign_check":
      return chosen.check;
    case "ask_ledger":
      if (chosen.answer !== "consent") return chosen.answer;
      return replied(consents[effect.command.type] ?? { type: "done" });
    case "open":
      return chosen.opening;
    case "measure_password":
    case "make_secret":
    case "check_code":
    case "check_enrolment":
      throw new Error("the classic protocol has no codes");
    case "end_turn":
    case "settle_login":
    case "enter":
    case "upgrade_hash":
    case "start_sealing":
    case "reply":
    case "hang_up":
    case "note":
    case "report":
      return null;
  }
}

type Trace = { phase: State["phase"]; message: Message; effects: readonly Effect[] }[];

/** Lets a session take its messages as its connection hands them on. */
function run(steps: readonly Outcomes[]): Trace {
  const trace: Trace = [];
  let state: State = initialState;
  let due: Message | null = null;
  for (const chosen of steps) {
    const message: Message = due ?? chosen.peer;
    const { phase } = state;
    const [next, effects] = transition(state, message);
    trace.push({ phase, message, effects });
    state = next;
    const wanted = effects.map((effect) => outcomeOf(effect, chosen)).filter((one) => one !== null);
    expect(wanted.length).toBeLessThanOrEqual(1);
    due = wanted[0] ?? null;
  }
  return trace;
}

const isAnswer = ({ type }: Effect): boolean => type === "reply" || type === "start_sealing";

/** How often each kind of effect follows one message of the peer, before the next one. */
function exchangesOf(trace: Trace): { message: Message; effects: Effect[]; isOver: boolean }[] {
  const exchanges: { message: Message; effects: Effect[]; isOver: boolean }[] = [];
  for (const { message, effects } of trace) {
    const isFromPeer = ["received", "broken", "timed_out"].includes(message.type);
    const last = exchanges.at(-1);
    if (isFromPeer || last === undefined) {
      if (last !== undefined) last.isOver = true;
      exchanges.push({ message, effects: [...effects], isOver: false });
    } else {
      last.effects.push(...effects);
    }
  }
  return exchanges;
}

// Long ones: it takes nine messages to get through a login to a change.
const histories = fc.array(outcomes, { minLength: 60, maxLength: 120 });

describe("whatever happens, in order", () => {
  it("each message of the peer has one answer, before its next one", () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const live = run(steps).filter(({ phase }) => phase !== "ended");
        for (const { message, effects, isOver } of exchangesOf(live)) {
          const answers = effects.filter(isAnswer).length;
          if (message.type === "received" && isOver) expect(answers).toBe(1);
          else expect(answers).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it("each turn that was granted is given back once, before the answer", () => {
    fc.assert(
      fc.property(histories, (steps) => {
        let held = 0;
        for (const { message, effects } of run(steps)) {
          if (message.type === "turn" && message.granted) held += 1;
          for (const effect of effects) {
            if (effect.type === "end_turn") held -= 1;
            expect(held).toBeGreaterThanOrEqual(0);
            if (isAnswer(effect)) expect(held).toBe(0);
          }
        }
        expect(held).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("nothing is sealed before the login, and everything after it", () => {
    fc.assert(
      fc.property(histories, (steps) => {
        let isLoggedIn = false;
        for (const { effects } of run(steps)) {
          for (const effect of effects) {
            if (effect.type === "reply") expect(effect.sealed).toBe(isLoggedIn);
            if (effect.type === "start_sealing") isLoggedIn = true;
          }
        }
      }),
    );
  });

  it("no effect follows the end", () => {
    fc.assert(
      fc.property(histories, (steps) => {
        for (const { phase, effects } of run(steps)) {
          if (phase === "ended") expect(effects).toEqual([]);
        }
      }),
    );
  });

  it("a change is asked for only by a customer who is logged in", () => {
    let changes = 0;
    fc.assert(
      fc.property(histories, (steps) => {
        for (const { phase, effects } of run(steps)) {
          for (const effect of effects) {
            if (effect.type !== "ask_ledger") continue;
            const moves = effect.command.type === "deposit" || effect.command.type === "withdraw";
            if (moves) expect(phase).toBe("opening");
            if (moves) changes += 1;
          }
        }
      }),
    );
    expect(changes).toBeGreaterThan(0); // The histories do get that far.
  });
});
