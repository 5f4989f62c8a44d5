/** Rows 19, 20, 24 and 25: which passwords a bank takes, and that it says why it takes one not. */

import { describe, expect, it } from "vitest";
import type { PasswordReason } from "../../src/bank/password-policy.ts";
import { Refused } from "../../src/client/modern-errors.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";
import { connectTo } from "./modern/customer.ts";
import { shown } from "./modern/one-time-codes.ts";

const refused = (why: string) => ({ type: "refused", text: `Invalid request: ${why}` });
const tooShort = refused("the password is too short");
const common = refused("the password is one of those that are guessed first");
const name = refused("the password is little more than a name");
const taken = { type: "signed_up" };

describe("a bank with the profile", () => {
  it.for([
    ["demo", "sevench", tooShort],
    ["demo", "football", common],
    ["demo", "FOOTBALL", common],
    ["demo", "Alice.Liddell1", name],
    ["demo", "secure-atm1", name],
    ["demo", "tulips by the gate", taken],
    ["demo", "eight ch", taken],
    ["strict", "fourteen chars", tooShort],
    ["strict", "fifteen charact", taken],
    ["strict", "alice.liddell12345", name],
    ["strict", "x".repeat(63) + "\u{1f511}", taken],
  ] as const)("%s answers the new password %s of alice.liddell", async ([profile, text, reply]) => {
    const { client } = await startTestBank({ passwords: profile });
    const alice = client();
    expect(await alice.signUp("alice.liddell", text)).toEqual(reply);
    const { type } = await alice.logIn("alice.liddell", text);
    expect(type === "authenticated").toBe(reply === taken);
  });
});

/** What the bank says of a call, if it refuses the password. */
async function reasonOf(call: Promise<unknown>): Promise<PasswordReason | "taken" | null> {
  try {
    await call;
    return "taken";
  } catch (error) {
    if (!(error instanceof Refused) || error.kind !== "bad_password") throw error;
    return error.reason;
  }
}

describe("row 25: the modern protocol says why a password is refused", () => {
  it.for([
    ["demo", "", "empty"],
    ["demo", "x".repeat(129), "too_long"],
    ["demo", "sevench", "too_short"],
    ["demo", "FOOTBALL", "common"],
    ["demo", "bank password", "common"],
    ["demo", "Alice.Liddell1", "user_name"],
    ["demo", "Secure-ATM 2026", "bank_name"],
    ["demo", "tulips by the gate", "taken"],
    ["strict", "fourteen chars", "too_short"],
    ["strict", "alice.liddell12345", "user_name"],
    ["strict", "fifteen charact", "taken"],
  ] as const)("%s answers %s of alice.liddell: %s", async ([profile, text, reason]) => {
    const bank = await startTestBank({ passwords: profile });
    const { client } = await connectTo(bank);
    expect(await reasonOf(client.signUp("alice.liddell", text))).toBe(reason);
    if (reason === "taken") return;
    const first = "seven brass lanterns hum";
    await client.signUp("alice.liddell", first);
    await client.logIn("alice.liddell", first);
    expect(await reasonOf(client.changePassword(first, text))).toBe(reason);
  });

  it("and how long one must be, before one is sent", async () => {
    const minimumOf = async (passwords: "strict" | "demo" | undefined) =>
      (await connectTo(await startTestBank({ passwords }))).client.greeting.limits.passwordCharsMin;
    expect(await minimumOf("strict")).toEqual({ alone: 15, withFactor: 8 });
    expect(await minimumOf("demo")).toEqual({ alone: 8, withFactor: 8 });
    expect(await minimumOf(undefined)).toBeNull();
  });

  it("and row 19: how long one has to be that is too short, beside a factor eight", async () => {
    const bank = await startTestBank({ passwords: "strict" });
    const { client } = await connectTo(bank);
    const first = "fifteen charact";
    const shorterThan = (charsMin: number) => new Refused("bad_password", "too_short", charsMin);
    await expect(client.signUp("alice", "fourteen chars")).rejects.toEqual(shorterThan(15));
    await client.signUp("alice", first);
    await client.logIn("alice", first);
    const { secret } = await client.beginFactor(first);
    await client.enrolFactor(shown(secret, 0));
    await expect(client.changePassword(first, "sevench", shown(secret, 1))).rejects.toEqual(
      shorterThan(8),
    );
    await client.changePassword(first, "eight ch", shown(secret, 1));
    const { client: other } = await connectTo(bank);
    await expect(other.logIn("alice", "eight ch")).rejects.toEqual(new Refused("code_required"));
  });

  it("but only to whoever the account is", async () => {
    const { client } = await connectTo(await startTestBank({ passwords: "demo" }));
    await client.signUp("alice", "tulips by the gate");
    await client.logIn("alice", "tulips by the gate");
    const wrong = client.changePassword("not hers", "football");
    await expect(wrong).rejects.toEqual(new Refused("authentication_failed"));
  });
});

it("row 20: 64 emoji are a password, and 63 of them are not that one", async () => {
  const { client } = await startTestBank({ passwords: "strict" });
  const keys = "\u{1f511}".repeat(64);
  expect(await client().signUp("alice", keys)).toEqual(taken);
  expect((await client().logIn("alice", keys.slice(2))).type).not.toBe("authenticated");
  expect((await client().logIn("alice", keys)).type).toBe("authenticated");
});

it("row 24: behind the longest name, a wrong password is still a wrong one", async () => {
  const { client } = await startTestBank({ passwords: "strict" });
  const username = "n".repeat(32);
  expect(await client().signUp(username, "fifteen charact")).toEqual(taken);
  expect((await client().logIn(username, "fifteen charac!")).type).not.toBe("authenticated");
  expect((await client().logIn("n".repeat(60), "anything")).type).not.toBe("authenticated");
  expect((await client().logIn(username, "fifteen charact")).type).toBe("authenticated");
});

describe("row 19: under the strict profile a password of 8 characters", () => {
  const SHORT = "eight ch";
  const LONG = "fifteen charact";

  /** A customer with a factor, enrolled with the code of this step. */
  async function enrolled(bank: TestBank) {
    const { client } = await connectTo(bank);
    await client.signUp("alice", LONG);
    await client.logIn("alice", LONG);
    const { secret } = await client.beginFactor(LONG);
    const { recoveryCodes } = await client.enrolFactor(shown(secret, 0));
    return { client, secret, recovery: recoveryCodes[0]! };
  }

  it("is taken only beside a second factor", async () => {
    const bank = await startTestBank({ passwords: "strict" });
    const { client } = await connectTo(bank);
    await client.signUp("bob", LONG);
    await client.logIn("bob", LONG);
    await expect(client.changePassword(LONG, SHORT)).rejects.toMatchObject({
      ...{ kind: "bad_password", reason: "too_short" },
    });
    const { client: alice, secret, recovery } = await enrolled(bank);
    await alice.changePassword(LONG, SHORT, recovery);
    const { client: again } = await connectTo(bank);
    await again.logIn("alice", SHORT, shown(secret, 1));
  });

  it("keeps its factor, and the refusal uses up no code", async () => {
    const bank = await startTestBank({ passwords: "strict" });
    const { client, secret, recovery } = await enrolled(bank);
    await client.changePassword(LONG, SHORT, recovery);
    const code = shown(secret, 1);
    await expect(client.removeFactor(SHORT, code)).rejects.toMatchObject({
      ...{ kind: "bad_password", reason: "too_short" },
    });
    expect(bank.audit().at(-1)).toMatchObject({ action: "remove_factor", outcome: "bad_password" });
    await client.changePassword(SHORT, `another ${LONG}`, code);
  });
});

it("a new password that is refused uses up no code", async () => {
  const bank = await startTestBank({ passwords: "demo" });
  const { client } = await connectTo(bank);
  await client.signUp("alice", "tulips by the gate");
  await client.logIn("alice", "tulips by the gate");
  const { secret } = await client.beginFactor("tulips by the gate");
  await client.enrolFactor(shown(secret, 0));
  const code = shown(secret, 1);
  const change = (to: string) => client.changePassword("tulips by the gate", to, code);
  await expect(change("football")).rejects.toMatchObject({ kind: "bad_password" });
  await change("roses by the door");
});
