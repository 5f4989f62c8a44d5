/** Row 30: what a stranger is told of a name, and how many names can be tried by signing up. */

import { describe, expect, it } from "vitest";
import { LOGIN_FAILURES_MAX } from "../../src/bank/lockout.ts";
import { Refused } from "../../src/client/modern-errors.ts";
import { encodeHello } from "../../src/protocol/classic.ts";
import { AUTHENTICATED, AUTHENTICATION_FAILED } from "../../src/protocol/classic-replies.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";
import { PASSWORD, connectTo } from "./modern/customer.ts";
import { OPERATOR_PASSWORD, startOperatedBank } from "./operators.ts";
import { RawLine, type RawLineOptions } from "./raw-line.ts";

const TOO_MANY = "Service busy: too many sign-ups from here, try again in an hour";
/** Slow enough that forty tries at once are there before a few of them are done. */
const SLOW_PASSWORDS = 10;
/** Elsewhere a machine has no second address of its own to call from. */
const HAS_TERMINALS = process.platform === "linux" || process.platform === "win32";

type Asked = { action: "login" | "signup"; username: string; password?: string };

async function classic(bank: TestBank, asked: Asked, from: RawLineOptions = {}): Promise<string> {
  const line = await RawLine.open(bank.bank.port, from);
  await line.send(encodeHello({ password: PASSWORD, ...asked }));
  return line.recvText();
}

/** The error's kind, or `ok`. */
async function modern(bank: TestBank, asked: Asked): Promise<string> {
  const { client } = await connectTo(bank);
  const { action, username, password = PASSWORD } = asked;
  try {
    await (action === "login"
      ? client.logIn(username, password)
      : client.signUp(username, password));
    return "ok";
  } catch (error) {
    if (error instanceof Refused) return error.kind;
    throw error;
  }
}

const outcomesOf = (bank: TestBank, who: string, action: string): string[] =>
  bank
    .audit()
    .filter((row) => row.who === who && row.action === action)
    .map(({ outcome }) => outcome);

describe("a stranger at a name", () => {
  it("is told the same of every one, whatever keeps them out, over both protocols", async () => {
    const bank = await startOperatedBank();
    for (const username of ["wrong", "locked", "disabled", "barred"]) {
      await bank.hire(username, ["customer"]);
    }
    await bank.ada.call("admin.disable", { username: "disabled" });
    await bank.ada.call("admin.lock", { username: "barred" });
    for (const username of ["locked", "nobody.locked"]) {
      for (let n = 0; n < LOGIN_FAILURES_MAX; n++) {
        expect(await classic(bank, { action: "login", username })).toBe(AUTHENTICATION_FAILED);
      }
    }
    const right = OPERATOR_PASSWORD;
    const tries: [username: string, password: string, word: string][] = [
      ["wrong", "a wrong password", "failed"],
      ["nobody", "a wrong password", "failed"],
      ["locked", right, "locked"],
      ["nobody.locked", right, "locked"],
      ["disabled", right, "disabled"],
      ["barred", right, "locked"],
    ];
    for (const [username, password, word] of tries) {
      const asked = { action: "login", username, password } as const;
      expect(await classic(bank, asked)).toBe(AUTHENTICATION_FAILED);
      expect(await modern(bank, asked)).toBe("authentication_failed");
      expect(outcomesOf(bank, username, "login").slice(-2)).toEqual([word, word]);
    }
  });

  it("is told the same once strangers are throttled there", async () => {
    if (!HAS_TERMINALS) return;
    const bank = await startTestBank();
    await bank.customer("alice"); // At 127.0.0.1, which she is known at from now on.
    for (const username of ["alice", "nobody"]) {
      for (let terminal = 2; terminal < 8; terminal++) {
        for (let n = 0; n < LOGIN_FAILURES_MAX; n++) {
          const from = { localAddress: `127.0.0.${terminal}` };
          const asked = { action: "login", username, password: `guess ${n}` } as const;
          expect(await classic(bank, asked, from)).toBe(AUTHENTICATION_FAILED);
        }
      }
      expect(outcomesOf(bank, username, "login").at(-1)).toBe("throttled");
    }
  });
});

describe("a flood of tries that are locked", () => {
  it("gets few passwords' time, and the owner gets in beside it", async () => {
    if (!HAS_TERMINALS) return;
    const bank = await startTestBank({ bcryptCost: SLOW_PASSWORDS });
    await bank.customer("alice");
    const guess = { action: "login", username: "alice", password: "a guess" } as const;
    const from = { localAddress: "127.0.0.2" };
    for (let n = 0; n < LOGIN_FAILURES_MAX; n++) await classic(bank, guess, from);
    const flood = Array.from({ length: 40 }, () => classic(bank, guess, from));
    const owner = classic(bank, { action: "login", username: "alice" });
    expect(await owner).toBe(AUTHENTICATED);
    const replies = new Set(await Promise.all(flood));
    const busy = "Service busy: nothing was done, try again in a moment";
    expect(replies).toEqual(new Set([AUTHENTICATION_FAILED, busy]));
  });
});

describe("sign-ups from one source", () => {
  it("end at the limit, those at taken names among them, and are on record", async () => {
    const bank = await startTestBank({ signUpsMax: 3 });
    expect(await classic(bank, { action: "signup", username: "alice" })).toBe("Signup Successful");
    expect(await classic(bank, { action: "signup", username: "alice" })).toBe(
      "Username already exists",
    );
    expect(await modern(bank, { action: "signup", username: "alice" })).toBe("username_taken");
    for (const username of ["alice", "bob"]) {
      expect(await classic(bank, { action: "signup", username })).toBe(TOO_MANY);
      expect(await modern(bank, { action: "signup", username })).toBe("throttled");
      expect(outcomesOf(bank, username, "signup").slice(-2)).toEqual(["throttled", "throttled"]);
    }
    expect(await modern(bank, { action: "login", username: "alice" })).toBe("ok");
  });

  it("stay counted over a restart", async () => {
    const bank = await startTestBank({ signUpsMax: 1 });
    expect(await modern(bank, { action: "signup", username: "alice" })).toBe("ok");
    await bank.bank.stop();
    const again = await startTestBank({ folder: bank.folder, signUpsMax: 1 });
    expect(await modern(again, { action: "signup", username: "bob" })).toBe("throttled");
  });

  it("take nothing from those from another", async () => {
    if (!HAS_TERMINALS) return;
    const bank = await startTestBank({ signUpsMax: 1 });
    expect(await modern(bank, { action: "signup", username: "alice" })).toBe("ok");
    expect(await modern(bank, { action: "signup", username: "bob" })).toBe("throttled");
    const elsewhere = { localAddress: "127.0.0.2" };
    expect(await classic(bank, { action: "signup", username: "bob" }, elsewhere)).toBe(
      "Signup Successful",
    );
  });
});
