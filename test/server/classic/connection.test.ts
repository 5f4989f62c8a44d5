/** A connection: in what order it answers, how long it waits, and what ends it. */

import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { dollars } from "../../../src/bank/money.ts";
import type { Request } from "../../../src/protocol/classic.ts";
import { LIMITS, openStage } from "./connection-stage.ts";

const BALANCE: Request = { action: "balance" };
const deposit = (amount: number): Request => ({ action: "deposit", amount: dollars(amount) });
const waited = (what: string) => `Invalid request: the bank waited too long for a ${what}`;

describe("time", () => {
  it.for([
    ["says nothing", "", LIMITS.loginMs, "login"],
    ["begins a message and does not end it", '{"action": "log', LIMITS.messageMs, "message"],
  ] as const)("runs out for a peer that %s", async ([, bytes, limit, what]) => {
    const { clock, connect } = openStage();
    const { connection, served, peer } = await connect();
    if (bytes !== "") {
      peer.say(bytes);
      await once(served, "data");
    }
    connection.sweep(clock.monotonic() + limit - 1);
    await turn();
    expect(peer.isEnded).toBe(false);
    connection.sweep(clock.monotonic() + limit);
    expect(await peer.hearOut()).toBe(waited(what));
  });

  it("runs out for a customer who leaves the session open, in a sealed word", async () => {
    const { clock, connect } = openStage();
    const { connection, peer } = await connect();
    await peer.becomeCustomer();
    clock.advance(LIMITS.idleMs - 1);
    connection.sweep(clock.monotonic());
    peer.request(BALANCE);
    expect(await peer.replies(1)).toEqual(["Current Balance: $0"]);
    clock.advance(LIMITS.idleMs);
    connection.sweep(clock.monotonic());
    expect(await peer.replies(1)).toEqual([waited("request")]);
  });

  it("runs out for a peer that does not read, without a word", async () => {
    const { clock, connect, events } = openStage();
    const { connection, served, peer } = await connect();
    peer.socket.pause();
    served.write(Buffer.alloc(16 << 20)); // More than the system's buffers take: it stays here.
    peer.say("{}");
    await once(served, "data");
    clock.advance(LIMITS.readerMs - 1);
    connection.sweep(clock.monotonic());
    expect(served.destroyed).toBe(false);
    clock.advance(1);
    connection.sweep(clock.monotonic());
    await once(served, "close");
    expect(events).toContainEqual(
      expect.objectContaining({ action: "session", outcome: "timed_out_reader" }),
    );
  });

  it("runs out for a peer that does not hang up after the last word", async () => {
    const { clock, connect } = openStage();
    const { connection, served, peer } = await connect();
    connection.drain();
    await peer.hearOut();
    expect(served.destroyed).toBe(false);
    connection.sweep(clock.monotonic() + 1_999);
    expect(served.destroyed).toBe(false);
    connection.sweep(clock.monotonic() + 2_000);
    expect(served.destroyed).toBe(true);
  });
});

describe("answers", () => {
  it("come in the order of the requests, however many arrive at once", async () => {
    const { connect } = openStage();
    const { peer } = await connect();
    await peer.becomeCustomer();
    peer.say(Buffer.concat([1, 2, 3, 4].map((amount) => peer.sealed(deposit(amount)))));
    expect(await peer.replies(4)).toEqual([
      "Deposited $1. New Balance: $1",
      "Deposited $2. New Balance: $3",
      "Deposited $3. New Balance: $6",
      "Deposited $4. New Balance: $10",
    ]);
  });

  it("come sealed in the pool, in the same order", async () => {
    const { connect } = openStage("pool");
    const { peer } = await connect();
    await peer.becomeCustomer();
    peer.say(Buffer.concat([1, 2].map((amount) => peer.sealed(deposit(amount)))));
    expect(await peer.replies(2)).toEqual([
      "Deposited $1. New Balance: $1",
      "Deposited $2. New Balance: $3",
    ]);
  });

  it("come to a peer that sends its FIN right behind its last request", async () => {
    const { connect, holdLedger, answer, held } = openStage();
    const { served, peer } = await connect();
    await peer.becomeCustomer();
    holdLedger();
    peer.socket.end(Buffer.concat([peer.sealed(deposit(5)), peer.sealed(BALANCE)]));
    await once(served, "end");
    while (held.length === 0) await turn();
    answer();
    while (held.length === 0) await turn();
    answer();
    expect(await peer.replies(2)).toEqual(["Deposited $5. New Balance: $5", "Current Balance: $5"]);
    await once(served, "close");
  });

  it("are not read ahead of: past the bound the socket is paused, and read on later", async () => {
    const { connect, holdLedger, answer, held } = openStage();
    const { served, peer } = await connect();
    await peer.becomeCustomer();
    holdLedger();
    peer.say(Buffer.concat(Array.from({ length: 70 }, () => peer.sealed(BALANCE))));
    while (!served.isPaused()) await turn();
    for (let answered = 0; answered < 70; answered++) {
      while (held.length === 0) await turn();
      expect(held).toHaveLength(1);
      answer();
    }
    expect(await peer.replies(70)).toHaveLength(70);
    expect(served.isPaused()).toBe(false);
  });

  it("tell of the login and give the secret apart, 50 ms later", async () => {
    const { clock, connect } = openStage();
    const { peer } = await connect();
    peer.hello("signup");
    await peer.hearText("Signup Successful");
    peer.hello("login");
    expect(await peer.hear((heard) => heard.length > 0)).toEqual(Buffer.from("Authenticated"));
    clock.advance(49);
    const secret = peer.hear((heard) => heard.length > 0);
    let isTold = false;
    void secret.then(() => (isTold = true));
    for (let turns = 0; turns < 10; turns++) await turn();
    expect(isTold).toBe(false);
    clock.advance(1);
    expect(await secret).toHaveLength(32);
  });
});

describe("an end", () => {
  it("of the bank comes after the request in hand, and before the next", async () => {
    const { connect, holdLedger, answer, held } = openStage();
    const { connection, peer } = await connect();
    await peer.becomeCustomer();
    holdLedger();
    peer.say(Buffer.concat([peer.sealed(deposit(5)), peer.sealed(deposit(7))]));
    while (held.length === 0) await turn();
    connection.drain();
    answer();
    expect(await peer.replies(2)).toEqual(["Deposited $5. New Balance: $5"]);
    expect(peer.isEnded).toBe(true);
    expect(held).toEqual([]);
  });

  it("of the line leaves a login to be counted to its end, and no session behind", async () => {
    const { context, connect, events, holdLedger, held, answer } = openStage();
    const { served, peer } = await connect();
    holdLedger();
    peer.hello("login", "mallory", "a guess");
    while (held.length === 0) await turn();
    peer.socket.resetAndDestroy();
    await new Promise((resolve) => served.once("close", resolve));
    expect(context.pool.metrics().turns).toBe(1);
    while (context.system.metrics().length > 0) {
      answer();
      await turn();
    }
    expect(context.pool.metrics().turns).toBe(0);
    expect(events.map(({ type }) => type)).toEqual(["reported"]);
  });

  it("of a session by a bug closes its connection, alarms, and gives its turn back", async () => {
    const { context, connect, events } = openStage();
    const first = await connect();
    const second = await connect();
    await second.peer.becomeCustomer();
    // What no test can bring about, since it would be a bug: the pool throws at its caller.
    Object.defineProperty(context.pool, "checkPassword", {
      value: () => {
        throw new Error("out of order");
      },
      configurable: true,
    });
    first.peer.hello("login", "bob");
    await first.peer.hearOut();
    Reflect.deleteProperty(context.pool, "checkPassword");
    second.peer.request(BALANCE);
    expect(await second.peer.replies(1)).toEqual(["Current Balance: $0"]);
    expect(events.filter(({ type }) => type === "alarm")).toEqual([
      { type: "alarm", message: expect.stringMatching(/a session failed: .*out of order/) },
    ]);
    expect(context.pool.metrics().turns).toBe(0);
    expect(context.system.metrics()).toHaveLength(1);
  });

  it("of the pool ends no session: what it had is done without it, with an alarm", async () => {
    const { context, connect, events } = openStage("pool");
    const { peer } = await connect();
    await peer.becomeCustomer();
    await context.pool.close();
    peer.request(BALANCE);
    expect(await peer.replies(1)).toEqual(["Current Balance: $0"]);
    const alarm = expect.stringContaining("done without it");
    // One for opening the request, one for sealing the reply.
    expect(events.filter(({ type }) => type === "alarm")).toEqual([
      { type: "alarm", message: alarm },
      { type: "alarm", message: alarm },
    ]);
    expect(context.system.metrics()).toHaveLength(1);
  });
});
