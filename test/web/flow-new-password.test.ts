/** New passwords through the screens: what may be one is asked, and a refusal goes to its field. */

import { describe, expect, it } from "vitest";
import { PASSWORD_REASONS } from "../../src/bank/password-policy.ts";
import { PasswordJudge } from "../../web/atm/password-judge.ts";
import { problemsOf } from "../../web/atm/problem-texts.ts";
import type { Message } from "../../web/atm/state.ts";
import { logInMessage, passwordsMessage, signUpMessage } from "../../web/atm/typed-passwords.ts";
import { answered, CHOOSING, pageOf, PASSWORD, run, SIGN_UP, viewAfter } from "./flow-stage.ts";

const STRICT = { alone: 15, withFactor: 8 };
const SIGNING_UP: Message[] = [{ type: "went", place: SIGN_UP }];
const ENTERED: Message = {
  ...{ type: "credentials_entered", username: "alice", password: PASSWORD },
};
const LEARNED: Message = { type: "limits_learned", passwordCharsMin: STRICT };
const CHANGED: Message[] = [
  ...CHOOSING,
  LEARNED,
  { type: "chosen", kind: "password" },
  { type: "passwords_entered", oldPassword: "old", newPassword: PASSWORD, code: null },
];

describe("whoever is about to choose a password", () => {
  const CHOOSES: Message = { type: "choosing_password" };

  it("makes the page ask this bank for its rules, until it knows them", () => {
    expect(run([...SIGNING_UP, CHOOSES])[1]).toEqual([{ type: "ask_limits" }]);
    const [state, effects] = run([...SIGNING_UP, LEARNED, CHOOSES]);
    expect(effects).toEqual([]);
    expect(state.desk.passwordCharsMin).toEqual(STRICT);
  });

  it("has heard them in a session, and in classic never does", () => {
    expect(run([...CHOOSING, CHOOSES])[1]).not.toContainEqual({ type: "ask_limits" });
    expect(run([...SIGNING_UP, CHOOSES], pageOf("classic"))[1]).toEqual([]);
  });
});

describe("a password that the bank refuses", () => {
  it.for(PASSWORD_REASONS)("as %s is told at the field of the sign-up", (reason) => {
    const problem = { type: "bad_password", field: "password", reason, charsMin: 15 } as const;
    const view = viewAfter([...SIGNING_UP, ENTERED, { type: "refused", problem }]);
    expect(view).toMatchObject({ screen: "sign_up", username: "alice", busy: false });
    expect(problemsOf(view)).toMatchObject([{ field: "password" }]);
  });

  it.for(PASSWORD_REASONS)("as %s is told at the field of the new one", (reason) => {
    const bad = { reason, charsMin: 15 };
    const refusal = { type: "refused", kind: "bad_password", text: "", bad } as const;
    const view = viewAfter([...CHANGED, answered(refusal)]);
    expect(view).toMatchObject({ screen: "password" });
    const [problem] = problemsOf(view);
    expect(problem?.field).toBe("new-password");
    if (reason === "too_short") expect(problem?.text).toContain("at least 15 characters");
  });

  it("for a reason that this page does not know is refused all the same", () => {
    const refusal = { type: "refused", kind: "bad_password", text: "" } as const;
    expect(viewAfter([...CHANGED, answered(refusal)])).toMatchObject({ screen: "result" });
  });
});

describe("a form", () => {
  const judge = new PasswordJudge();
  const typed = { username: " Alice.Liddell ", password: "alice.liddell 2026" };

  it("asks for no good password at a log-in", () => {
    expect(logInMessage(typed)).toMatchObject({ type: "credentials_entered" });
    expect(logInMessage({ username: "", password: "" })).toMatchObject({
      problems: [
        { type: "username", fault: "empty" },
        { type: "password", fault: "empty" },
      ],
    });
  });

  it("sends no bad password at a sign-up, and says what is wrong with it and with the name", () => {
    const bad = { type: "bad_password", field: "password" };
    expect(signUpMessage(typed, judge, STRICT)).toEqual({
      ...{ type: "credentials_faulty", username: "Alice.Liddell" },
      problems: [{ ...bad, reason: "user_name", charsMin: 15 }],
    });
    expect(signUpMessage({ username: "a b", password: "short" }, judge, STRICT)).toMatchObject({
      problems: [{ type: "username" }, { ...bad, reason: "too_short", charsMin: 15 }],
    });
    const good = { ...typed, password: "seven brass lanterns hum" };
    expect(signUpMessage(good, judge, STRICT)).toEqual({
      ...{ type: "credentials_entered", username: "Alice.Liddell", password: good.password },
    });
  });

  it("sends no bad new password, and wants the old one", () => {
    const passwords = { oldPassword: "", newPassword: "secure-atm", typed: "12" };
    expect(passwordsMessage(passwords, "alice", judge, STRICT)).toMatchObject({
      problems: [
        { type: "old_password", fault: "empty" },
        { type: "bad_password", field: "new-password", reason: "bank_name" },
        { type: "code", fault: "no_code" },
      ],
    });
  });
});
