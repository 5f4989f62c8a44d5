/** Guesses from many terminals, and across a crash: what they get, and that the owner gets in. */

import { describe, expect, it } from "vitest";
import { LOGIN_FAILURES_MAX, DAILY_FAILURES_MAX } from "../../src/bank/lockout.ts";
import { AUTHENTICATED } from "../../src/protocol/classic-replies.ts";
import { encodeHello } from "../../src/protocol/classic.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";
import { startBankProcess } from "./bank-process.ts";
import { ForgedSession, PASSWORD } from "./forged-session.ts";
import { RawLine } from "./raw-line.ts";

const FAILED = "Authentication Failed";

/** Elsewhere a machine has no twenty addresses of its own to guess from. */
const NO_TERMINALS =
  process.platform === "linux" || process.platform === "win32" ? "" : "needs 127.0.0.0/8: ";
const terminal = (number: number) => ({ localAddress: `127.0.0.${number}` });

async function tell(line: RawLine, username: string, password: string): Promise<string> {
  await line.send(encodeHello({ action: "login", username, password }));
  return line.recvText();
}

async function logIn(port: number, number = 1): Promise<string> {
  const from = number === 1 ? {} : terminal(number);
  return tell(await RawLine.open(port, from), "alice", PASSWORD);
}

function outcomesOf(bank: TestBank, username: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { who, action, outcome } of bank.audit()) {
    if (who !== username || action !== "login") continue;
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return counts;
}

/** A bank in which alice is known at terminal 1. */
async function bankOfAlice(): Promise<TestBank> {
  const bank = await startTestBank({ passwordsMax: 1_000 });
  await ForgedSession.open(bank, "alice");
  return bank;
}

describe("row 28", () => {
  it(`${NO_TERMINALS}who locks his own terminal does not lock the victim's`, async () => {
    if (NO_TERMINALS !== "") return;
    const bank = await bankOfAlice();
    const line = await RawLine.open(bank.bank.port, terminal(2));
    for (let n = 0; n < LOGIN_FAILURES_MAX + 5; n++) {
      expect(await tell(line, "alice", `guess ${n}`)).toBe(FAILED);
    }
    expect(await logIn(bank.bank.port, 2)).toBe(FAILED);
    expect(await logIn(bank.bank.port)).toBe(AUTHENTICATED);
    expect(Object.fromEntries(outcomesOf(bank, "alice"))).toEqual({
      ...{ ok: 2, failed: LOGIN_FAILURES_MAX, locked: 6 },
    });
  });
});

describe("row 29", () => {
  it("a hundred guesses at once and a kill leave the pair locked", async () => {
    const folder = temporaryFolder();
    const bank = await startBankProcess(folder);
    await ForgedSession.open(bank.port, "alice");
    const lines = await Promise.all(Array.from({ length: 100 }, () => RawLine.open(bank.port)));
    // 64 have a place in the password line, so 36 answers may come without a try; of 47 answers,
    // then, eleven have met the counter, which has ten places.
    const answered = Promise.withResolvers<void>();
    let answers = 0;
    const guesses = lines.map(async (line, n) => {
      await tell(line, "alice", `guess ${n}`);
      answers += 1;
      if (answers === 47) answered.resolve();
    });
    const all = Promise.allSettled(guesses);
    await answered.promise;
    bank.child.kill("SIGKILL");
    await bank.ended;
    await all;
    const again = await startBankProcess(folder);
    expect(await logIn(again.port)).toBe(FAILED);
  });
});

describe("guesses from everywhere", () => {
  it(`${NO_TERMINALS}a thousand end at the limit, and the owner gets in`, async () => {
    if (NO_TERMINALS !== "") return;
    const bank = await bankOfAlice();
    const lines = await Promise.all(
      Array.from({ length: 100 }, (_, n) => RawLine.open(bank.bank.port, terminal(2 + (n % 20)))),
    );
    await Promise.all(
      lines.map(async (line) => {
        for (let n = 0; n < 10; n++) await tell(line, "alice", `guess ${n}`);
      }),
    );
    const counts = outcomesOf(bank, "alice");
    expect(counts.get("failed")).toBe(DAILY_FAILURES_MAX);
    expect(counts.get("throttled")).toBeGreaterThan(0);
    expect(await logIn(bank.bank.port, 30)).toBe(FAILED);
    expect(await logIn(bank.bank.port)).toBe(AUTHENTICATED);
  });
});
