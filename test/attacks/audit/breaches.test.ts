/** Rows 61 and 62: messages that break the rules, each in its way, and what is not to be had. */

import { expect, it } from "vitest";
import { AMOUNT_CENTS_MAX, cents } from "../../../src/bank/money.ts";
import { encodeEnvelope } from "../../../src/protocol/classic.ts";
import { startTestBank, type TestBank } from "../../test-bank.ts";
import { ForgedSession } from "../forged-session.ts";
import { startOperatedBank } from "../operators.ts";
import { shown } from "../modern/one-time-codes.ts";
import { RawSession } from "../modern/raw-session.ts";
import { RawLine } from "../raw-line.ts";
import { PASSWORD, countOfRight, dial, enter, refused, type Event } from "./provoke.ts";
import { expectEveryRowToFit, expectFilesToFit } from "./row-schema.ts";

async function expectAllToFit({ bank, folder, wholeAudit }: TestBank, notBefore: number) {
  await bank.stop();
  expectEveryRowToFit(wholeAudit(), notBefore);
  expectFilesToFit(folder, wholeAudit());
}

it("row 61: each way to break a protocol has its own word, in one row", async () => {
  const startedAt = Date.now();
  const bank = await startTestBank();
  const stranger = await RawLine.open(bank.bank.port);
  const tell = async (text: string): Promise<void> => {
    await stranger.send(text);
    await stranger.recv();
  };
  const alice = await ForgedSession.open(bank, "alice");
  const carol = await RawSession.customer(bank, "carol");
  const ask = (text: string): Promise<string> => alice.ask(alice.seal(text));
  const envelope = (mac: string): Uint8Array => encodeEnvelope({ payload: "x", mac });
  const hello = (fields: object): string =>
    JSON.stringify({ action: "signup", username: "bob", password: PASSWORD, ...fields });
  const events: Event[] = [
    ["no JSON", () => tell('{"a":}'), "127.0.0.1: request: bad_json"],
    ["a field too many", () => tell(hello({ more: 1 })), "127.0.0.1: request: unknown_field"],
    ["a field of no text", () => tell(hello({ username: 1 })), "127.0.0.1: request: wrong_type"],
    ["no such action", () => tell(hello({ action: "x" })), "127.0.0.1: request: unknown_action"],
    ["no name", () => tell(hello({ username: "" })), "127.0.0.1: request: bad_username"],
    ["no password", () => tell(hello({ password: "" })), "127.0.0.1: request: bad_password"],
    [
      "what is no object",
      async () => (await RawLine.open(bank.bank.port)).send("[]"),
      "127.0.0.1: request: not_an_object",
    ],
    [
      "a frame of no length",
      () => carol.line.send(Uint8Array.of(0, 0)),
      "carol: session: bad_frame_length",
    ],
    ["no MAC", () => alice.ask(envelope("x")), "alice: request: mac_failed"],
    [
      "an amount of cents",
      () => ask('{"action": "deposit", "amount": 1.5}'),
      "alice: request: bad_amount",
    ],
    [
      "an amount that is too large",
      () => ask('{"action": "deposit", "amount": 99999999999}'),
      "alice: request: amount_too_large",
    ],
  ];
  expect(await countOfRight(bank, events)).toBe(events.length);
  await expectAllToFit(bank, startedAt);
});

it("row 61: what an account does not allow, or has ended, is one row", async () => {
  const startedAt = Date.now();
  const bank = await startTestBank();
  const stranger = await dial(bank);
  await stranger.signUp("alice", PASSWORD);
  const alice = await enter(bank, "alice");
  const mine = await alice.beginFactor(PASSWORD);
  await alice.enrolFactor(shown(mine.secret, 0));
  const events: Event[] = [
    [
      "a transfer to oneself",
      () => refused(alice.transfer({ to: "alice", amount: cents(1) }, "one"), "own_account"),
      "alice: transfer: own_account (alice)",
    ],
    [
      "a factor taken away",
      () => alice.removeFactor(PASSWORD, shown(mine.secret, 1)),
      "alice: remove_factor: ok",
    ],
    [
      "a deposit above the limit",
      () => alice.deposit(cents(AMOUNT_CENTS_MAX + 100), "two").catch(() => undefined),
      "alice: request: amount_too_large",
    ],
  ];
  expect(await countOfRight(bank, events)).toBe(events.length);
  await expectAllToFit(bank, startedAt);
});

it("row 61: an end of a session that there is not is one row", async () => {
  const startedAt = Date.now();
  const bank = await startOperatedBank();
  const session = "0".repeat(32);
  const events: Event[] = [
    [
      "an end",
      () => refused(bank.ada.call("admin.endSession", { session }), "unknown_session"),
      "ada: admin.endSession: unknown_session (nobody session …)",
    ],
  ];
  expect(await countOfRight(bank, events)).toBe(events.length);
  await expectAllToFit(bank, startedAt - INIT_MS_MAX);
});

/** The administrator was made a while before. */
const INIT_MS_MAX = 60_000;
