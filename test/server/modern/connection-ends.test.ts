/** How a modern connection ends, and what goes on to its own end behind a line that is gone. */

import { describe, expect, it } from "vitest";
import type { AccountId } from "../../../src/bank/ledger.ts";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { ClientHandshake } from "../../../src/protocol/channel.ts";
import { decodeHex } from "../../../src/protocol/hex.ts";
import type { LogEvent } from "../../../src/server/log.ts";
import type { LedgerRequest } from "../../../src/workers/ledger.ts";
import { RawSession } from "../../attacks/modern/raw-session.ts";
import { RawLine } from "../../attacks/raw-line.ts";
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

const BALANCE: LedgerRequest = {
  ...{ type: "command", who: "alice", origin: "test" },
  command: { type: "balance", account: 1 as AccountId },
};

describe("an end", () => {
  it("of a customer's line is noted once, lets calls end, and leaves nothing", async () => {
    const { stage, alice, connection, socket } = await openAlice();
    expect(stage.context.sessions.size).toBe(1);
    stage.holdLedger();
    await alice.line.send(alice.request("account.deposit", deposit("100")));
    await until(() => stage.held.length === 1);
    connection.destroy();
    await until(() => socket.closed && stage.held.length === 2); // The call, and the note.
    expect(notesIn(stage)).toEqual(["cut"]);
    expect(stage.context.sessions.size).toBe(0);
    stage.answer();
    await until(() => stage.context.system.metrics().length === 0);
    expect(notesIn(stage)).toEqual(["cut"]);
    expect(notesIn(stage, "deposit")).toEqual(["ok"]);
  });

  it("of a sender's line leaves the receiver to be told", async () => {
    const { stage, alice, connection } = await openAlice();
    const bob = await RawSession.customer(stage, "bob");
    await alice.ask("account.deposit", deposit("100"));
    stage.holdLedger();
    const wish = { to: "bob", amount: "30", idempotencyKey: "rent" };
    await alice.line.send(alice.request("account.transfer", wish));
    await until(() => stage.held.length === 1);
    connection.destroy();
    await until(() => stage.held.length === 2);
    stage.answer();
    expect(await bob.hear()).toMatchObject({
      method: "account.credited",
      params: { amount: "30" },
    });
    expect(notesIn(stage, "transfer")).toEqual(["ok"]);
  });

  it("of a stranger's line is noted too, under the address", async () => {
    const stage = await openModernStage();
    const session = await RawSession.open(stage);
    await session.ask("session.info");
    session.line.endSending();
    await until(() => stage.context.system.metrics().length === 0);
    const { peer } = stage.events[0] as LogEvent & { type: "reported" };
    expect(stage.events).toEqual([
      { type: "reported", peer, who: peer, action: "session", outcome: "cut" },
    ]);
  });

  it("by what throws, such as a key that cannot be read, is that line's alone", async () => {
    const { stage, alice } = await openAlice();
    stage.context.identities = () => {
      throw new Error("EACCES: permission denied");
    };
    const line = await RawLine.open(stage.bank.port);
    const key = decodeHex(stage.bank.publicKey);
    await line.send(new ClientHandshake(nodeCiphers, key).first());
    expect(await line.restText()).toBe("");
    expect(stage.events.filter(({ type }) => type === "alarm")).toEqual([
      { type: "alarm", message: expect.stringMatching("EACCES") },
    ]);
    expect(await alice.ask("account.balance")).toMatchObject({ result: { balance: "0" } });
  });

  it("of a line leaves a login to be counted to its end, and no session behind", async () => {
    const stage = await openModernStage();
    const session = await RawSession.open(stage);
    stage.holdLedger();
    await session.line.send(session.request("auth.login", { ...LOGIN, password: "a guess" }));
    await until(() => stage.held.length === 1);
    stage.served[0]!.connection.destroy();
    await until(() => stage.served[0]!.socket.closed);
    const { context } = stage;
    expect(context.pool.metrics().turns).toBe(1);
    await until(() => stage.held.length === 2); // The call, and the note.
    stage.answer();
    await until(() => stage.held.length === 1);
    expect(stage.held[0]!.request).toMatchObject({ command: { outcome: "wrong_password" } });
    stage.answer();
    await until(() => context.system.metrics().length === 0);
    expect(context.pool.metrics().turns).toBe(0);
    expect(notesIn(stage, "login")).toEqual(["failed"]);
  });

  it("by a logout leaves nobody to be told of news", async () => {
    const { stage, alice } = await openAlice();
    await alice.line.send(alice.request("auth.logout"));
    expect(await alice.hearOut()).toMatchObject([{ result: {} }, closedFor("logout")]);
    expect(stage.context.sessions.size).toBe(0);
    expect(notesIn(stage, "logout")).toEqual(["ok"]);
    expect(notesIn(stage)).toEqual([]);
  });

  it("of a session by a bug closes its line, alarms, and touches no other session", async () => {
    const { stage, alice } = await openAlice();
    const second = await RawSession.open(stage);
    const { context, events } = stage;
    // What no test can bring about, since it would be a bug: the pool throws at its caller.
    Object.defineProperty(context.pool, "checkPassword", {
      value: () => {
        throw new Error("out of order");
      },
      configurable: true,
    });
    await second.line.send(second.request("auth.login", LOGIN));
    expect(await second.hearOut()).toEqual([]);
    Reflect.deleteProperty(context.pool, "checkPassword");
    expect(await alice.ask("account.balance")).toMatchObject({ result: { balance: "0" } });
    expect(events.filter(({ type }) => type === "alarm")).toEqual([
      { type: "alarm", message: expect.stringMatching(/a session failed: .*out of order/) },
    ]);
    expect(context.pool.metrics().turns).toBe(0);
    expect(context.system.metrics()).toHaveLength(1);
  });
});

describe("a try that the ledger was too busy to hear the end of", () => {
  it("is ended a moment later, whatever has become of the line", async () => {
    const stage = await openModernStage();
    const session = await RawSession.open(stage);
    stage.holdLedger();
    await session.line.send(session.request("auth.login", { ...LOGIN, password: "a guess" }));
    await until(() => stage.held.length === 1);
    const { ledger } = stage.context;
    // As many calls in flight as the ledger takes, but for the one that is answered here.
    const filling = Array.from({ length: 99 }, () => ledger.call(BALANCE, 60_000));
    await until(() => stage.held.length === 100);
    const rest = stage.held.splice(1);
    stage.answer();
    void ledger.call(BALANCE, 60_000);
    expect(await session.hear()).toMatchObject({ error: { data: { kind: "busy" } } });
    session.line.endSending();
    stage.held.push(...rest);
    stage.answer();
    await Promise.all(filling);
    await aWhile();
    stage.answer();
    stage.clock.advance(1_000);
    await until(() => stage.held.length === 1);
    expect(stage.held[0]!.request).toMatchObject({
      command: { type: "end_login", username: "alice", outcome: "wrong_password" },
    });
  });
});
