/** The second factor under attack: rows 33 to 37 of the requirements, against a running bank. */

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LOGIN_FAILURES_MAX } from "../../../src/bank/lockout.ts";
import { AUTHENTICATION_FAILED } from "../../../src/protocol/classic-replies.ts";
import { encodeHello } from "../../../src/protocol/classic.ts";
import { Refused } from "../../../src/client/modern-errors.ts";
import { startTestBank, type TestBank } from "../../test-bank.ts";
import { RawLine } from "../raw-line.ts";
import { PASSWORD, connectTo, customerOf } from "./customer.ts";
import { shown, wrongCode } from "./one-time-codes.ts";

const SESSIONS = 100;
const AT_ONCE = 20;

/**
 * A customer with a second factor. The code of this step is used up by its enrolment, that of the
 * next is still to be used, and taken even if that step begins meanwhile.
 */
async function enrolled(bank: TestBank, username: string) {
  const { client } = await customerOf(bank, username);
  const { secret } = await client.beginFactor(PASSWORD);
  const { recoveryCodes } = await client.enrolFactor(shown(secret, 0));
  return { client, secret, recoveryCodes };
}

/** How a login ends, on a line of its own: `ok` or the error's kind. */
async function logIn(bank: TestBank, username: string, code?: string, password = PASSWORD) {
  const { client } = await connectTo(bank);
  const outcome = await outcomeOf(client.logIn(username, password, code));
  client.close();
  return outcome;
}

const outcomeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "ok",
    (error: unknown) => {
      if (error instanceof Refused) return error.kind;
      throw error;
    },
  );

const outcomesOf = (bank: TestBank, action: string): string[] =>
  bank
    .audit()
    .filter((row) => row.action === action)
    .map(({ outcome }) => outcome);

const countOf = (words: readonly string[], word: string): number =>
  words.filter((each) => each === word).length;

describe("row 33: a code works once", () => {
  it("one after the other", async () => {
    const bank = await startTestBank();
    const { secret } = await enrolled(bank, "alice");
    const code = shown(secret, 1);
    expect(await logIn(bank, "alice", code)).toBe("ok");
    expect(await logIn(bank, "alice", code)).toBe("authentication_failed");
    expect(outcomesOf(bank, "login").slice(-2)).toEqual(["ok", "wrong_code"]);
  });

  it("of eight at the same time one", async () => {
    const bank = await startTestBank();
    const { secret } = await enrolled(bank, "alice");
    const code = shown(secret, 1);
    const tries = Array.from({ length: 8 }, () => logIn(bank, "alice", code));
    expect(countOf(await Promise.all(tries), "ok")).toBe(1);
  });

  it("the one that enrolled the factor is used up by it", async () => {
    const bank = await startTestBank();
    const { client } = await customerOf(bank, "alice");
    const { secret } = await client.beginFactor(PASSWORD);
    const code = shown(secret, 0);
    await client.enrolFactor(code);
    expect(await logIn(bank, "alice", code)).toBe("authentication_failed");
  });
});

describe("row 34", () => {
  // Three steps, as two may be one by the time the bank looks; totp.test.ts has the exact bounds.
  it("codes three steps away are refused, those of this step and the next taken", async () => {
    const bank = await startTestBank();
    const { secret } = await enrolled(bank, "alice"); // With the code of this step.
    for (const steps of [-3, 3]) {
      expect(await logIn(bank, "alice", shown(secret, steps))).toBe("authentication_failed");
    }
    expect(await logIn(bank, "alice", shown(secret, 1))).toBe("ok");
  });
});

describe("row 35: guesses of codes are counted for the account", () => {
  it("of a thousand in a hundred sessions ten are checked, and the right one is not", async () => {
    const bank = await startTestBank();
    const { secret } = await enrolled(bank, "alice");
    const wrong = wrongCode(secret);
    const guessInOneSession = async (): Promise<void> => {
      const { client } = await connectTo(bank);
      for (let guess = 0; guess < 1_000 / SESSIONS; guess += 1) {
        // A bank that is busy has not looked: the guesser tries again.
        while ((await outcomeOf(client.logIn("alice", PASSWORD, wrong))) === "busy");
      }
      client.close();
    };
    for (let session = 0; session < SESSIONS; session += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, guessInOneSession));
    }
    const outcomes = outcomesOf(bank, "login");
    expect(countOf(outcomes, "wrong_code")).toBe(LOGIN_FAILURES_MAX);
    expect(countOf(outcomes, "code_locked")).toBe(1_000 - LOGIN_FAILURES_MAX);
    expect(await logIn(bank, "alice", shown(secret, 1))).toBe("authentication_failed");
  });

  it("nobody without the password can lock it", async () => {
    const bank = await startTestBank();
    const { secret } = await enrolled(bank, "alice");
    for (let guess = 0; guess < LOGIN_FAILURES_MAX - 1; guess += 1) {
      await logIn(bank, "alice", wrongCode(secret), "a wrong password");
    }
    expect(countOf(outcomesOf(bank, "login"), "wrong_code")).toBe(0);
    expect(await logIn(bank, "alice", shown(secret, 1))).toBe("ok");
  });

  it("a bank that starts again still holds it locked", async () => {
    const bank = await startTestBank();
    const { secret } = await enrolled(bank, "alice");
    for (let guess = 0; guess < LOGIN_FAILURES_MAX; guess += 1) {
      await logIn(bank, "alice", wrongCode(secret));
    }
    await bank.bank.stop();
    const again = await startTestBank({ folder: bank.folder });
    expect(await logIn(again, "alice", shown(secret, 1))).toBe("authentication_failed");
    expect(outcomesOf(again, "login").at(-1)).toBe("code_locked");
  });
});

describe("row 36: recovery codes", () => {
  it("work once each, in parallel too, and the audit tells them apart", async () => {
    const bank = await startTestBank();
    const { recoveryCodes } = await enrolled(bank, "alice");
    expect(new Set(recoveryCodes).size).toBe(10);
    const [first = "", second = ""] = recoveryCodes;
    const tries = Array.from({ length: 5 }, () => logIn(bank, "alice", first));
    expect(countOf(await Promise.all(tries), "ok")).toBe(1);
    expect(await logIn(bank, "alice", first)).toBe("authentication_failed");
    expect(await logIn(bank, "alice", second.toLowerCase())).toBe("ok");
    expect(outcomesOf(bank, "recovery_code")).toEqual(["ok", "ok"]);
  });

  it("are nowhere in the bank's files, and neither is the secret", async () => {
    const bank = await startTestBank();
    const { recoveryCodes, secret } = await enrolled(bank, "alice");
    await bank.bank.stop();
    const files = readdirSync(bank.folder, { recursive: true, withFileTypes: true });
    const texts = files
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name), "latin1"));
    expect(texts.some((text) => text.includes("alice"))).toBe(true);
    for (const hidden of [secret, ...recoveryCodes]) {
      for (const form of [hidden, hidden.replaceAll("-", ""), hidden.toLowerCase()]) {
        expect(texts.some((text) => text.includes(form))).toBe(false);
      }
    }
  });
});

describe("row 37: every path needs the same factors", () => {
  it.for([
    ["modern login", (b: TestBank, code?: string) => logIn(b, "alice", code)],
    [
      "modern login on a new line after an old one was lost",
      async (b: TestBank, code?: string) => {
        const lost = await connectTo(b);
        lost.client.close();
        return logIn(b, "alice", code);
      },
    ],
  ] as const)("%s", async ([, path]) => {
    const bank = await startTestBank();
    const { secret } = await enrolled(bank, "alice");
    expect(await path(bank)).toBe("code_required");
    expect(await path(bank, wrongCode(secret))).toBe("authentication_failed");
    expect(await path(bank, shown(secret, 1))).toBe("ok");
  });

  it("change of the password", async () => {
    const bank = await startTestBank();
    const { client, secret, recoveryCodes } = await enrolled(bank, "alice");
    const next = "another good password";
    const change = (code?: string) => outcomeOf(client.changePassword(PASSWORD, next, code));
    expect(await change()).toBe("code_required");
    expect(await change(wrongCode(secret))).toBe("authentication_failed");
    expect(await change(shown(secret, 1))).toBe("ok");
    expect(await logIn(bank, "alice", recoveryCodes[0], next)).toBe("ok");
  });

  it("confirmation for a large sum", async () => {
    const bank = await startTestBank();
    const { client, secret } = await enrolled(bank, "alice");
    expect(await outcomeOf(client.confirm(PASSWORD))).toBe("code_required");
    expect(await outcomeOf(client.confirm(PASSWORD, wrongCode(secret)))).toBe(
      "authentication_failed",
    );
    expect(await outcomeOf(client.confirm(PASSWORD, shown(secret, 1)))).toBe("ok");
  });

  it("removal of the factor", async () => {
    const bank = await startTestBank();
    const { client, secret } = await enrolled(bank, "alice");
    const remove = (password: string, code: string) =>
      outcomeOf(client.removeFactor(password, code));
    expect(await remove("a wrong password", shown(secret, 1))).toBe("authentication_failed");
    expect(await remove(PASSWORD, wrongCode(secret))).toBe("authentication_failed");
    expect(await logIn(bank, "alice")).toBe("code_required");
    expect(await remove(PASSWORD, shown(secret, 1))).toBe("ok");
    expect(await logIn(bank, "alice")).toBe("ok");
  });

  it("the classic protocol, which has no place for a code, lets nobody in", async () => {
    const bank = await startTestBank();
    await enrolled(bank, "alice");
    const line = await RawLine.open(bank.bank.port);
    await line.send(encodeHello({ action: "login", username: "alice", password: PASSWORD }));
    expect(await line.recvText()).toBe(AUTHENTICATION_FAILED);
    expect(outcomesOf(bank, "login").at(-1)).toBe("factor_required");
  });

  it("a new bank has no account, and no password opens one", async () => {
    const bank = await startTestBank();
    for (const username of ["admin", "administrator", "root", "operator"]) {
      expect(await logIn(bank, username, undefined, username)).toBe("authentication_failed");
    }
  });
});

describe("row 43: a change of the factor asks again who it is", () => {
  it("the password is wanted to begin, and a second one cannot be set over the first", async () => {
    const bank = await startTestBank();
    const { client } = await customerOf(bank, "alice");
    expect(await outcomeOf(client.enrolFactor("123456"))).toBe("no_factor");
    expect(await outcomeOf(client.beginFactor("a wrong password"))).toBe("authentication_failed");
    const { secret } = await client.beginFactor(PASSWORD);
    expect(await outcomeOf(client.enrolFactor(wrongCode(secret)))).toBe("authentication_failed");
    expect((await client.sessionInfo()).hasFactor).toBe(false);
    await client.enrolFactor(shown(secret, 0));
    expect((await client.sessionInfo()).hasFactor).toBe(true);
    expect(await outcomeOf(client.beginFactor(PASSWORD))).toBe("factor_set");
  });
});
