/** The screens as a state machine: every way through, and what is asked of the bank. */

import { describe, expect, it } from "vitest";
import { cents, dollars } from "../../src/bank/money.ts";
import { transition } from "../../web/atm/flow.ts";
import { problemsOf } from "../../web/atm/problem-texts.ts";
import type { Answer, Message, Place } from "../../web/atm/state.ts";
import { titleOf, wordsOf } from "../../web/atm/texts.ts";
import { hasSession, isBusy, logIn, placeOf } from "../../web/atm/views.ts";
import {
  AUTHENTICATED,
  ACTION,
  AMOUNT,
  answered,
  asked,
  BALANCE,
  CHOOSING,
  DONE,
  ended,
  ENTERED,
  LOG_IN,
  NAMED,
  ORDER,
  pageOf,
  PASSWORD,
  PINNED,
  refused,
  REVIEW,
  run,
  SIGN_UP,
  unknownWith,
  viewAfter,
  WAITING,
} from "./flow-stage.ts";

describe("signing up", () => {
  const START: Message[] = [{ type: "went", place: SIGN_UP }, ENTERED];

  it("leads to the log in with the original's message and the name filled in", () => {
    const [state, effects] = run([...START, { type: "signed_up" }]);
    expect(effects).toEqual([
      { type: "sign_up", protocol: "modern", username: "alice", password: PASSWORD },
    ]);
    expect(state.view).toEqual(logIn({ username: "alice", signedUp: true }));
    expect(wordsOf(state).status?.text).toBe("Signup Successful");
  });

  it("under a name that is taken keeps the name and says so", () => {
    const [state] = run([...START, { type: "refused", problem: { type: "username_taken" } }]);
    expect(state.view).toMatchObject({ screen: "sign_up", username: "alice", busy: false });
    expect(problemsOf(state.view)).toMatchObject([
      { text: "Username already exists", field: "username" },
    ]);
    expect(titleOf(state, 1)).toBe("Error: Sign up – Secure ATM 1");
  });
});

describe("logging in", () => {
  it("opens the choices", () => {
    const [state, effects] = run(CHOOSING);
    expect(state.view).toEqual({ screen: "choose", username: "alice" });
    expect(effects).toEqual([
      { type: "log_in", protocol: "modern", username: "alice", password: PASSWORD },
    ]);
  });

  it("asks the bank once, however often the form is sent", () => {
    expect(run([ENTERED, ENTERED, ENTERED])[1]).toHaveLength(1);
  });

  it("with a wrong password says the original's words and keeps the name", () => {
    const problem = { type: "authentication_failed" } as const;
    const view = viewAfter([ENTERED, { type: "refused", problem }]);
    expect(view).toEqual(logIn({ username: "alice", problems: [problem] }));
    expect(problemsOf(view)[0]?.text).toBe("Authentication Failed");
  });

  it("with something missing asks nobody and names each field", () => {
    const [{ view }, effects] = run([
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
    expect(problemsOf(view).map(({ field }) => field)).toEqual(["username", "password"]);
  });

  it.for([
    ["bank_unreachable", "The bank cannot be reached"],
    ["bank_not_authentic", "This is not your bank"],
    ["atm_unreachable", "This ATM does not answer"],
    ["atm_busy", "This ATM is in use"],
    ["line_lost", "The line to the bank was lost"],
  ] as const)("where the line fails (%s) can be tried again", ([fault, text]) => {
    const view = viewAfter([ENTERED, { type: "refused", problem: { type: "line", fault } }]);
    expect(problemsOf(view)[0]?.text).toBe(text);
    expect(isBusy(view)).toBe(false);
  });
});

describe("the protocol", () => {
  const choose: Message = { type: "protocol_chosen", protocol: "classic" };

  it("is the customer's choice, and is kept", () => {
    const [, effects] = run([choose, ENTERED]);
    expect(effects).toMatchObject([
      { type: "keep_protocol", protocol: "classic" },
      { type: "log_in", protocol: "classic" },
    ]);
  });

  it("does not change under a session", () => {
    const [state, effects] = run([...CHOOSING, choose]);
    expect(state.desk.wish).toBe("modern");
    expect(effects.filter(({ type }) => type === "keep_protocol")).toEqual([]);
  });

  it("is classic where the ATM knows no key", () => {
    const [, effects] = run([{ type: "bank_learned", bank: { type: "none" } }, ENTERED]);
    expect(effects).toMatchObject([{ type: "log_in", protocol: "classic" }]);
  });

  it.for(["transfer", "history", "session", "password"] as const)("classic has no %s", (kind) => {
    const view = viewAfter([...CHOOSING, { type: "chosen", kind }], pageOf("classic"));
    expect(view.screen).toBe("choose");
  });
});

describe("a transaction", () => {
  it("is asked for once it is confirmed, and once only", () => {
    expect(asked(run(REVIEW)[1])).toEqual([]);
    const [state, effects] = run([...WAITING, { type: "confirmed" }, { type: "confirmed" }]);
    expect(state.view.screen).toBe("waiting");
    expect(asked(effects)).toEqual([{ type: "ask", order: ORDER, key: null }]);
  });

  it.for([
    [
      { type: "deposited", amount: dollars(100), balance: dollars(250), reference: null },
      "Deposited $100. New Balance: $250",
    ],
    [
      { type: "withdrew", amount: cents(1250), balance: dollars(700), reference: "7" },
      "Withdrew $12.50. New Balance: $700",
    ],
    [BALANCE, "Current Balance: $700"],
  ] satisfies [Answer, string][])("is told in the original's words: %o", ([answer, text]) => {
    const [state] = run([...WAITING, answered(answer)]);
    expect(wordsOf(state).status?.text).toBe(text);
  });

  it("shows a balance without a review", () => {
    const [, effects] = run([...CHOOSING, { type: "chosen", kind: "balance" }]);
    expect(asked(effects)).toEqual([{ type: "ask", order: { kind: "balance" }, key: null }]);
  });

  it.for([
    ["insufficient_funds", "Insufficient funds"],
    ["mac_failed", "MAC verification failed"],
    ["busy", "Service busy: later"],
    ["replay_rejected", "Replay rejected: seen"],
    ["invalid_request", "Invalid request: bad_amount"],
    ["read_only", "The bank takes no changes just now"],
    ["unreachable", "The bank cannot be reached"],
  ] as const)("that is refused (%s) is an alert", ([kind, text]) => {
    const [state] = run([...WAITING, refused(kind, text)]);
    expect(wordsOf(state)).toMatchObject({ status: null, alert: { text } });
    expect(titleOf(state, null)).toMatch(/^Error: /);
    expect(hasSession(state.view)).toBe(true);
  });

  it("without the money offers another amount, with the last one filled in", () => {
    const view = viewAfter([...WAITING, refused("insufficient_funds"), { type: "stepped_back" }]);
    expect(view).toMatchObject({ screen: "amount", kind: "withdraw", typed: "300" });
  });
});

describe("an outcome that is lost", () => {
  it("in classic stays unknown, nothing is sent again, and a log in asks for the balance", () => {
    const page = pageOf("classic");
    const [unknown, effects] = run(unknownWith(null), page);
    expect(unknown.view).toEqual({ screen: "unknown", username: "alice", open: false });
    expect(asked(effects)).toHaveLength(1);
    const [state, later] = run([{ type: "finished" }, ...CHOOSING], unknown);
    expect(asked(later)).toEqual([{ type: "ask", order: { kind: "balance" }, key: null }]);
    const [result] = run([answered(BALANCE)], state);
    expect(wordsOf(result).status?.more).toContain("Withdraw $300");
    expect(result.desk.doubt).toBe(null);
  });

  it("in modern is being checked, and its true outcome is shown", () => {
    const [checking] = run([...WAITING, { type: "checking" }]);
    expect(wordsOf(checking).heading).toBe("Unknown, checking");
    const [state] = run([answered(WITHDREW_ONCE)], checking);
    expect(wordsOf(state).status).toMatchObject({
      text: "Withdrew $300. New Balance: $700",
      more: expect.stringContaining("done once"),
    });
  });

  it("in modern is asked for again under the same key, in the same session", () => {
    const [unknown] = run(unknownWith("k-1"));
    expect(hasSession(unknown.view)).toBe(true);
    const [state, effects] = run([{ type: "finished" }], unknown);
    expect(effects).toEqual([{ type: "ask", order: ORDER, key: "k-1" }]);
    const [again] = run([{ type: "outcome_unknown", key: "k-1", session: "open" }], state);
    expect(again.desk.doubt).toEqual({ username: "alice", order: ORDER, key: "k-1" });
  });

  it("in modern is asked for again under the same key, after another log in", () => {
    const [, effects] = run([
      ...unknownWith("k-1"),
      ended("draining"),
      { type: "finished" },
      ...CHOOSING,
    ]);
    expect(asked(effects).slice(1)).toEqual([{ type: "ask", order: ORDER, key: "k-1" }]);
  });

  it("is nothing to another customer of the tab: neither shown nor done", () => {
    const bob: Message = { type: "credentials_entered", username: "bob", password: PASSWORD };
    const [state, effects] = run([
      ...unknownWith("k-1"),
      { type: "left" },
      { type: "finished" },
      bob,
      AUTHENTICATED,
    ]);
    expect(asked(effects)).toHaveLength(1);
    expect(state.view).toEqual({ screen: "choose", username: "bob" });
    expect(state.desk.doubt).toBe(null);
  });

  it.for(["busy", "draining", "timed_out", "unreachable"] as const)(
    "stays open where the bank only says that it cannot tell now: %s",
    (kind) => {
      const [state] = run([...unknownWith("k-1"), { type: "finished" }, refused(kind)]);
      expect(state.view).toEqual({ screen: "unknown", username: "alice", open: true });
      expect(state.desk.doubt?.key).toBe("k-1");
    },
  );

  it("in modern is asked for after another log in where the session has ended over it", () => {
    const [state] = run([...WAITING, { type: "outcome_unknown", key: "k-1", session: "ended" }]);
    expect(state.view).toEqual({ screen: "unknown", username: "alice", open: false });
    expect(hasSession(state.view)).toBe(false);
    expect(wordsOf(state).alert?.more).toContain("log in and check");
    const [, effects] = run([{ type: "finished" }, ...CHOOSING], state);
    expect(asked(effects)).toEqual([{ type: "ask", order: ORDER, key: "k-1" }]);
  });

  it("is kept when a stranger answers in the bank's place", () => {
    const [state] = run([...WAITING, { type: "outcome_unknown", key: "k-1", session: "stranger" }]);
    expect(state.view.screen).toBe("stranger");
    expect(state.desk.doubt?.key).toBe("k-1");
    expect(wordsOf(state).alert?.more).toContain("Withdraw $300");
  });

  const WITHDREW_ONCE: Answer = {
    ...{ type: "withdrew", amount: dollars(300), balance: dollars(700), reference: "7" },
  };
});

describe("the end of a session", () => {
  it.for([
    ["before an answer", WAITING],
    ["at the choices", CHOOSING],
    ["at an amount", AMOUNT],
    ["at a review", REVIEW],
  ] as const)("%s is explained", ([, messages]) => {
    for (const reason of ["line_lost", "idle", "draining", "ended_elsewhere", "breach"] as const) {
      const [state] = run([...messages, ended(reason)]);
      expect(state.view).toEqual({ screen: "ended", username: "alice", reason });
      expect(wordsOf(state).alert).not.toBe(null);
    }
  });

  it("after an answer leaves it in view", () => {
    const [state] = run([...DONE, ended("idle")]);
    expect(wordsOf(state).status?.text).toBe("Withdrew $300. New Balance: $700");
    expect(hasSession(state.view)).toBe(false);
    expect(viewAfter([{ type: "finished" }], state)).toMatchObject({ reason: "idle" });
  });

  it("by logging out hangs up, and forgets the name with the next step", () => {
    const [state, effects] = run([...DONE, { type: "left" }]);
    expect(state.view).toEqual({ screen: "ended", username: "alice", reason: "logged_out" });
    expect(effects.at(-1)).toEqual({ type: "hang_up" });
    expect(viewAfter([{ type: "finished" }], state)).toEqual(logIn());
  });

  it("takes what others sent with it", () => {
    const credit = { id: "9", amount: dollars(5), from: "bob", memo: "" };
    const [open] = run([...CHOOSING, { type: "credited", credit }, { type: "credited", credit }]);
    expect(open.desk.news).toEqual([credit]);
    expect(run([{ type: "news_dismissed", id: "9" }], open)[0].desk.news).toEqual([]);
    expect(run([{ type: "left" }], open)[0].desk.news).toEqual([]);
  });
});

describe("a bank that does not prove its key", () => {
  const named: Message = {
    ...{ type: "bank_learned", bank: { type: "pinned", pinned: PINNED, named: NAMED } },
  };
  const REFUSED: Message[] = [ENTERED, { type: "not_authentic" }];

  it.for([
    ["at a log in", REFUSED],
    ["in a session", [...CHOOSING, { type: "not_authentic" }]],
    ["during an order", [...WAITING, { type: "not_authentic" }]],
  ] satisfies [string, Message[]][])("%s is refused, with no way on but back", ([, messages]) => {
    const [state] = run(messages);
    expect(state.view.screen).toBe("stranger");
    expect(hasSession(state.view)).toBe(false);
    expect(titleOf(state, 1)).toMatch(/^Error: /);
    expect(viewAfter([{ type: "digits_entered", digits: "fb77" }], state).screen).toBe("stranger");
    expect(viewAfter([{ type: "finished" }], state).screen).toBe("log_in");
  });

  it.for(["", "0000", "fb77", "abc", NAMED])("is not trusted for the digits %j", (digits) => {
    const [state, effects] = run([...REFUSED, named, { type: "digits_entered", digits }]);
    expect(state.view.screen).toBe("stranger");
    expect(problemsOf(state.view)).toMatchObject([{ field: "digits" }]);
    expect(effects.filter(({ type }) => type === "trust_named_key")).toEqual([]);
  });

  it("is trusted by who types what the bank shows", () => {
    const [state, effects] = run([...REFUSED, named, { type: "digits_entered", digits: " ABCD" }]);
    expect(effects.at(-1)).toEqual({ type: "trust_named_key" });
    expect(state.view).toEqual(logIn({ username: "alice" }));
  });
});

describe("the address", () => {
  it("of the transactions without a session is the log in, in the original's words", () => {
    const view = viewAfter([{ type: "went", place: ACTION }]);
    expect(placeOf(view)).toEqual(LOG_IN);
    expect(problemsOf(view)[0]?.text).toBe("Error: Please log in first.");
  });

  it("does not change under a change on its way", () => {
    for (const messages of [WAITING, unknownWith("k-1")]) {
      const [state] = run(messages);
      for (const place of [LOG_IN, SIGN_UP, ACTION]) {
        expect(transition(state, { type: "went", place })).toEqual([state, []]);
      }
    }
  });

  it("of a review that was left by going back is its amount, as typed", () => {
    const place: Place = { route: "/action", step: "withdraw" };
    const view = viewAfter([...REVIEW, { type: "went", place }]);
    expect(view).toMatchObject({ screen: "amount", typed: "300" });
  });

  it("never leads into an order: a step of one gone back to is the choices", () => {
    for (const step of ["review", "waiting", "result", "history", "session", "unknown"]) {
      const [state, effects] = run([...CHOOSING, { type: "went", place: { ...ACTION, step } }]);
      expect(state.view.screen).toBe("choose");
      expect(asked(effects)).toEqual([]);
    }
  });

  it.for([LOG_IN, SIGN_UP])("%o hangs up a session that is left for it", (place) => {
    const [state, effects] = run([...CHOOSING, { type: "went", place }]);
    expect(hasSession(state.view)).toBe(false);
    expect(effects.at(-1)).toEqual({ type: "hang_up" });
  });
});
