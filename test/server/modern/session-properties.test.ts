/**
 * A session under any order of calls and answers: calls come while others are in flight, answers
 * come in any order, and whatever was wanted may go wrong.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Failure } from "../../../src/actor/answer.ts";
import type { AccountId, Command } from "../../../src/bank/ledger.ts";
import { cents } from "../../../src/bank/money.ts";
import type { Call } from "../../../src/protocol/methods.ts";
import type { RpcId } from "../../../src/protocol/rpc-error.ts";
import { isAdmission } from "../../../src/server/modern/calls.ts";
import { CALLS_IN_FLIGHT_MAX } from "../../../src/server/modern/session.ts";
import {
  initialState,
  type Effect,
  type Message,
  type State,
} from "../../../src/server/modern/session-state.ts";
import type { LedgerReply } from "../../../src/workers/ledger.ts";
import { CALLS, called, transition } from "./session-stage.ts";
import { CUSTOMER, ORDINARY } from "../../ordinary.ts";

const account = 1 as AccountId;
const posted: LedgerReply = {
  ...{ type: "posted", transaction: 1, amount: cents(1), balance: cents(1), credited: null },
};

const REFUSAL: LedgerReply = { type: "rejected", rejection: "insufficient_funds" };

/** What the ledger says where nothing is against it. */
const CONSENTS: Record<Command["type"], LedgerReply> = {
  ...{
    begin_sign_up: { type: "done" },
    sign_up: { type: "signed_up" },
    upgrade_hash: { type: "done" },
    forget_attempts: { type: "done" },
  },
  operate: { type: "answered", answer: { type: "permitted" } },
  appoint: { type: "done" },
  begin_login: { type: "login_begun", passwordHash: "hash", standing: ORDINARY },
  end_login: { type: "logged_in", account, vault: 2 as AccountId, ...CUSTOMER },
  change_password: { type: "done" },
  ...{ deposit: posted, withdraw: posted, transfer: posted },
  begin_factor: REFUSAL,
  end_factor: { type: "factor_ended", proven: true },
  ...{ enrol_factor: { type: "done" }, remove_factor: { type: "done" } },
  balance: { type: "balance_read", balance: cents(1) },
};

/** How one thing that was wanted goes. */
type Luck = {
  isGranted: boolean;
  isRight: boolean;
  hasPool: boolean;
  ledger: Failure | "full" | "ok";
};
type Step =
  | { type: "call"; call: Call }
  | { type: "answer"; which: number; luck: Luck }
  | { type: "news" | "drain" | "misread" | "broken" | "timed_out" | "closed" }
  | { type: "ended_elsewhere" | "expired" | "expiring" };

const mostly = (weight: number) =>
  fc.oneof({ weight, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
const luck: fc.Arbitrary<Luck> = fc.record({
  ...{ isGranted: mostly(9), isRight: mostly(9), hasPool: mostly(9) },
  ledger: fc.oneof(
    { weight: 20, arbitrary: fc.constant("ok" as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("full", "busy", "timed_out", "draining", "died"),
    },
  ),
});
const LUCKY: Luck = { isGranted: true, isRight: true, hasPool: true, ledger: "ok" };

/** A call of any method whose name begins so; but no logout, which would end most runs early. */
const callOf = (prefix: string): fc.Arbitrary<Step> =>
  fc
    .constantFrom(...Object.values(CALLS))
    .filter(({ method }) => method.startsWith(prefix) && !method.startsWith("auth.logout"))
    .map((call) => ({ type: "call", call }));
const logout: Step = { type: "call", call: CALLS["auth.logout"] };
const anAnswer: fc.Arbitrary<Step> = fc.record({
  ...{ type: fc.constant("answer" as const), which: fc.nat(99), luck },
});
const rareSteps: Step[] = [
  ...([{ type: "ended_elsewhere" }, { type: "expired" }, { type: "expiring" }] as const),
  ...([{ type: "drain" }, { type: "broken" }, { type: "timed_out" }] as const),
  logout,
];

/** `eagerness`: how many calls come for an answer. */
const stepsOf = (calls: fc.Arbitrary<Step>, eagerness: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 30 * eagerness, arbitrary: calls },
      { weight: 30, arbitrary: anAnswer },
      { weight: 2, arbitrary: fc.constantFrom<Step>({ type: "news" }, { type: "misread" }) },
      { weight: 1, arbitrary: fc.constantFrom<Step>(...rareSteps, { type: "closed" }) },
    ),
    { minLength: 40, maxLength: 200 },
  );

/** A login that succeeds: its call, and what it waits for. */
const luckyAnswer: Step = { type: "answer", which: 0, luck: LUCKY };
const login: Step[] = [
  { type: "call", call: CALLS["auth.login"] },
  ...[luckyAnswer, luckyAnswer, luckyAnswer, luckyAnswer],
];
const steps: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.constantFrom([], login),
    fc.oneof(stepsOf(callOf(""), 1), stepsOf(callOf("account."), 20)),
  )
  .map(([first, rest]) => [...first, ...rest]);

/** What follows an effect that wants something, or null where it is done with the effect. */
function resultOf(effect: Effect, { isGranted, isRight, hasPool, ledger }: Luck): Message | null {
  switch (effect.type) {
    case "take_turn":
      return { type: "turn", granted: isGranted };
    case "hash_password":
      return hasPool ? { type: "password_hashed", hash: "hash" } : { type: "password_failed" };
    case "check_password":
    case "feign_check":
      return hasPool ? { type: "password_checked", valid: isRight } : { type: "password_failed" };
    case "measure_password":
      return isRight
        ? { type: "password_measured" }
        : { type: "password_refused", refusal: "too_short", charsMin: 15 };
    case "make_secret":
      return { type: "secret_made", secret: "SECRET", uri: "otpauth://totp/" };
    case "check_code":
      return { type: "code_checked", proof: isRight ? { type: "step", step: 1 } : null };
    case "check_enrolment": {
      const kept = { sealedSecret: "box", step: 1, recoveryHashes: [], recoveryCodes: [] };
      return { type: "enrolment_checked", enrolment: isRight ? kept : null };
    }
    case "ask_ledger": {
      const { about, command } = effect;
      if (ledger !== "ok" && ledger !== "full") {
        return { type: "answered", about, answer: { ok: false, failure: ledger } };
      }
      const consent: LedgerReply = isRight ? CONSENTS[command.type] : REFUSAL;
      const reply: LedgerReply = ledger === "ok" ? consent : { type: "read_only" };
      return { type: "answered", about, answer: { ok: true, reply } };
    }
    case "read_history": {
      const reply = isRight ? { page: '{"entries":[]}' } : null;
      return { type: "history_read", id: effect.id, answer: { ok: true, reply } };
    }
    case "list_sessions": {
      const result = { current: "", sessions: [] };
      return { type: "sessions_listed", id: effect.id, result };
    }
    case "find_session": {
      const { id, call } = effect;
      return { type: "session_found", id, call, username: isRight ? "bob" : null };
    }
    case "do_permitted":
      return { type: "permitted_done", sent: { type: "send_error", id: effect.id, kind: "busy" } };
    case "end_session":
      return { type: "session_ended", id: effect.id, wasThere: isRight };
    default:
      return null;
  }
}

const UNASKED: Record<Exclude<Step["type"], "call" | "answer">, Message> = {
  news: {
    type: "credited",
    news: { transactionId: "1", amount: cents(1), balance: cents(1), from: "bob" },
  },
  drain: { type: "drain", why: "draining" },
  ended_elsewhere: { type: "ended_elsewhere", by: "bob" },
  expired: { type: "timed_out", waitingFor: "session" },
  expiring: { type: "expiring", expiry: { limit: "idle", seconds: 60 } },
  misread: { type: "misread", id: null, kind: "parse_error" },
  broken: { type: "broken", code: "bad_frame" },
  timed_out: { type: "timed_out", waitingFor: "request" },
  closed: { type: "closed", hasCalled: true },
};

type Entry = { before: State; after: State; message: Message; effects: readonly Effect[] };

/**
 * Lets a session take its messages as its connection hands them on: calls wait behind an admission,
 * and nobody is thought idle while the bank owes an answer.
 */
class Run {
  readonly trace: Entry[] = [];
  readonly calls: RpcId[] = [];
  readonly #held: Call[] = [];
  #wanted: Effect[] = [];
  #isHolding = false;
  #state: State = initialState;

  take(step: Step): void {
    if (step.type === "call") this.#held.push(step.call);
    else if (step.type === "answer") this.#settle(step.which, step.luck);
    else if (this.#mayCome(step.type)) this.#tell(UNASKED[step.type]);
    while (!this.#isHolding && this.#held.length > 0) this.#call(this.#held.shift()!);
  }

  /** Gives every answer that is due. */
  finish(): void {
    while (this.#wanted.length > 0) this.take(luckyAnswer);
  }

  #mayCome(type: keyof typeof UNASKED): boolean {
    if (type === "expired") return !this.#isHolding; // However much is in flight.
    if (type === "timed_out") return !this.#isHolding && this.#wanted.length === 0;
    return !this.#isHolding || (type !== "broken" && type !== "misread");
  }

  #call(call: Call): void {
    const id = this.calls.length;
    if (this.#state.phase !== "ended") this.calls.push(id);
    this.#isHolding = isAdmission(call) && this.#state.phase !== "ended";
    this.#tell(called(call, id));
  }

  #settle(which: number, chosen: Luck): void {
    const [effect] = this.#wanted.splice(which % Math.max(1, this.#wanted.length), 1);
    if (effect !== undefined) this.#tell(resultOf(effect, chosen)!);
  }

  #tell(message: Message): void {
    const before = this.#state;
    const [after, effects] = transition(before, message);
    this.#state = after;
    this.trace.push({ before, after, message, effects });
    this.#wanted.push(...effects.filter((effect) => resultOf(effect, LUCKY) !== null));
    if (effects.some(({ type }) => type === "go_on")) this.#isHolding = false;
  }
}

function runOf(chosen: readonly Step[]): Run {
  const run = new Run();
  for (const step of chosen) run.take(step);
  run.finish();
  return run;
}

/** Says of every run what must be true of it. */
function always(claim: (run: Run) => void): void {
  fc.assert(fc.property(steps, (chosen) => claim(runOf(chosen))));
}

const answersIn = ({ trace }: Run): (RpcId | null)[] =>
  trace.flatMap(({ effects }) =>
    effects.flatMap((effect) =>
      effect.type === "send_result" ||
      effect.type === "send_written" ||
      effect.type === "send_error"
        ? [effect.id]
        : [],
    ),
  );

const wasBrokenOff = ({ trace }: Run): boolean =>
  trace.some(({ before, message: { type } }) => {
    const breaksOff = type === "broken" || type === "timed_out" || type === "closed";
    return breaksOff && before.phase !== "ended";
  });

describe("whatever happens, in any order", () => {
  it("every call has exactly one answer, unless the session is broken off", () => {
    let answered = 0;
    always((run) => {
      const answers = answersIn(run).filter((id) => id !== null);
      expect(new Set(answers).size).toBe(answers.length);
      if (!wasBrokenOff(run)) expect(answers.toSorted(byNumber)).toEqual(run.calls);
      answered += answers.length;
    });
    expect(answered).toBeGreaterThan(100);
  });

  it("every turn that was granted is given back, once", () => {
    always(({ trace }) => {
      let held = 0;
      for (const { message, effects } of trace) {
        if (message.type === "turn" && message.granted) held += 1;
        held -= effects.filter(({ type }) => type === "end_turn").length;
        expect(held).toBeGreaterThanOrEqual(0);
        expect(held).toBeLessThanOrEqual(1);
      }
      expect(held).toBe(0);
    });
  });

  it("every attempt that was begun is ended", () => {
    always(({ trace }) => {
      let open = 0;
      for (const { message, effects } of trace) {
        const answer = message.type === "answered" ? message.answer : null;
        if (answer?.ok === true && answer.reply.type === "login_begun") open += 1;
        for (const effect of effects) {
          if (effect.type !== "ask_ledger") continue;
          const { type } = effect.command;
          if (type === "end_login" || type === "change_password") open -= 1;
        }
      }
      expect(open).toBe(0);
    });
  });

  it("the calls in flight are never fewer than none or more than their limit", () => {
    let most = 0;
    always(({ trace }) => {
      for (const { after } of trace) {
        expect(after.inFlight).toBeGreaterThanOrEqual(0);
        expect(after.inFlight).toBeLessThanOrEqual(CALLS_IN_FLIGHT_MAX);
        most = Math.max(most, after.inFlight);
      }
    });
    expect(most).toBe(CALLS_IN_FLIGHT_MAX); // The runs do get that far.
  });

  it("nothing follows the end, which is told once", () => {
    always(({ trace }) => {
      let ends = 0;
      for (const { before, after, effects } of trace) {
        if (before.phase === "ended") expect(effects).toEqual([]);
        else if (after.phase === "ended") {
          ends += 1;
          expect(effects.at(-1)).toEqual({ type: "hang_up" });
        }
      }
      expect(ends).toBeLessThanOrEqual(1);
    });
  });

  it("nobody moves money who is not logged in", () => {
    let moves = 0;
    always(({ trace }) => {
      for (const { before, effects } of trace) {
        if (!effects.some((effect) => effect.type === "ask_ledger" && effect.key)) continue;
        expect(before.phase).toBe("authenticated");
        moves += 1;
      }
    });
    expect(moves).toBeGreaterThan(100);
  });
});

const byNumber = (a: RpcId, b: RpcId): number => Number(a) - Number(b);
