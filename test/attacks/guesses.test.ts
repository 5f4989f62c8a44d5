/** Guessing passwords and names: how many guesses are checked, and what a guesser can tell. */

import { describe, expect, it } from "vitest";
import { LOGIN_FAILURES_MAX } from "../../src/bank/lockout.ts";
import { AUTHENTICATED } from "../../src/protocol/classic-replies.ts";
import { encodeHello, type Hello } from "../../src/protocol/classic.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";
import { ForgedSession, PASSWORD } from "./forged-session.ts";
import { RawLine, type RawLineOptions } from "./raw-line.ts";

const FAILED = "Authentication Failed";

/**
 * Another terminal on the same machine. Linux and Windows answer on all of 127.0.0.0/8; elsewhere
 * the second terminal is the machine's other loopback address, and the bank listens on both.
 */
const OTHER_TERMINAL: { bankHost: string; line: RawLineOptions } =
  process.platform === "linux" || process.platform === "win32"
    ? { bankHost: "127.0.0.1", line: { localAddress: "127.0.0.2" } }
    : { bankHost: "::", line: { host: "::1" } };

describe("D23", () => {
  // That the time tells nothing either is shown by test/server/admission/admission.test.ts, where
  // the bank does the same for both, and measured by bench/micro/enumeration.ts.
  it("a wrong password is answered alike for a known name and none", async () => {
    const bank = await startTestBank();
    const line = await RawLine.open(bank.bank.port);
    await ask(line, { action: "signup", username: "alice", password: PASSWORD });
    for (const username of ["alice", "nobody", "alice", "nobody"]) {
      expect(await ask(line, { action: "login", username, password: "wrong" })).toBe(FAILED);
    }
  });

  it("a name that nobody has is locked like one that somebody has", async () => {
    const bank = await startTestBank();
    await ForgedSession.open(bank, "alice");
    for (const username of ["alice", "nobody"]) {
      const replies = await guess(bank, username, LOGIN_FAILURES_MAX + 5);
      expect(new Set(replies)).toEqual(new Set([FAILED]));
    }
    const rows = (who: string): string[] => outcomesOf(bank, who).slice(-LOGIN_FAILURES_MAX - 5);
    expect(rows("alice")).toEqual(rows("nobody"));
  });
});

describe("D25", () => {
  it("of a thousand guesses ten are checked; a later one is not, were it right", async () => {
    const bank = await startTestBank();
    await ForgedSession.open(bank, "alice");
    const lines = await Promise.all(Array.from({ length: 10 }, () => RawLine.open(bank.bank.port)));
    await Promise.all(lines.map((line) => guess(bank, "alice", 100, line)));
    expect(countedOf(bank, "alice")).toEqual({
      failed: LOGIN_FAILURES_MAX,
      unchecked: 990,
      busy: 0,
    });
    expect(await logIn(bank, "alice", {})).toBe(FAILED);
  });

  it("of a hundred guesses at the same time no more than ten are checked", async () => {
    const bank = await startTestBank({ passwordsMax: 1_000 });
    await ForgedSession.open(bank, "alice");
    await Promise.all(Array.from({ length: 100 }, () => guess(bank, "alice", 1)));
    expect(countedOf(bank, "alice")).toEqual({
      failed: LOGIN_FAILURES_MAX,
      unchecked: 90,
      busy: 0,
    });
  });

  it("an owner who logs in twenty times at once is not taken for a guesser", async () => {
    const bank = await startTestBank();
    await ForgedSession.open(bank, "alice");
    const replies = await Promise.all(Array.from({ length: 20 }, () => logIn(bank, "alice", {})));
    expect(replies).not.toContain(FAILED);
    expect(await logIn(bank, "alice", {})).toBe(AUTHENTICATED);
  });

  it("guesses whose sender hangs up at once count like any other", async () => {
    const bank = await startTestBank();
    await ForgedSession.open(bank, "alice");
    for (let attempt = 0; attempt < LOGIN_FAILURES_MAX; attempt++) {
      const line = await RawLine.open(bank.bank.port);
      await line.send(encodeHello({ action: "login", username: "alice", password: "wrong" }));
      line.close();
    }
    await expect.poll(() => countedOf(bank, "alice").failed).toBe(LOGIN_FAILURES_MAX);
    expect(await logIn(bank, "alice", {})).toBe(FAILED);
  });

  it("the owner still logs in from another terminal", async () => {
    const bank = await startTestBank({ host: OTHER_TERMINAL.bankHost });
    await ForgedSession.open(bank, "alice");
    await guess(bank, "alice", LOGIN_FAILURES_MAX + 1);
    expect(await logIn(bank, "alice", {})).toBe(FAILED);
    expect(await logIn(bank, "alice", OTHER_TERMINAL.line)).toBe(AUTHENTICATED);
    // Which does not open the door for the guesser.
    expect(await logIn(bank, "alice", {})).toBe(FAILED);
  });

  it("a restart does not forget the guesses", async () => {
    const bank = await startTestBank();
    await ForgedSession.open(bank, "alice");
    await guess(bank, "alice", LOGIN_FAILURES_MAX - 1);
    await bank.bank.stop();
    const later = await startTestBank({ folder: bank.folder });
    await guess(later, "alice", 1);
    expect(await logIn(later, "alice", {})).toBe(FAILED);
    expect(countedOf(later, "alice")).toMatchObject({ failed: LOGIN_FAILURES_MAX, unchecked: 1 });
  });
});

async function ask(line: RawLine, hello: Hello): Promise<string> {
  await line.send(encodeHello(hello));
  return line.recvText();
}

/** Guesses one after the other, and gives the bank's replies. */
async function guess(
  { bank }: TestBank,
  username: string,
  times: number,
  over?: RawLine,
): Promise<string[]> {
  const line = over ?? (await RawLine.open(bank.port));
  const replies: string[] = [];
  for (let attempt = 0; attempt < times; attempt++) {
    replies.push(await ask(line, { action: "login", username, password: `guess ${attempt}` }));
  }
  return replies;
}

/** Tries the true password. */
async function logIn(bank: TestBank, username: string, from: RawLineOptions): Promise<string> {
  const line = await RawLine.open(bank.bank.port, from);
  return ask(line, { action: "login", username, password: PASSWORD });
}

const outcomesOf = (bank: TestBank, username: string): string[] =>
  bank
    .audit()
    .filter(({ who, action }) => who === username && action === "login")
    .map(({ outcome }) => outcome);

function countedOf(bank: TestBank, username: string) {
  const outcomes = outcomesOf(bank, username);
  const count = (wanted: string): number => outcomes.filter((each) => each === wanted).length;
  const unchecked = count("locked") + count("too_many_attempts");
  return { failed: count("failed"), unchecked, busy: count("busy") };
}
