/** A modern connection: what waits for what, how long, and who is told of what. */

import { describe, expect, it } from "vitest";
import { cents } from "../../../src/bank/money.ts";
import type { AccountId } from "../../../src/bank/ledger.ts";
import { PREFACE } from "../../../src/protocol/channel.ts";
import { PASSWORD, RawSession, type Said } from "../../attacks/modern/raw-session.ts";
import { RawLine } from "../../attacks/raw-line.ts";
import { LIMITS } from "../classic/connection-stage.ts";
import {
  LOGIN,
  aWhile,
  closedFor,
  deposit,
  notesIn,
  openAlice,
  openModernStage,
  until,
} from "./connection-stage.ts";

const NEW_PASSWORD = { oldPassword: PASSWORD, newPassword: "another" };
const NEWS = { transactionId: "1", amount: cents(1), balance: cents(1), from: "bob" };

async function hear(session: RawSession, count: number): Promise<Said[]> {
  const said: Said[] = [];
  while (said.length < count) said.push(await session.hear());
  return said;
}

describe("calls behind a password", () => {
  it("wait for it, and are answered in their order", async () => {
    const stage = await openModernStage();
    const session = await RawSession.open(stage);
    await session.ask("auth.signUp", LOGIN);
    const calls = ["auth.login", "account.balance", "session.info", "auth.changePassword"];
    const params = [LOGIN, {}, {}, NEW_PASSWORD];
    const frames = calls.map((method, index) => session.request(method, params[index]));
    await session.line.send(Buffer.concat([...frames, session.request("session.info")]));
    const said = await hear(session, 5);
    const ids = said.map(({ id }) => id);
    // The two in the middle may pass each other, but not the passwords before and behind them.
    expect([ids[0], ...ids.slice(3)]).toEqual([2, 5, 6]);
    expect(said.toSorted((a, b) => Number(a.id) - Number(b.id))).toMatchObject([
      { id: 2, result: { username: "alice" } },
      { id: 3, result: { balance: "0" } },
      { id: 4, result: { username: "alice", terminal: "lobby" } },
      { id: 5, result: {} },
      { id: 6, result: { username: "alice" } },
    ]);
  });

  it("are not read without a bound: past it the line is paused, and read on later", async () => {
    const stage = await openModernStage();
    const session = await RawSession.open(stage);
    await session.ask("auth.signUp", LOGIN);
    stage.holdLedger();
    const { socket } = stage.served[0]!;
    const count = 200;
    const login = session.request("auth.login", LOGIN);
    const calls = Array.from({ length: count }, () => session.request("session.info"));
    await session.line.send(Buffer.concat([login, ...calls]));
    await until(() => stage.held.length === 1 && socket.isPaused());
    stage.answer();
    await until(() => stage.held.length === 1);
    stage.answer();
    const ids = (await hear(session, count + 1)).map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: count + 1 }, (_, index) => index + 2));
    expect(socket.isPaused()).toBe(false);
  });
});

describe("time", () => {
  it.for([
    ["says nothing", new Uint8Array(0), LIMITS.loginMs],
    ["begins a preface and does not end it", PREFACE.subarray(0, 3), LIMITS.messageMs],
    ["begins a hello and does not end it", Uint8Array.of(...PREFACE, 0, 48), LIMITS.messageMs],
  ] as const)("runs out for a stranger who %s, without a word", async ([, bytes, limit]) => {
    const stage = await openModernStage();
    const line = await RawLine.open(stage.bank.port);
    await line.send(bytes);
    await until(() => stage.served[0]?.socket.bytesRead === bytes.length);
    await aWhile();
    const { connection } = stage.served[0]!;
    connection.sweep(stage.clock.monotonic() + limit - 1);
    await aWhile();
    expect(line.hasEnded).toBe(false);
    connection.sweep(stage.clock.monotonic() + limit);
    expect(await line.restText()).toBe("");
    expect(stage.events).toEqual([]);
  });

  it("runs out for a client that does not log in, with a word", async () => {
    const stage = await openModernStage();
    const session = await RawSession.open(stage);
    stage.served[0]!.connection.sweep(stage.clock.monotonic() + LIMITS.loginMs);
    expect(await session.hearOut()).toMatchObject([closedFor("idle")]);
    expect(stage.events).toEqual([]);
  });

  it.for([
    ["leaves the session open", 0, LIMITS.idleMs, "timed_out_request"],
    ["begins a frame and does not end it", 20, LIMITS.messageMs, "timed_out_message"],
  ] as const)("runs out for a customer who %s", async ([, length, limit, note]) => {
    const { stage, alice, connection, socket } = await openAlice();
    const before = socket.bytesRead;
    await alice.line.send(alice.request("account.balance").subarray(0, length));
    await until(() => socket.bytesRead === before + length);
    await aWhile();
    connection.sweep(stage.clock.monotonic() + limit - 1);
    await aWhile();
    expect(alice.line.hasEnded).toBe(false);
    connection.sweep(stage.clock.monotonic() + limit);
    expect((await alice.hearOut()).at(-1)).toMatchObject(closedFor("idle"));
    expect(notesIn(stage)).toEqual([note]);
  });

  it("does not run while the bank owes an answer, and runs anew behind it", async () => {
    const { stage, alice, connection } = await openAlice();
    stage.holdLedger();
    await alice.line.send(alice.request("account.deposit", deposit("100")));
    await until(() => stage.held.length === 1);
    stage.clock.advance(LIMITS.messageMs - 1); // Below the ledger's own deadline.
    connection.sweep(stage.clock.monotonic() + LIMITS.idleMs);
    stage.answer();
    expect(await alice.hear()).toMatchObject({ result: { balance: "100" } });
    connection.sweep(stage.clock.monotonic() + LIMITS.idleMs - 1);
    await aWhile();
    expect(alice.line.hasEnded).toBe(false);
  });

  it("runs out for a client that does not read, without a word", async () => {
    const { stage, alice, connection, socket } = await openAlice();
    alice.line.stopReading();
    socket.write(Buffer.alloc(16 << 20)); // More than the system's buffers take: it stays here.
    const before = socket.bytesRead;
    await alice.line.send(alice.request("session.info"));
    await until(() => socket.bytesRead > before);
    await aWhile();
    stage.clock.advance(LIMITS.readerMs - 1);
    connection.sweep(stage.clock.monotonic());
    expect(socket.destroyed).toBe(false);
    stage.clock.advance(1);
    connection.sweep(stage.clock.monotonic());
    await until(() => socket.closed);
    expect(notesIn(stage)).toEqual(["timed_out_reader"]);
    expect(stage.context.system.metrics()).toEqual([]);
  });

  it("for a client that does not read waits until its password is done with", async () => {
    const { stage, alice, connection, socket } = await openAlice();
    const { context, clock } = stage;
    alice.line.stopReading();
    stage.holdLedger();
    await alice.line.send(alice.request("auth.changePassword", NEW_PASSWORD));
    await until(() => stage.held.length === 1);
    socket.write(Buffer.alloc(16 << 20));
    context.sessions.tell(1 as AccountId, NEWS);
    await aWhile();
    connection.sweep(clock.monotonic() + LIMITS.readerMs);
    await aWhile();
    expect(socket.destroyed).toBe(false);
    expect(context.pool.metrics().turns).toBe(1);
    stage.answer();
    await until(() => stage.held.length === 1);
    stage.answer();
    await until(() => context.pool.metrics().turns === 0);
    await aWhile();
    connection.sweep(clock.monotonic() + LIMITS.readerMs);
    await until(() => socket.closed && context.system.metrics().length === 0);
    expect(notesIn(stage, "change_password")).toEqual(["ok"]);
    expect(notesIn(stage)).toEqual(["timed_out_reader"]);
  });
});

describe("a bank that stops", () => {
  it("hangs up on whoever has not shaken hands, without a word", async () => {
    const stage = await openModernStage();
    const line = await RawLine.open(stage.bank.port);
    await until(() => stage.served.length === 1);
    stage.served[0]!.connection.drain("draining");
    expect(await line.restText()).toBe("");
  });

  it("tells whoever waits for nothing", async () => {
    const { alice, connection } = await openAlice();
    connection.drain("draining");
    expect(await alice.hearOut()).toMatchObject([closedFor("draining")]);
  });

  it("answers the calls in flight first, and takes no more", async () => {
    const { stage, alice, connection } = await openAlice();
    stage.holdLedger();
    await alice.line.send(alice.request("account.deposit", deposit("100")));
    await until(() => stage.held.length === 1);
    connection.drain("draining");
    const late = await alice.ask("account.withdraw", deposit("5"));
    expect(late).toMatchObject({ error: { data: { kind: "draining" } } });
    stage.answer();
    expect(await alice.hearOut()).toMatchObject([
      { result: { balance: "100" } },
      closedFor("draining"),
    ]);
    expect(notesIn(stage)).toEqual([]);
  });

  it("lets a password that is being checked come to its end", async () => {
    const stage = await openModernStage();
    const session = await RawSession.open(stage);
    await session.ask("auth.signUp", LOGIN);
    stage.holdLedger();
    const login = session.request("auth.login", LOGIN);
    await session.line.send(Buffer.concat([login, session.request("account.balance")]));
    await until(() => stage.held.length === 1);
    stage.served[0]!.connection.drain("draining");
    stage.answer();
    await until(() => stage.held.length === 1);
    stage.answer();
    const said = await session.hearOut();
    expect(said).toMatchObject([{ result: { username: "alice" } }, closedFor("draining")]);
  });
});

describe("a client that has said its last word", () => {
  it("still gets the answers to what it asked before", async () => {
    const { stage, alice, socket } = await openAlice();
    stage.holdLedger();
    const calls = [
      alice.request("account.deposit", deposit("100")),
      alice.request("account.balance"),
    ];
    await alice.line.send(Buffer.concat(calls));
    alice.line.endSending();
    await until(() => socket.readableEnded && stage.held.length === 2);
    stage.answer();
    expect(await alice.hearOut()).toMatchObject([
      { result: { transactionId: "1" } },
      { result: { balance: "100" } },
    ]);
  });

  it("still gets what waits behind its login", async () => {
    const stage = await openModernStage();
    const session = await RawSession.open(stage);
    await session.ask("auth.signUp", LOGIN);
    stage.holdLedger();
    const login = session.request("auth.login", LOGIN);
    await session.line.send(Buffer.concat([login, session.request("account.balance")]));
    session.line.endSending();
    await until(() => stage.served[0]!.socket.readableEnded && stage.held.length === 1);
    for (let answers = 0; answers < 3; answers++) {
      await until(() => stage.held.length === 1);
      stage.answer();
    }
    expect(await session.hearOut()).toMatchObject([
      { result: { username: "alice" } },
      { result: { balance: "0" } },
    ]);
  });
});

describe("news", () => {
  it("keeps no session open that nobody uses", async () => {
    const { stage, alice, connection } = await openAlice();
    const before = stage.clock.monotonic();
    stage.clock.advance(LIMITS.idleMs - 1);
    stage.context.sessions.tell(1 as AccountId, NEWS);
    expect(await alice.hear()).toMatchObject({ method: "account.credited" });
    connection.sweep(before + LIMITS.idleMs);
    expect((await alice.hearOut()).at(-1)).toMatchObject(closedFor("idle"));
  });

  it("is not piled up for a client that does not read", async () => {
    const { stage, alice, socket } = await openAlice();
    alice.line.stopReading();
    socket.write(Buffer.alloc(16 << 20)); // More than the system's buffers take: it stays here.
    stage.context.sessions.tell(1 as AccountId, NEWS); // Nobody knew yet that it is not read.
    await aWhile();
    const unread = socket.writableLength;
    for (let count = 0; count < 100; count++) stage.context.sessions.tell(1 as AccountId, NEWS);
    await aWhile();
    expect(socket.writableLength).toBeLessThanOrEqual(unread);
  });

  it("of a transfer goes to every session of its receiver, and to no other", async () => {
    const { stage, alice } = await openAlice();
    const bob = await RawSession.customer(stage, "bob");
    const bobElsewhere = await (await RawSession.open(stage)).logIn("bob");
    await alice.ask("account.deposit", deposit("100"));
    const wish = { to: "bob", amount: "30", memo: "rent", idempotencyKey: "rent" };
    const first = await alice.ask("account.transfer", wish);
    expect(first).toMatchObject({ result: { transactionId: "2", balance: "70" } });
    const params = { transactionId: "2", amount: "30", balance: "30", from: "alice", memo: "rent" };
    for (const session of [bob, bobElsewhere]) {
      expect(await session.hear()).toMatchObject({ method: "account.credited", params });
    }
    // Asked again it is no news.
    expect(await alice.ask("account.transfer", wish)).toMatchObject({ result: first.result });
    expect(await bob.ask("account.balance")).toMatchObject({ result: { balance: "30" } });
  });
});
