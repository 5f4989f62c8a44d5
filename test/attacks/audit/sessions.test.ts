/** Rows 61 and 62: what is asked for in a session, what breaks its rules, and how it ends. */

import { expect, it } from "vitest";
import { cents, dollars } from "../../../src/bank/money.ts";
import { encodeEnvelope } from "../../../src/protocol/classic.ts";
import { ClientHandshake } from "../../../src/protocol/channel.ts";
import { decodeHex } from "../../../src/protocol/hex.ts";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { startTestBank, type TestBank } from "../../test-bank.ts";
import { ForgedSession } from "../forged-session.ts";
import { RawSession, takeFrame } from "../modern/raw-session.ts";
import { RawLine } from "../raw-line.ts";
import { PASSWORD, dial, enter, countOfRight, refused, type Event } from "./provoke.ts";
import { expectEveryRowToFit, expectFilesToFit } from "./row-schema.ts";

async function expectAllToFit({ bank, folder, wholeAudit }: TestBank, notBefore: number) {
  await bank.stop();
  expectEveryRowToFit(wholeAudit(), notBefore);
  expectFilesToFit(folder, wholeAudit());
}

const bad = "x".repeat(40);

it("row 61: money that is moved or looked at, or is not, is one row", async () => {
  const startedAt = Date.now();
  const bank = await startTestBank({ confirmAbove: dollars(50) });
  for (const name of ["alice", "bob"]) await (await dial(bank)).signUp(name, PASSWORD);
  const alice = await enter(bank, "alice");
  const classic = await ForgedSession.again(bank, "bob");
  const transfer = (to: string, amount: number, key: string) =>
    alice.transfer({ to, amount: dollars(amount) }, key);
  const events: Event[] = [
    ["a deposit", () => alice.deposit(dollars(100), "one"), "alice: deposit: ok"],
    ["the same again", () => alice.deposit(dollars(100), "one")],
    [
      "another under its key",
      () => refused(alice.deposit(dollars(1), "one"), "idempotency_conflict"),
      "alice: deposit: idempotency_conflict",
    ],
    ["a withdrawal", () => alice.withdraw(dollars(5), "two"), "alice: withdraw: ok"],
    ["an inquiry", () => alice.balance(), "alice: balance: ok"],
    ["a transfer", () => transfer("bob", 5, "three"), "alice: transfer: ok (bob)"],
    [
      "one to nobody",
      () => refused(transfer("nobody", 5, "four"), "unknown_recipient"),
      "alice: transfer: unknown_recipient (nobody)",
    ],
    [
      "one that needs the password",
      () => refused(transfer("bob", 51, "five"), "confirmation_required"),
      "alice: transfer: confirmation_required (bob)",
    ],
    [
      "a withdrawal of that kind",
      () => refused(alice.withdraw(dollars(51), "six"), "confirmation_required"),
      "alice: withdraw: confirmation_required",
    ],
    [
      "a method of others",
      () => refused(alice.call("session.end", { session: "0".repeat(32) }), "unknown_session"),
    ],
    [
      "a classic withdrawal that is too large",
      () => classic.ask(classic.seal('{"action": "withdraw", "amount": 51}')),
      "bob: withdraw: confirmation_required",
    ],
    [
      "one of more than there is",
      () => classic.ask(classic.seal('{"action": "withdraw", "amount": 50}')),
      "bob: withdraw: insufficient_funds",
    ],
    ["a classic deposit", () => classic.deposit(70), "bob: deposit: ok"],
  ];
  expect(await countOfRight(bank, events)).toBe(events.length);
  await expectAllToFit(bank, startedAt);
});

it("row 61: in the classic protocol each breach is one row, and so is the end", async () => {
  const startedAt = Date.now();
  const bank = await startTestBank();
  const alice = await ForgedSession.open(bank, "alice");
  const sent = alice.seal('{"action": "balance"}');
  const stranger = await RawLine.open(bank.bank.port);
  const forged = (): Uint8Array =>
    encodeEnvelope({ payload: alice.token("{}"), mac: "0".repeat(64) });
  const events: Event[] = [
    ["what is no message", () => tell(stranger, "{}"), "127.0.0.1: request: missing_field"],
    ["a bad MAC", () => alice.ask(forged()), "alice: request: mac_failed"],
    ["a request", () => alice.ask(sent), "alice: balance: ok"],
    ["the same message", () => alice.ask(sent), "alice: request: replay_rejected"],
    ["an action", () => alice.ask(alice.seal('{"action": "x"}')), UNKNOWN_ACTION],
    ["the end of the line", () => hangUp(alice), "alice: session: closed"],
    ["that of a stranger's", async () => stranger.close()],
    [
      "a stream that is lost",
      async () => (await RawLine.open(bank.bank.port)).send(`{"a": "${bad.repeat(120)}"}`),
      "127.0.0.1: request: message_too_long",
    ],
  ];
  expect(await countOfRight(bank, events)).toBe(events.length);
  await expectAllToFit(bank, startedAt);
});

const UNKNOWN_ACTION = "alice: request: unknown_action";

async function tell(line: RawLine, text: string): Promise<void> {
  await line.send(text);
  await line.recv();
}

async function hangUp({ line }: ForgedSession): Promise<void> {
  line.endSending();
  await line.rest();
}

it("row 61: in the modern protocol each breach is one row, and so is the end", async () => {
  const startedAt = Date.now();
  const bank = await startTestBank();
  const alice = await RawSession.customer(bank, "alice");
  const cut = await (await RawSession.open(bank)).logIn("alice");
  const hello = (): Uint8Array =>
    new ClientHandshake(nodeCiphers, decodeHex(bank.bank.publicKey)).first();
  const events: Event[] = [
    ["what is no JSON", () => alice.kindOf("{"), "alice: request: parse_error"],
    ["what is no request", () => alice.kindOf("[]"), "alice: request: invalid_request"],
    ["no method", () => alice.ask("no.method"), "alice: request: unknown_method"],
    ["no parameters", () => alice.ask("account.deposit"), "alice: request: invalid_params"],
    ["a call of operators", () => alice.ask("admin.proposals"), DENIED],
    [
      "a frame that is not the bank's",
      async () => alice.line.send(altered(alice.request("account.balance"))),
      "alice: session: bad_frame",
    ],
    ["a line that is cut", async () => cut.line.close(), "alice: session: cut"],
    [
      "a handshake that is none",
      async () => (await RawLine.open(bank.bank.port)).send(altered(hello())),
      "127.0.0.1: handshake: bad_handshake",
    ],
    [
      "a bank that the client does not believe",
      async () => {
        const line = await RawLine.open(bank.bank.port);
        await line.send(hello());
        await takeFrame(line);
        line.close();
      },
      "127.0.0.1: handshake: cut",
    ],
  ];
  expect(await countOfRight(bank, events)).toBe(events.length);
  await expectAllToFit(bank, startedAt);
});

const DENIED = "alice: admin.proposals: not_permitted";

/** The last byte is part of what proves it. */
function altered(frame: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(frame);
  changed[changed.length - 1]! ^= 1;
  return changed;
}

it("row 61: a session that is ended is one row, which says by whom", async () => {
  const startedAt = Date.now();
  const bank = await startTestBank();
  const alice = await dial(bank);
  await alice.signUp("alice", PASSWORD);
  await alice.logIn("alice", PASSWORD);
  const other = await enter(bank, "alice");
  const { current } = await other.sessions();
  const third = await enter(bank, "alice");
  await ForgedSession.again(bank, "alice");
  const byAlice = "alice: session: ended_elsewhere (by alice)";
  const events: Event[] = [
    ["one of one's own", () => alice.endSession(current), byAlice],
    ["a logout", () => third.logOut(), "alice: logout: ok"],
    [
      "a logout everywhere, of the classic one too",
      () => alice.logOutEverywhere(),
      ...["alice: logout: ok", byAlice],
    ],
  ];
  expect(await countOfRight(bank, events)).toBe(events.length);
  await expectAllToFit(bank, startedAt);
});

it.for([
  ["that is idle", { idleMs: 500 }, "session: timed_out_request"],
  ["that lasts too long", { sessionMs: 500 }, "session: timed_out_session"],
  ["within a message", { messageMs: 500 }, "session: timed_out_message"],
] as const)("row 61: a session %s is one row", async ([how, limit, end]) => {
  const patient = { messageMs: 60_000, loginMs: 60_000, idleMs: 60_000, sessionMs: 60_000 };
  const bank = await startTestBank({ limits: { ...patient, readerMs: 60_000, ...limit } });
  const ends = [`alice: ${end}`, `bob: ${end}`];
  const alice = await RawSession.customer(bank, "alice");
  const bob = await ForgedSession.open(bank, "bob");
  if (how === "within a message") {
    await alice.line.send(alice.request("account.balance").subarray(0, 5));
    await bob.line.send("{");
  }
  await Promise.all([alice.line.rest(), bob.line.rest()]);
  const told = (): string[] =>
    bank
      .audit()
      .filter(({ action }) => action === "session")
      .map(({ who, action, outcome: word }) => `${who}: ${action}: ${word}`)
      .toSorted();
  await expect.poll(told).toEqual(ends);
  await bank.bank.stop();
  expect(told()).toEqual(ends);
});

it("rows 61 and 62 hold for what a session is worth in cents", async () => {
  const bank = await startTestBank();
  const alice = await dial(bank);
  await alice.signUp("alice", PASSWORD);
  await alice.logIn("alice", PASSWORD);
  await alice.deposit(cents(101), "one");
  expect(bank.audit().at(-1)).toMatchObject({ amount: 101, transaction: 1, object: null });
});
