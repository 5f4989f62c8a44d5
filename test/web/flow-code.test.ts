/** Logging in to an account with a second factor: the password first, then a code. */

import { describe, expect, it } from "vitest";
import { parseCode, parseDigits } from "../../web/atm/code.ts";
import { problemsOf } from "../../web/atm/problem-texts.ts";
import type { Message, Place } from "../../web/atm/state.ts";
import { titleOf, wordsOf } from "../../web/atm/texts.ts";
import { hasSession, isBusy, logIn, placeOf } from "../../web/atm/views.ts";
import {
  AUTHENTICATED,
  asked,
  ended,
  ENTERED,
  LOG_IN,
  ORDER,
  pageOf,
  PASSWORD,
  run,
  SIGN_UP,
  unknownWith,
  viewAfter,
} from "./flow-stage.ts";

const WANTED: Message = { type: "code_wanted", wasWrong: false };
const WRONG: Message = { type: "code_wanted", wasWrong: true };
const ASKED: Message[] = [ENTERED, WANTED];
const entered = (typed: string): Message => ({ type: "code_entered", typed });
const SENT: Message[] = [...ASKED, entered("123456")];

describe("a code as it is typed", () => {
  it.for([
    ["123456", "123456"],
    [" 123 456 ", "123456"],
    ["000000", "000000"],
    ["ABCD-EFGH-IJKL-MN23", "ABCDEFGHIJKLMN23"],
    ["abcd efgh ijkl mn23", "abcdefghijklmn23"],
  ] as const)("%j is %s", ([typed, code]) => {
    expect(parseCode(typed)).toEqual({ code });
  });

  it.for([
    ["", "empty"],
    ["  -", "empty"],
    ["12345", "no_code"],
    ["1234567", "no_code"],
    ["abcdef", "no_code"],
    ["ABCD-EFGH-IJKL-MN18", "no_code"], // Base32 has neither 1 nor 8.
    ["١٢٣٤٥٦", "no_code"],
  ] as const)("%j is none: %s", ([typed, fault]) => {
    expect(parseCode(typed)).toEqual({ fault });
  });
});

it.for([
  ["123456", { code: "123456" }],
  ["", { fault: "empty" }],
  ["12345", { fault: "no_digits" }],
  ["ABCD-EFGH-IJKL-MN23", { fault: "no_digits" }],
] as const)("%j as the code of a new authenticator is %o", ([typed, taken]) => {
  expect(parseDigits(typed)).toEqual(taken);
});

describe("a log-in that needs a code", () => {
  it("asks for it on a screen of its own, and opens the choices with it", () => {
    const [state, effects] = run(ASKED);
    expect(state.view).toEqual({ screen: "code", username: "alice", busy: false, problems: [] });
    expect(wordsOf(state).heading).toBe("Enter your code");
    expect(hasSession(state.view)).toBe(false);
    expect(placeOf(state.view)).toEqual({ route: "/", step: "code" });
    expect(effects.map(({ type }) => type)).toEqual(["log_in"]);

    const [sent, wanted] = run([entered("123456")], state);
    expect(wanted).toEqual([{ type: "give_code", code: "123456" }]);
    expect(isBusy(sent.view)).toBe(true);
    expect(viewAfter([AUTHENTICATED], sent)).toEqual({
      ...{ screen: "choose", username: "alice" },
    });
  });

  it("sends a code once, however often the form is sent", () => {
    const [, effects] = run([...SENT, entered("123456"), entered("654321")]);
    expect(effects.filter(({ type }) => type === "give_code")).toHaveLength(1);
  });

  it("with a wrong one says so and lets another be tried", () => {
    const [state] = run([...SENT, WRONG]);
    expect(problemsOf(state.view)).toMatchObject([
      { text: "That code is not right", field: "code" },
    ]);
    expect(titleOf(state, 1)).toBe("Error: Enter your code – Secure ATM 1");
    expect(isBusy(state.view)).toBe(false);
    expect(run([entered("654321")], state)[1]).toEqual([{ type: "give_code", code: "654321" }]);
  });

  it.for([
    ["", "Enter the code"],
    ["12345", "A code has six digits; a recovery code has 16 letters and digits"],
  ] as const)("asks nobody for %j", ([typed, text]) => {
    const [{ view }, effects] = run([...ASKED, entered(typed)]);
    expect(problemsOf(view)).toMatchObject([{ text, field: "code" }]);
    expect(effects.map(({ type }) => type)).toEqual(["log_in"]);
  });

  it.for<[string, Message]>([
    ["its button", { type: "stepped_back" }],
    ["the address", { type: "went", place: LOG_IN }],
  ])("is left by %s for the start, and the line is hung up", ([, message]) => {
    const [{ view }, effects] = run([...ASKED, message]);
    expect(view).toMatchObject({ screen: "log_in", busy: false, problems: [] });
    expect(effects.at(-1)).toEqual({ type: "hang_up" });
  });

  it.for<Place>([SIGN_UP, { route: "/action", step: "" }])("is left for %o, too", (place) => {
    const [{ view }, effects] = run([...ASKED, { type: "went", place }]);
    expect(view.screen).not.toBe("code");
    expect(effects.at(-1)).toEqual({ type: "hang_up" });
  });

  it("whose line closes meanwhile begins again, and says why", () => {
    const late: Message = { type: "refused", problem: { type: "code_late" } };
    const [{ view }, effects] = run([...ASKED, late]);
    expect(view).toEqual(logIn({ username: "alice", problems: [{ type: "code_late" }] }));
    expect(problemsOf(view)[0]?.text).toBe("The line closed before a code came");
    expect(effects.at(-1)).toEqual({ type: "hang_up" });
  });

  it("whose line is tampered with begins again", () => {
    const [{ view }] = run([...SENT, ended("breach")]);
    expect(problemsOf(view)[0]?.text).toBe("The line to the bank was lost");
  });

  it("is given up where the bank does not prove its key on the next line", () => {
    const [{ view }, effects] = run([...SENT, { type: "not_authentic" }]);
    expect(view).toEqual({ screen: "stranger", username: "alice", problems: [] });
    expect(effects.at(-1)).toEqual({ type: "hang_up" });
  });

  it("does not change its protocol on the way", () => {
    const [state] = run([...ASKED, { type: "protocol_chosen", protocol: "classic" }]);
    expect(state.desk.wish).toBe("modern");
  });

  it("asks for what was in doubt once it is done", () => {
    const [doubted] = run([...unknownWith("k-1"), ended("draining"), { type: "finished" }]);
    const [, effects] = run([...SENT, AUTHENTICATED], doubted);
    expect(asked(effects)).toEqual([{ type: "ask", order: ORDER, key: "k-1" }]);
  });

  it("keeps no password in its states", () => {
    for (const messages of [ASKED, SENT, [...SENT, WRONG]]) {
      expect(JSON.stringify(run(messages)[0])).not.toContain(PASSWORD);
    }
  });
});

describe("classic", () => {
  const FAILED: Message[] = [ENTERED, { type: "refused", problem: { type: "classic_failed" } }];

  it("says in the original's words that it failed, and that it cannot ask for a code", () => {
    const [problem] = problemsOf(viewAfter(FAILED, pageOf("classic")));
    expect(problem).toMatchObject({ text: "Authentication Failed", field: "username" });
    expect(problem?.more).toContain("second factor");
  });

  it("is left for the modern protocol with the name filled in", () => {
    const [state, effects] = run(
      [...FAILED, { type: "protocol_chosen", protocol: "modern" }, ENTERED],
      pageOf("classic"),
    );
    expect(effects.at(-1)).toMatchObject({ type: "log_in", protocol: "modern" });
    expect(state.view).toMatchObject({ username: "alice", problems: [] });
  });
});
