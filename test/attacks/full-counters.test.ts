/** A running bank whose counters are all in use: who is let in, and for how long it lasts. */

import { describe, expect, it } from "vitest";
import { COUNTERS_MAX, LOCKOUT_MS, attemptsKey } from "../../src/bank/lockout.ts";
import { encodeHello } from "../../src/protocol/classic.ts";
import {
  AUTHENTICATED,
  AUTHENTICATION_FAILED,
  SIGNUP_SUCCESSFUL,
} from "../../src/protocol/classic-replies.ts";
import { openSqliteStore } from "../../src/workers/sqlite-store.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";
import { ForgedSession, PASSWORD } from "./forged-session.ts";
import { RawLine } from "./raw-line.ts";

/** Elsewhere a machine has no second address of its own to guess from. */
const HAS_TERMINALS = process.platform === "linux" || process.platform === "win32";
const KNOWN = {};
const STRANGER = { localAddress: "127.0.0.2" };

/** A bank that knows alice at 127.0.0.1, all of whose counters were in use so long ago. */
async function bankCounting(agoMs: number): Promise<TestBank> {
  const { bank, folder } = await startTestBank();
  await ForgedSession.open({ bank }, "alice");
  await bank.stop();
  const lastAt = Date.now() - agoMs;
  const attempts = Array.from({ length: COUNTERS_MAX }, (_, n) => ({
    key: attemptsKey(`name${n}`, "elsewhere"),
    attempts: { failures: 1, pending: 0, lastAt },
  }));
  const store = openSqliteStore({ folder });
  const event = { type: "login_begun", account: null, attempts } as const;
  store.append([{ at: store.lastAt(), event, audit: null }]);
  store.close();
  return startTestBank({ folder });
}

async function ask(
  { bank }: TestBank,
  action: "login" | "signup",
  username: string,
  from: { localAddress?: string },
): Promise<string> {
  const line = await RawLine.open(bank.port, from);
  await line.send(encodeHello({ action, username, password: PASSWORD }));
  return line.recvText();
}

const lastOf = (bank: TestBank) => bank.audit().at(-1);

describe("with all counters in use", () => {
  it("strangers are turned away as from a wrong password, and the owner gets in", async () => {
    if (!HAS_TERMINALS) return;
    const bank = await bankCounting(0);
    expect(await ask(bank, "login", "alice", STRANGER)).toBe(AUTHENTICATION_FAILED);
    expect(lastOf(bank)).toMatchObject({ who: "alice", action: "login", outcome: "throttled" });
    expect(await ask(bank, "signup", "bob", STRANGER)).toContain("too many sign-ups");
    expect(await ask(bank, "login", "alice", KNOWN)).toBe(AUTHENTICATED);
  });

  it("they are let in again when those counters are over", async () => {
    if (!HAS_TERMINALS) return;
    const bank = await bankCounting(LOCKOUT_MS);
    expect(await ask(bank, "login", "nobody", STRANGER)).toBe(AUTHENTICATION_FAILED);
    expect(lastOf(bank)).toMatchObject({ who: "nobody", action: "login", outcome: "failed" });
    expect(await ask(bank, "signup", "bob", STRANGER)).toBe(SIGNUP_SUCCESSFUL);
    expect(await ask(bank, "login", "alice", STRANGER)).toBe(AUTHENTICATED);
  });
});
