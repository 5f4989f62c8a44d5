/** The place of the second factor and the sessions: every way through it. */

import { describe, expect, it } from "vitest";
import { problemsOf } from "../../web/atm/problem-texts.ts";
import type { Answer, Effect, Message, Security, State } from "../../web/atm/state.ts";
import { wordsOf } from "../../web/atm/texts.ts";
import { hasSession, placeOf } from "../../web/atm/views.ts";
import {
  ACTION,
  answered,
  CHOOSING,
  ended,
  LOG_IN,
  pageOf,
  PASSWORD,
  refused,
  run,
  viewAfter,
} from "./flow-stage.ts";

const THIS = "1".repeat(32);
const OTHER = "2".repeat(32);
const listed = (session: string) => ({
  ...{ session, terminal: "127.0.0.1", protocol: "modern" },
  startedAt: "2026-11-24T14:00:00.000Z",
  lastActiveAt: "2026-11-24T14:10:00.000Z",
});
const security = (hasFactor: boolean): Security => ({
  ...{ hasFactor, current: THIS, sessions: [listed(THIS), listed(OTHER)] },
});
const seen = (hasFactor: boolean): Message =>
  answered({ type: "security", security: security(hasFactor) });
const enrolment = { secret: "JBSWY3DPEHPK3PXP", uri: "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP" };
const CODES = ["ABCD-EFGH-IJKL-MNOP", "QRST-UVWX-YZ23-4567"];

const OPENED: Message[] = [...CHOOSING, { type: "chosen", kind: "security" }];
const WITHOUT: Message[] = [...OPENED, seen(false)];
const WITH: Message[] = [...OPENED, seen(true)];
const proof = (password: string, typed = ""): Message => ({
  ...{ type: "proof_entered", password, typed },
});
const code = (typed: string): Message => ({ type: "code_entered", typed });

const BEGINNING: Message[] = [...WITHOUT, { type: "chosen", kind: "begin_factor" }];
const BEGUN: Message[] = [...BEGINNING, proof(PASSWORD)];
const ENROLLING: Message[] = [...BEGUN, answered({ type: "factor_begun", enrolment })];
const PROVED: Message[] = [...ENROLLING, code("123 456")];
const ENROLLED: Message[] = [
  ...PROVED,
  answered({ type: "factor_enrolled", recoveryCodes: CODES }),
];
const REMOVING: Message[] = [...WITH, { type: "chosen", kind: "remove_factor" }];
const REMOVED: Message[] = [...REMOVING, proof(PASSWORD, "654321")];

const last = (messages: readonly Message[]): Effect | undefined => run(messages)[1].at(-1);
/** The place itself is asked for, with these news. */
const asking = (news: string | null) => ({
  ...{ type: "ask", order: { kind: "security", news }, key: null },
});

describe("security", () => {
  it("asks the bank, and shows what it says", () => {
    expect(last(OPENED)).toEqual(asking(null));
    const [state] = run(WITH);
    expect(state.view).toMatchObject({ screen: "security", security: security(true), news: null });
    expect(state.desk.hasFactor).toBe(true);
    expect(wordsOf(state)).toEqual({ heading: "Security", status: null, alert: null });
    expect(hasSession(state.view)).toBe(true);
    expect(placeOf(state.view)).toEqual({ route: "/action", step: "security" });
  });

  it("is not there in classic", () => {
    expect(viewAfter(OPENED, pageOf("classic")).screen).toBe("choose");
  });

  it.for<Message>([{ type: "finished" }, { type: "stepped_back" }])("is left by %o", (message) => {
    expect(viewAfter([...WITH, message]).screen).toBe("choose");
  });

  it("says so where the ATM does not give the page its screens", () => {
    const [state] = run([...WITH, { type: "part_missing" }]);
    expect(state.view.screen).toBe("choose");
    expect(problemsOf(state.view)[0]?.text).toBe("This ATM does not answer");
    expect(problemsOf(viewAfter([{ type: "chosen", kind: "password" }], state))).toEqual([]);
  });
});

describe("turning the second factor on", () => {
  it("goes by the password, the secret and a code to the recovery codes", () => {
    expect(viewAfter(BEGINNING).screen).toBe("factor_begin");
    expect(last(BEGUN)).toEqual({ type: "begin_factor", password: PASSWORD });
    expect(viewAfter(ENROLLING)).toMatchObject({ screen: "factor_enrol", enrolment });
    expect(last(PROVED)).toEqual({ type: "enrol_factor", code: "123456" });
    const [state] = run(ENROLLED);
    expect(state.view).toMatchObject({ screen: "recovery_codes", codes: CODES });
    expect(wordsOf(state).status?.text).toBe("Your second factor is on.");
    expect(state.desk.hasFactor).toBe(true);
    expect(last([...ENROLLED, { type: "finished" }])).toEqual(asking("factor_on"));
  });

  it("shows recovery codes until they are kept: no step leads past them but the end", () => {
    const [state] = run(ENROLLED);
    for (const place of [LOG_IN, ACTION]) {
      expect(viewAfter([{ type: "went", place }], state)).toBe(state.view);
    }
    expect(viewAfter([{ type: "stepped_back" }], state)).toBe(state.view);
    expect(viewAfter([{ type: "left" }], state).screen).toBe("ended");
  });

  it.for([
    [[...BEGINNING, proof("")], "Enter your password", "password"],
    [[...BEGUN, refused("authentication_failed")], "Your password is not right", "password"],
    [[...ENROLLING, code("")], "Enter the code", "code"],
    [[...PROVED, refused("authentication_failed")], "That code does not fit the secret", "code"],
    [[...PROVED, refused("no_factor")], "The line was lost, and the secret with it", null],
  ] satisfies [Message[], string, string | null][])("that fails says where, %#", (row) => {
    const [messages, text, field] = row;
    const view = viewAfter(messages);
    expect(problemsOf(view)).toMatchObject([{ text, field }]);
    expect(view.screen).toMatch(/^factor_/);
  });

  it("keeps the secret for another try after a wrong code", () => {
    expect(viewAfter([...PROVED, refused("authentication_failed")])).toMatchObject({ enrolment });
  });

  it("is not begun where there is one", () => {
    expect(viewAfter([...WITH, { type: "chosen", kind: "begin_factor" }]).screen).toBe("security");
  });

  it("whose answer is lost ends the session, and says how to find out", () => {
    const lost: Message = { type: "outcome_unknown", key: null, session: "open" };
    const [state, effects] = run([...PROVED, lost]);
    expect(state.view).toMatchObject({ screen: "ended", reason: "factor_in_doubt" });
    expect(wordsOf(state).alert?.more).toContain("if the bank asks for a code, it is on");
    expect(effects.at(-1)).toEqual({ type: "hang_up" });
  });

  it.for<Message[]>([BEGINNING, ENROLLING])("is given up by going back, %#", (messages) => {
    expect(last([...messages, { type: "stepped_back" }])).toEqual(asking(null));
  });
});

describe("turning the second factor off", () => {
  it("takes the password and a code", () => {
    expect(last(REMOVED)).toEqual({ type: "remove_factor", password: PASSWORD, code: "654321" });
    const done: Message[] = [...REMOVED, answered({ type: "factor_removed" })];
    expect(last(done)).toEqual(asking("factor_off"));
    const [state] = run([...done, seen(false)]);
    expect(wordsOf(state).status?.text).toBe("Your second factor is off.");
    expect(state.desk.hasFactor).toBe(false);
  });

  it.for([
    [
      [...REMOVING, proof("", "")],
      ["password", "code"],
    ],
    [[...REMOVING, proof(PASSWORD, "12")], ["code"]],
    [[...REMOVED, refused("authentication_failed")], ["password"]],
    [[...REMOVED, refused("bad_password")], ["password"]],
  ] satisfies [Message[], string[]][])("that fails says where, %#", ([messages, fields]) => {
    const view = viewAfter(messages);
    expect(view.screen).toBe("factor_remove");
    expect(problemsOf(view).map(({ field }) => field)).toEqual(fields);
  });

  it("is not done where the password is too short alone, and says what to do first", () => {
    const [problem] = problemsOf(viewAfter([...REMOVED, refused("bad_password")]));
    expect(problem?.text).toBe("Your password is too short to do without a second factor");
    expect(problem?.more).toContain("Change it first");
  });

  it("is not begun where there is none", () => {
    const view = viewAfter([...WITHOUT, { type: "chosen", kind: "remove_factor" }]);
    expect(view.screen).toBe("security");
  });
});

describe("sessions", () => {
  const end = (session: string): Message => ({ type: "session_chosen", session });

  it("another one is ended, and the list is read again", () => {
    const order = { kind: "end_session", session: OTHER };
    expect(last([...WITHOUT, end(OTHER)])).toEqual({ type: "ask", order, key: null });
    expect(last([...WITHOUT, end(OTHER), answered({ type: "other_session_ended" })])).toEqual(
      asking("session_ended"),
    );
    expect(last([...WITHOUT, end(OTHER), refused("unknown_session")])).toEqual(
      asking("session_gone"),
    );
  });

  it("this one is not: it ends by logging out", () => {
    const [state, effects] = run(WITHOUT);
    expect(run([end(THIS)], state)).toEqual([state, []]);
    expect(effects.at(-1)).toMatchObject({ type: "ask" });
  });

  it("all are ended at once, and this one with them", () => {
    const everywhere: Message[] = [...WITHOUT, { type: "chosen", kind: "log_out_everywhere" }];
    expect(last(everywhere)).toMatchObject({ order: { kind: "log_out_everywhere" } });
    const [state] = run([...everywhere, ended("logged_out_everywhere")]);
    expect(wordsOf(state)).toMatchObject({
      heading: "You are logged out everywhere",
      alert: null,
    });
  });
});

describe("a secret", () => {
  const secretsIn = (state: State): string[] =>
    [enrolment.secret, ...CODES].filter((secret) => JSON.stringify(state).includes(secret));
  const secretsAfter = (messages: Message[]): string[] => secretsIn(run(messages)[0]);

  it.for<Message[]>([ENROLLING, PROVED, ENROLLED])("goes with its screen, %#", (messages) => {
    expect(secretsAfter(messages)).not.toEqual([]);
    for (const reason of ["idle", "expired", "ended_elsewhere"] as const) {
      expect(secretsAfter([...messages, ended(reason)])).toEqual([]);
    }
    expect(secretsAfter([...messages, { type: "not_authentic" }])).toEqual([]);
  });

  it("goes with logging out, and once the recovery codes are kept", () => {
    for (const messages of [ENROLLING, ENROLLED]) {
      expect(secretsAfter([...messages, { type: "left" }])).toEqual([]);
    }
    expect(secretsAfter([...ENROLLED, { type: "finished" }, seen(true)])).toEqual([]);
  });

  it("is no password, which is in no state at all", () => {
    for (const messages of [BEGUN, ENROLLED, REMOVED]) {
      expect(JSON.stringify(run(messages)[0])).not.toContain(PASSWORD);
    }
  });
});

describe("a change of the password of an account with a second factor", () => {
  const [withFactor] = run([...WITH, { type: "finished" }, { type: "chosen", kind: "password" }]);
  const sent: Message = {
    ...{ type: "passwords_entered", oldPassword: "old", newPassword: PASSWORD, code: "123456" },
  };

  it("takes a code as well", () => {
    const [, effects] = run([sent], withFactor);
    expect(effects).toEqual([
      { type: "change_password", oldPassword: "old", newPassword: PASSWORD, code: "123456" },
    ]);
    const view = viewAfter([sent, refused("authentication_failed")], withFactor);
    expect(problemsOf(view)[0]?.text).toBe("Your present password or the code is not right");
  });

  it("asks for it where the second factor is news to this session", () => {
    const [state] = run([
      ...CHOOSING,
      { type: "chosen", kind: "password" },
      sent,
      refused("code_required"),
    ]);
    expect(state.view.screen).toBe("password");
    expect(state.desk.hasFactor).toBe(true);
    expect(problemsOf(state.view)).toMatchObject([{ field: "code" }]);
  });

  it("is nothing that the next customer's page knows of", () => {
    const [state] = run([{ type: "left" }], withFactor);
    expect(state.desk.hasFactor).toBe(false);
  });
});

it("a refusal that moves no money says nothing of money", () => {
  const answers: Answer[] = [
    { type: "refused", kind: "busy", text: "The bank is busy" },
    { type: "refused", kind: "unreachable", text: "The bank cannot be reached" },
  ];
  for (const answer of answers) {
    const [state] = run([...BEGUN, answered(answer)]);
    expect(wordsOf(state).heading).toMatch(/^Second factor not /);
    expect(wordsOf(state).alert?.more).not.toContain("money");
  }
});
