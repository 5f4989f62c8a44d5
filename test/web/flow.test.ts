/** The screens as a state machine: every way through, and what is asked of the bank. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dollars } from "../../src/bank/money.ts";
import type { Reply } from "../../src/protocol/classic.ts";
import { parseAmount } from "../../web/atm/amount.ts";
import {
  hasSession,
  isBusy,
  logIn,
  placeOf,
  transition,
  type ChangeOrder,
  type Effect,
  type Message,
  type Place,
  type State,
} from "../../web/atm/flow.ts";
import { problemsOf, titleOf, wordsOf } from "../../web/atm/texts.ts";

const LOG_IN: Place = { route: "/", step: "" };
const SIGN_UP: Place = { route: "/signup", step: "" };
const ACTION: Place = { route: "/action", step: "" };
const PASSWORD = "a secret that no state may hold";
const ENTERED: Message = { type: "credentials_entered", username: "alice", password: PASSWORD };
const BALANCE: Reply = { type: "balance", balance: dollars(700) };
const WITHDREW: Reply = { type: "withdrew", amount: dollars(300), balance: dollars(700) };
const ORDER: ChangeOrder = { kind: "withdraw", amount: dollars(300) };

/** The state after `messages`, and all that was wanted on the way. */
function run(messages: readonly Message[], from: State = logIn()): [State, Effect[]] {
  return messages.reduce<[State, Effect[]]>(
    ([state, effects], message) => {
      const [next, wanted] = transition(state, message);
      return [next, [...effects, ...wanted]];
    },
    [from, []],
  );
}

const CHOOSING: Message[] = [ENTERED, { type: "authenticated" }];
const AMOUNT: Message[] = [...CHOOSING, { type: "chosen", kind: "withdraw" }];
const REVIEW: Message[] = [...AMOUNT, { type: "amount_entered", typed: "300" }];
const WAITING: Message[] = [...REVIEW, { type: "confirmed" }];
const DONE: Message[] = [...WAITING, { type: "replied", reply: WITHDREW, at: 0 }];
const UNKNOWN: Message[] = [...WAITING, { type: "line_lost", inDoubt: true }];

const asked = (effects: readonly Effect[]): Effect[] =>
  effects.filter(({ type }) => type === "ask");

describe("signing up", () => {
  const START: Message[] = [{ type: "went", place: SIGN_UP }, ENTERED];

  it("leads to the log in with the original's message and the name filled in", () => {
    const [state, effects] = run([...START, { type: "signed_up" }]);
    expect(effects).toEqual([{ type: "sign_up", username: "alice", password: PASSWORD }]);
    expect(state).toEqual(logIn({ username: "alice", signedUp: true }));
    expect(wordsOf(state).status?.text).toBe("Signup Successful");
  });

  it("under a name that is taken keeps the name and says so", () => {
    const [state] = run([...START, { type: "refused", problem: { type: "username_taken" } }]);
    expect(state).toMatchObject({ screen: "sign_up", username: "alice", busy: false });
    expect(problemsOf(state)).toMatchObject([
      { text: "Username already exists", field: "username" },
    ]);
    expect(titleOf(state, 1)).toBe("Error: Sign up – Secure ATM 1");
  });
});

describe("logging in", () => {
  it("opens the choices", () => {
    const [state, effects] = run(CHOOSING);
    expect(state).toEqual({ screen: "choose", username: "alice" });
    expect(effects).toEqual([{ type: "log_in", username: "alice", password: PASSWORD }]);
  });

  it("asks the bank once, however often the form is sent", () => {
    expect(run([ENTERED, ENTERED, ENTERED])[1]).toHaveLength(1);
  });

  it("with a wrong password says the original's words and keeps the name", () => {
    const problem = { type: "authentication_failed" } as const;
    const [state] = run([ENTERED, { type: "refused", problem }]);
    expect(state).toEqual(logIn({ username: "alice", problems: [problem] }));
    expect(problemsOf(state)[0]?.text).toBe("Authentication Failed");
  });

  it("with something missing asks nobody and names each field", () => {
    const [state, effects] = run([
      {
        type: "credentials_faulty",
        username: "",
        problems: [
          { type: "username", fault: "empty" },
          { type: "password", fault: "empty" },
        ],
      },
    ]);
    expect(effects).toEqual([]);
    expect(problemsOf(state).map(({ field }) => field)).toEqual(["username", "password"]);
  });

  it.for([
    ["bank_unreachable", "The bank cannot be reached"],
    ["atm_unreachable", "This ATM does not answer"],
    ["atm_busy", "This ATM is in use"],
    ["line_lost", "The line to the bank was lost"],
  ] as const)("where the line fails (%s) can be tried again", ([fault, text]) => {
    const [state] = run([ENTERED, { type: "refused", problem: { type: "line", fault } }]);
    expect(problemsOf(state)[0]?.text).toBe(text);
    expect(isBusy(state)).toBe(false);
  });
});

describe("a transaction", () => {
  it("is asked for once it is confirmed, and once only", () => {
    expect(asked(run(REVIEW)[1])).toEqual([]);
    const [state, effects] = run([...WAITING, { type: "confirmed" }, { type: "confirmed" }]);
    expect(state.screen).toBe("waiting");
    expect(asked(effects)).toEqual([{ type: "ask", order: ORDER }]);
  });

  it("shows the bank's answer in the original's words", () => {
    const [state] = run(DONE);
    expect(wordsOf(state).status?.text).toBe("Withdrew $300. New Balance: $700");
  });

  it("shows a balance without a review", () => {
    const [state, effects] = run([...CHOOSING, { type: "chosen", kind: "balance" }]);
    expect(asked(effects)).toEqual([{ type: "ask", order: { kind: "balance" } }]);
    const [result] = run([{ type: "replied", reply: BALANCE, at: 0 }], state);
    expect(wordsOf(result).status?.text).toBe("Current Balance: $700");
  });

  it.for([
    ["", "Enter an amount"],
    ["12.50", "Enter whole dollars, in digits only"],
    ["-5", "Enter whole dollars, in digits only"],
    ["0", "Enter at least $1"],
    ["1000001", "Enter at most $1,000,000"],
  ] as const)("of %j is refused and what was typed is kept", ([typed, text]) => {
    const [state, effects] = run([...AMOUNT, { type: "amount_entered", typed }]);
    expect(state).toMatchObject({ screen: "amount", typed });
    expect(problemsOf(state)[0]).toMatchObject({ text, field: "amount" });
    expect(asked(effects)).toEqual([]);
  });

  it.for([
    [{ type: "insufficient_funds" }, "Insufficient funds"],
    [{ type: "mac_failed" }, "MAC verification failed"],
    [{ type: "busy", detail: "later" }, "Service busy: later"],
    [{ type: "replay_rejected", detail: "seen" }, "Replay rejected: seen"],
    [{ type: "invalid_request", detail: "bad_amount" }, "Invalid request: bad_amount"],
  ] satisfies [Reply, string][])("that is refused (%o) is an alert", ([reply, text]) => {
    const [state] = run([...WAITING, { type: "replied", reply, at: 0 }]);
    expect(wordsOf(state)).toMatchObject({ status: null, alert: { text } });
    expect(titleOf(state, null)).toMatch(/^Error: /);
  });

  it("without the money offers another amount, with the last one filled in", () => {
    const reply: Reply = { type: "insufficient_funds" };
    const [state] = run([...WAITING, { type: "replied", reply, at: 0 }, { type: "stepped_back" }]);
    expect(state).toMatchObject({ screen: "amount", kind: "withdraw", typed: "300" });
  });
});

describe("a lost line", () => {
  it("during a change leaves its outcome unknown, and nothing is sent again", () => {
    const [state, effects] = run(UNKNOWN);
    expect(state).toEqual({ screen: "unknown", username: "alice", order: ORDER });
    expect(wordsOf(state).heading).toBe("Unknown, checking");
    expect(asked(effects)).toHaveLength(1);
  });

  it("is followed by a log in that asks for the balance at once", () => {
    const [state, effects] = run([...UNKNOWN, { type: "finished" }, ...CHOOSING]);
    expect(state).toMatchObject({ screen: "waiting", order: { kind: "balance" } });
    expect(asked(effects).slice(1)).toEqual([{ type: "ask", order: { kind: "balance" } }]);
    const [result] = run([{ type: "replied", reply: BALANCE, at: 0 }], state);
    expect(wordsOf(result).status?.more).toContain("Withdraw $300");
  });

  it("while that balance is asked for leaves the change unknown still", () => {
    const lost: Message = { type: "line_lost", inDoubt: false };
    const [state] = run([...UNKNOWN, { type: "finished" }, ...CHOOSING, lost]);
    expect(state).toEqual({ screen: "unknown", username: "alice", order: ORDER });
  });

  it.for([
    ["before a change was sent", WAITING],
    ["at the choices", CHOOSING],
    ["at an amount", AMOUNT],
    ["at a review", REVIEW],
  ] as const)("%s ends the session", ([, messages]) => {
    const [state] = run([...messages, { type: "line_lost", inDoubt: false }]);
    expect(state).toEqual({ screen: "ended", username: "alice", reason: "line_lost" });
  });

  it("after an answer leaves it in view", () => {
    const [state] = run([...DONE, { type: "line_lost", inDoubt: false }]);
    expect(wordsOf(state).status?.text).toBe("Withdrew $300. New Balance: $700");
    expect(hasSession(state)).toBe(false);
    expect(run([{ type: "finished" }], state)[0]).toMatchObject({ screen: "ended" });
  });
});

describe("the address", () => {
  it("of the transactions without a session is the log in, in the original's words", () => {
    const [state] = run([{ type: "went", place: ACTION }]);
    expect(placeOf(state)).toEqual(LOG_IN);
    expect(problemsOf(state)[0]?.text).toBe("Error: Please log in first.");
  });

  it("does not change under a change on its way", () => {
    const [waiting] = run(WAITING);
    for (const place of [LOG_IN, SIGN_UP, ACTION]) {
      expect(transition(waiting, { type: "went", place })).toEqual([waiting, []]);
    }
  });

  it("of a review that was left by going back is its amount, as typed", () => {
    const place: Place = { route: "/action", step: "withdraw" };
    const [state] = run([...REVIEW, { type: "went", place }]);
    expect(state).toMatchObject({ screen: "amount", typed: "300" });
  });

  it("never leads into an order: a review or an answer gone back to is the choices", () => {
    for (const step of ["review", "waiting", "result", "unknown"]) {
      const [state, effects] = run([...CHOOSING, { type: "went", place: { ...ACTION, step } }]);
      expect(state.screen).toBe("choose");
      expect(asked(effects)).toEqual([]);
    }
  });

  it.for([LOG_IN, SIGN_UP])("%o hangs up a session that is left for it", (place) => {
    const [state, effects] = run([...CHOOSING, { type: "went", place }]);
    expect(hasSession(state)).toBe(false);
    expect(effects.at(-1)).toEqual({ type: "hang_up" });
  });
});

describe("logging out", () => {
  it("hangs up, and forgets the name with the next step", () => {
    const [state, effects] = run([...DONE, { type: "left" }]);
    expect(state).toEqual({ screen: "ended", username: "alice", reason: "logged_out" });
    expect(effects.at(-1)).toEqual({ type: "hang_up" });
    expect(run([{ type: "finished" }], state)[0]).toEqual(logIn());
  });
});

describe("whatever happens, in any order", () => {
  const message: fc.Arbitrary<Message> = fc.oneof(
    fc.constantFrom<Message[]>(
      ...[...DONE, ...UNKNOWN, ENTERED],
      { type: "signed_up" },
      { type: "chosen", kind: "balance" },
      { type: "replied", reply: { type: "insufficient_funds" }, at: 0 },
      { type: "refused", problem: { type: "authentication_failed" } },
      { type: "line_lost", inDoubt: false },
      { type: "stepped_back" },
      { type: "finished" },
      { type: "left" },
    ),
    fc
      .constantFrom<Place[]>(LOG_IN, SIGN_UP, ACTION, { route: "/action", step: "deposit" })
      .map((place): Message => ({ type: "went", place })),
  );

  it("no state holds a password, each has words, and only a wait is busy with an order", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), (messages) => {
        let state: State = logIn();
        for (const next of messages) {
          const before = state;
          const [after, effects] = transition(before, next);
          state = after;
          expect(JSON.stringify(state)).not.toContain(PASSWORD);
          expect(wordsOf(state).heading).not.toBe("");
          expect(placeOf(state).route).toMatch(/^\/(signup|action)?$/);
          // One order at a time: none is asked for while another is on its way.
          if (asked(effects).length > 0) {
            expect(before.screen).not.toBe("waiting");
            expect(state.screen).toBe("waiting");
          }
        }
      }),
    );
  });
});

describe("an amount", () => {
  it.for([
    ["1000", 1000],
    [" $1,000 ", 1000],
    ["1000.00", 1000],
    ["007", 7],
    ["1000000", 1_000_000],
  ] as const)("typed as %j is %i dollars", ([typed, amount]) => {
    expect(parseAmount(typed)).toBe(dollars(amount));
  });

  it.for(["1,00", "1e3", "0x10", "12 3", "١٢", "NaN", "1.5"])("is not %j", (typed) => {
    expect(parseAmount(typed)).toBe("not_whole");
  });
});
