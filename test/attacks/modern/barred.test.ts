/** Row 30 of whoever is in an account that is barred: no answer tells that a password is right. */

import { describe, expect, it } from "vitest";
import type { OperatorClient } from "../../../src/client/operator-client.ts";
import { Refused } from "../../../src/client/modern-errors.ts";
import { Authenticator } from "../../system/authenticator.ts";
import { OPERATOR_PASSWORD, startOperatedBank, type OperatedBank } from "../operators.ts";

const bob = { username: "bob" };
const SHORT = "eight ch";
const WRONG = "not the password at all";
const GUESSES = 10;

async function kindOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "done";
  } catch (error) {
    if (error instanceof Refused) return error.kind;
    throw error;
  }
}

const lastOf = (bank: OperatedBank, action: string) =>
  bank.audit().findLast((row) => row.action === action);

describe("row 30: a password that is tried within a session", () => {
  it("of an account that an operator has locked is wrong, whatever the new one is", async () => {
    const bank = await startOperatedBank({ passwords: "strict" });
    const client = await bank.hire("bob", ["customer"]);
    const change = (old: string) => kindOf(client.changePassword(old, SHORT));
    expect(await change(OPERATOR_PASSWORD)).toBe("bad_password"); // It is told while it may be.
    await bank.ada.call("admin.lock", bob);
    expect(await change(OPERATOR_PASSWORD)).toBe("authentication_failed");
    expect(lastOf(bank, "change_password")).toMatchObject({ who: "bob", outcome: "locked" });
    expect(await change(WRONG)).toBe("authentication_failed");
    // And the right one has counted as a guess, or the lockout would tell.
    for (let tried = 2; tried < GUESSES; tried++) await change(OPERATOR_PASSWORD);
    await change(WRONG);
    expect(lastOf(bank, "change_password")).toMatchObject({ who: "bob", outcome: "locked" });
    expect(await kindOf(client.changePassword(OPERATOR_PASSWORD, WRONG))).toBe(
      "authentication_failed",
    );
  });

  it("of one that guesses have locked is wrong, too", async () => {
    const bank = await startOperatedBank({ passwords: "strict" });
    const client = await bank.hire("bob", ["customer"]);
    const change = (old: string) => kindOf(client.changePassword(old, SHORT));
    for (let tried = 0; tried < GUESSES; tried++) await change(WRONG);
    expect(await change(OPERATOR_PASSWORD)).toBe("authentication_failed");
    expect(await change(WRONG)).toBe("authentication_failed");
  });

  it("to take a factor off is wrong, too, however short it is", async () => {
    const bank = await startOperatedBank({ passwords: "strict" });
    const client = await bank.hire("bob", ["customer"]);
    const authenticator = await enrol(client, OPERATOR_PASSWORD);
    await client.changePassword(OPERATOR_PASSWORD, SHORT, authenticator.next());
    const remove = (password: string) =>
      kindOf(client.removeFactor(password, authenticator.wrong()));
    expect(await remove(SHORT)).toBe("bad_password");
    await bank.ada.call("admin.lock", bob);
    expect(await remove(SHORT)).toBe("authentication_failed");
    expect(await remove(WRONG)).toBe("authentication_failed");
  });
});

async function enrol(client: OperatorClient, password: string): Promise<Authenticator> {
  const { secret } = await client.beginFactor(password);
  const authenticator = new Authenticator(secret);
  await client.enrolFactor(authenticator.next());
  return authenticator;
}
