/**
 * Rows 29 and 35: a bank that is killed between a guess and its answer. Whoever sees it fall has
 * had the guess all the same.
 */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { factorKey } from "../../src/bank/factor-rules.ts";
import { LOGIN_FAILURES_MAX, attemptsKey } from "../../src/bank/lockout.ts";
import { Refused } from "../../src/client/modern-errors.ts";
import { encodeHello } from "../../src/protocol/classic.ts";
import { AUTHENTICATION_FAILED } from "../../src/protocol/classic-replies.ts";
import { openIdentity } from "../../src/server/keys/identity.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startBankProcess, type BankProcess } from "./bank-process.ts";
import { ForgedSession, PASSWORD } from "./forged-session.ts";
import { connectTo } from "./modern/customer.ts";
import { shown, wrongCode } from "./modern/one-time-codes.ts";
import { RawLine } from "./raw-line.ts";

/** A password takes half a second, so that the bank can be killed meanwhile. */
const SLOW_PASSWORDS = 13;
const KILLS_MAX = 2;

/** How many tries a counter has, as the store has it beside the running bank; the pending too. */
function triesOf(folder: string): (key: string) => number {
  const database = new DatabaseSync(join(folder, "bank.sqlite"), { readOnly: true });
  onTestFinished(() => database.close());
  const statement = database.prepare(
    "SELECT failures + pending AS tries FROM login_attempts WHERE key = ?",
  );
  return (key) => Number(statement.get(key)?.["tries"] ?? 0);
}

async function kill({ child, ended }: BankProcess): Promise<void> {
  child.kill("SIGKILL");
  await ended;
}

async function guess(port: number, password: string): Promise<string> {
  const line = await RawLine.open(port);
  await line.send(encodeHello({ action: "login", username: "alice", password }));
  return line.recvText();
}

it("row 29: the tenth guess counts, though the bank fell before it could answer", async () => {
  const folder = temporaryFolder();
  const bank = await startBankProcess(folder);
  await ForgedSession.open(bank.port, "alice");
  for (let n = 1; n < LOGIN_FAILURES_MAX; n++) {
    expect(await guess(bank.port, `guess ${n}`)).toBe(AUTHENTICATION_FAILED);
  }
  await kill(bank);
  const slow = await startBankProcess(folder, { bcryptCost: SLOW_PASSWORDS });
  const answer = guess(slow.port, "the tenth guess");
  const tries = triesOf(folder);
  const pair = attemptsKey("alice", "127.0.0.1");
  await expect.poll(() => tries(pair), { interval: 1 }).toBe(LOGIN_FAILURES_MAX);
  await kill(slow);
  expect(await answer).toBe(""); // Nothing but the end of the line.
  const again = await startBankProcess(folder);
  expect(await guess(again.port, PASSWORD)).toBe(AUTHENTICATION_FAILED);
});

it("row 35: ten codes are looked at, however often the bank falls over one of them", async () => {
  const folder = temporaryFolder();
  const dial = async (port: number) => {
    const publicKey = openIdentity(folder, Date.now()).publicKeyHex;
    return (await connectTo({ bank: { port, publicKey } })).client;
  };
  let bank = await startBankProcess(folder);
  const alice = await dial(bank.port);
  await alice.signUp("alice", PASSWORD);
  await alice.logIn("alice", PASSWORD);
  const { secret } = await alice.beginFactor(PASSWORD);
  await alice.enrolFactor(shown(secret, 0));
  const tries = triesOf(folder);
  let kills = 0;
  for (let n = 0; n < LOGIN_FAILURES_MAX; n++) {
    const client = await dial(bank.port);
    const guessed: { end?: unknown } = {};
    const over = client.logIn("alice", PASSWORD, wrongCode(secret)).catch((error: unknown) => {
      guessed.end = error;
    });
    // Whoever sees that it is counted kills the bank, before it can say that it was wrong.
    while (guessed.end === undefined && kills < KILLS_MAX) {
      if (tries(factorKey("alice")) > n) {
        kills += 1;
        await kill(bank);
        bank = await startBankProcess(folder);
        break;
      }
      await turnOfTheLoop();
    }
    await over;
    const { end } = guessed;
    if (end instanceof Refused) expect(end.kind).toBe("authentication_failed");
  }
  expect(kills).toBeGreaterThan(0);
  const right = (await dial(bank.port)).logIn("alice", PASSWORD, shown(secret, 1));
  await expect(right).rejects.toEqual(new Refused("authentication_failed"));
});
