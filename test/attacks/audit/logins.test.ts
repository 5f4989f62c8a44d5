/** Rows 61 and 62: who gets in, who does not, and what they change about getting in. */

import { expect, it } from "vitest";
import { LOGIN_FAILURES_MAX, DAILY_FAILURES_MAX } from "../../../src/bank/lockout.ts";
import { encodeHello } from "../../../src/protocol/classic.ts";
import { startTestBank, type TestBank } from "../../test-bank.ts";
import { shown, wrongCode } from "../modern/one-time-codes.ts";
import { RawLine } from "../raw-line.ts";
import { PASSWORD, dial, enter, countOfRight, refused, type Event } from "./provoke.ts";
import { expectEveryRowToFit, expectFilesToFit } from "./row-schema.ts";

const FAILED = "authentication_failed";
const NEW_PASSWORD = "another good password";

async function classicLogin({ bank }: TestBank, username: string, password = PASSWORD) {
  const line = await RawLine.open(bank.port);
  await line.send(encodeHello({ action: "login", username, password }));
  return line.recvText();
}

/** On a line of its own, which is closed in good order. */
async function tryToLogIn(bank: TestBank, ...[name, kind, password, code]: string[]) {
  const client = await dial(bank);
  await refused(client.logIn(name ?? "", password ?? PASSWORD, code), kind ?? FAILED);
  await client.logOut();
}

async function closed(bank: TestBank): Promise<TestBank> {
  await bank.bank.stop();
  return bank;
}

it("row 61: a sign-up and a login, however they end, are one row each", async () => {
  const startedAt = Date.now();
  const bank = await startTestBank({ passwords: "demo" });
  const stranger = await dial(bank);
  const events: Event[] = [
    ["a sign-up", () => stranger.signUp("alice", PASSWORD), "alice: signup: ok"],
    [
      "a name that is taken",
      () => refused(stranger.signUp("alice", PASSWORD), "username_taken"),
      "alice: signup: username_taken",
    ],
    [
      "a password that is none",
      () => refused(stranger.signUp("bob", "password123"), "bad_password"),
      "bob: signup: bad_password",
    ],
    [
      "the same by the classic protocol",
      () => bank.client().signUp("bob", "password123"),
      "bob: signup: bad_password",
    ],
    ["a login", () => stranger.logIn("alice", PASSWORD), "alice: login: ok"],
    ["a logout", () => stranger.logOut(), "alice: logout: ok"],
    ["a wrong password", () => tryToLogIn(bank, "alice", FAILED, "wrong"), "alice: login: failed"],
    ["an unknown name", () => tryToLogIn(bank, "nobody", FAILED, "x"), "nobody: login: failed"],
    ["any name", () => classicLogin(bank, "a\nb", "x"), "a\nb: login: failed"],
    [
      "guesses up to the lockout",
      async () => {
        for (let guess = 1; guess < LOGIN_FAILURES_MAX; guess++) await tryToLogIn(bank, "nobody");
      },
      ...Array.from({ length: LOGIN_FAILURES_MAX - 1 }, () => "nobody: login: failed"),
    ],
    ["one behind it", () => tryToLogIn(bank, "nobody"), "nobody: login: locked"],
  ];
  expect(await countOfRight(bank, events)).toBe(events.length);
  const { wholeAudit, folder } = await closed(bank);
  expectEveryRowToFit(wholeAudit(), startedAt);
  expectFilesToFit(folder, wholeAudit());
});

it("row 61: a stranger who is throttled is a row", async () => {
  const bank = await startTestBank();
  await bank.client().signUp("alice", PASSWORD);
  const line = async (terminal: number): Promise<RawLine> =>
    RawLine.open(bank.bank.port, { localAddress: `127.0.0.${terminal}` });
  const guess = async (terminal: number): Promise<string> => {
    const opened = await line(terminal);
    await opened.send(encodeHello({ action: "login", username: "alice", password: "a guess" }));
    return opened.recvText();
  };
  if (process.platform === "darwin") return; // It has one address of its own.
  for (let n = 0; n < DAILY_FAILURES_MAX; n++) await guess(10 + Math.floor(n / 5));
  const events: Event[] = [["one more", () => guess(200), "alice: login: throttled"]];
  expect(await countOfRight(bank, events)).toBe(1);
});

it("row 61: a second factor, from its begin to its end, is one row a step", async () => {
  const startedAt = Date.now();
  const bank = await startTestBank();
  const first = await dial(bank);
  await first.signUp("alice", PASSWORD);
  await first.logIn("alice", PASSWORD);
  let secret = "";
  let recovery: readonly string[] = [];
  const code = (steps: number): string => shown(secret, steps);
  const events: Event[] = [
    [
      "a wrong password for it",
      () => refused(first.beginFactor("wrong"), FAILED),
      "alice: begin_factor: failed",
    ],
    [
      "the begin of it",
      async () => ({ secret } = await first.beginFactor(PASSWORD)),
      "alice: begin_factor: ok",
    ],
    [
      "an enrolment with a wrong code",
      () => refused(first.enrolFactor(wrongCode(secret)), FAILED),
      "alice: enrol_factor: wrong_code",
    ],
    [
      "an enrolment",
      async () => ({ recoveryCodes: recovery } = await first.enrolFactor(code(0))),
      "alice: enrol_factor: ok",
    ],
    [
      "a login without a code",
      () => tryToLogIn(bank, "alice", "code_required"),
      "alice: login: code_required",
    ],
    ["one by the classic protocol", () => classicLogin(bank, "alice"), FACTOR_REQUIRED],
    [
      "one with a wrong code",
      () => tryToLogIn(bank, "alice", FAILED, PASSWORD, wrongCode(secret)),
      "alice: login: wrong_code",
    ],
    [
      "one with a recovery code",
      () => enter(bank, "alice", PASSWORD, recovery[0]),
      "alice: recovery_code: ok",
      "alice: login: ok",
    ],
    [
      "a removal with a wrong code",
      () => refused(first.removeFactor(PASSWORD, wrongCode(secret)), FAILED),
      "alice: remove_factor: wrong_code",
    ],
    [
      "a removal with a wrong password",
      () => refused(first.removeFactor("wrong", code(1)), FAILED),
      "alice: remove_factor: failed",
    ],
    [
      "a removal, which ends the other session",
      () => first.removeFactor(PASSWORD, code(1)),
      "alice: remove_factor: ok",
      "alice: session: ended_elsewhere (by alice)",
    ],
  ];
  expect(await countOfRight(bank, events)).toBe(events.length);
  const { wholeAudit, folder } = await closed(bank);
  expectEveryRowToFit(wholeAudit(), startedAt);
  expectFilesToFit(folder, wholeAudit());
});

const FACTOR_REQUIRED = "alice: login: factor_required";

it("row 61: codes that are locked are a row", async () => {
  const bank = await startTestBank();
  const { client, secret } = await withFactor(bank);
  for (let guess = 0; guess < LOGIN_FAILURES_MAX; guess++) {
    await refused(client.confirm(PASSWORD, wrongCode(secret)), FAILED);
  }
  const events: Event[] = [
    [
      "one more code, at a confirmation",
      () => refused(client.confirm(PASSWORD, shown(secret, 1)), FAILED),
      "alice: confirm: code_locked",
    ],
  ];
  expect(await countOfRight(bank, events)).toBe(1);
});

async function withFactor(bank: TestBank) {
  const client = await dial(bank);
  await client.signUp("alice", PASSWORD);
  await client.logIn("alice", PASSWORD);
  const { secret } = await client.beginFactor(PASSWORD);
  await client.enrolFactor(shown(secret, 0));
  return { client, secret };
}

it("row 61: a password that is changed or confirmed, or is not, is one row", async () => {
  const startedAt = Date.now();
  const bank = await startTestBank({ passwords: "demo" });
  const alice = await dial(bank);
  await alice.signUp("alice", PASSWORD);
  await alice.logIn("alice", PASSWORD);
  const other = await enter(bank, "alice");
  const events: Event[] = [
    ["a confirmation", () => alice.confirm(PASSWORD), "alice: confirm: ok"],
    ["one that is wrong", () => refused(alice.confirm("x"), FAILED), "alice: confirm: failed"],
    [
      "a change with a wrong old password",
      () => refused(alice.changePassword("wrong", NEW_PASSWORD), FAILED),
      "alice: change_password: failed",
    ],
    [
      "a change to what is no password",
      () => refused(alice.changePassword(PASSWORD, "password123"), "bad_password"),
      "alice: change_password: bad_password",
    ],
    [
      "a change, which ends the other session",
      () => alice.changePassword(PASSWORD, NEW_PASSWORD),
      "alice: change_password: ok",
      "alice: session: ended_elsewhere (by alice)",
    ],
  ];
  expect(await countOfRight(bank, events)).toBe(events.length);
  expect(other.end).toMatchObject({ reason: "ended_elsewhere" });
  const { wholeAudit, folder } = await closed(bank);
  expectEveryRowToFit(wholeAudit(), startedAt);
  expectFilesToFit(folder, wholeAudit());
});
