/** A session of an account with a second factor: what a new line needs, and what is not asked. */

import { describe, expect, it } from "vitest";
import { cents } from "../../src/bank/money.ts";
import {
  ADA,
  answering,
  cutting,
  errorOf,
  MOVED,
  settled,
  stage,
  type Script,
} from "./session-stage.ts";

const RIGHT = "123456";

/** Wants a code with each login, and is `script` once it got the right one. */
const guarding =
  (script: Script): Script =>
  (bank) => {
    script(bank);
    const goOn = bank.onCall;
    bank.onCall = (id, call) => {
      if (call.method !== "auth.login" || call.params.code === RIGHT) return goOn(id, call);
      bank.refuse(id, call.params.code === undefined ? "code_required" : "authentication_failed");
    };
  };

describe("a line that is lost in a session with a second factor", () => {
  it("is replaced once its customer has given a code, and the change has its outcome", async () => {
    const { session, lent, banks, inTime, keys } = stage(guarding(cutting), guarding(answering));
    await session.logIn(ADA.username, ADA.password, RIGHT);
    lent.codes.push(RIGHT);
    expect(await inTime(session.deposit(cents(2_000)))).toEqual(MOVED);
    expect(lent.asked).toEqual([false]);
    expect(keys()[0]).toEqual(keys()[1]);
    const logins = banks[1]?.calls.slice(0, 2).map(({ call }) => call.params);
    expect(logins).toEqual([ADA, { ...ADA, code: RIGHT }]);
  });

  it("asks again for a code that was wrong, on the same line", async () => {
    const { session, lent, banks, inTime } = stage(guarding(cutting), guarding(answering));
    await session.logIn(ADA.username, ADA.password, RIGHT);
    lent.codes.push("000000", "111111", RIGHT);
    expect(await inTime(session.deposit(cents(2_000)))).toEqual(MOVED);
    expect(lent.asked).toEqual([false, true, true]);
    expect(banks).toHaveLength(2);
  });

  it("ends the session in order where nobody gives a code", async () => {
    const { session, lent, banks, clock, inTime } = stage(guarding(cutting), guarding(answering));
    await session.logIn(ADA.username, ADA.password, RIGHT);
    const error = await inTime(errorOf(session.deposit(cents(2_000), "k")));
    expect(error).toMatchObject({ name: "OutcomeUnknown", idempotencyKey: "k" });
    expect(lent.asked).toEqual([false]);
    expect(session.state).toEqual({ type: "ended", over: { type: "credentials_needed" } });
    expect(banks[1]?.closed).toBe(true);
    expect(banks).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  it("ends it, too, where the account is disabled meanwhile", async () => {
    const disabling: Script = (bank) => {
      bank.onCall = (id, call) => {
        const hasCode = call.method === "auth.login" && call.params.code !== undefined;
        bank.refuse(id, hasCode ? "account_disabled" : "code_required");
      };
    };
    const { session, lent, inTime } = stage(guarding(cutting), disabling);
    await session.logIn(ADA.username, ADA.password, RIGHT);
    lent.codes.push(RIGHT);
    await inTime(errorOf(session.balance()));
    const over = { type: "login_refused", kind: "account_disabled" };
    expect(session.state).toEqual({ type: "ended", over });
  });
});

it("a login without its code is refused, and another goes on the same line", async () => {
  const { session, lent, banks } = stage(guarding(answering));
  const error = await errorOf(session.logIn(ADA.username, ADA.password));
  expect(error).toMatchObject({ name: "Refused", kind: "code_required" });
  await session.logIn(ADA.username, ADA.password, RIGHT);
  await settled();
  expect(banks).toHaveLength(1);
  expect(lent.asked).toEqual([]); // It is the caller who asks at the first login.
});
