/** The acceptor: who is served, who waits, who is turned away, and how it ends. */

import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { Acceptor } from "../../src/server/acceptor.ts";
import { isLoopback } from "../../src/server/loopback.ts";
import { LIMITS, Peer, openStage, type Stage } from "./classic/connection-stage.ts";

const FULL = "Service busy: too many connections, try again later";

async function open(connectionsMax: number, host = "127.0.0.1") {
  const stage = openStage();
  const acceptor = new Acceptor({ host, port: 0, connectionsMax, context: stage.context });
  const { port } = await acceptor.listen();
  let isDrained = false;
  onTestFinished(async () => {
    if (isDrained) return;
    const drained = acceptor.drain();
    stage.clock.advance(5_000);
    await drained;
  });
  return {
    ...{ stage, acceptor, port },
    dial: (to = "127.0.0.1") => dial(stage, to, port),
    drain: (): Promise<void> => {
      isDrained = true;
      return acceptor.drain();
    },
  };
}

function dial(stage: Stage, host: string, port: number): Peer {
  const socket = connect({ host, port, noDelay: true });
  onTestFinished(() => void socket.destroy());
  return new Peer(socket, stage.clock);
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await turn();
}

describe("a full bank", () => {
  it("lets the next one wait unread, and serves it when there is a place", async () => {
    const { acceptor, dial: call } = await open(1);
    const first = call();
    await until(() => acceptor.metrics().serving === 1);
    const second = call();
    second.say("{}");
    await until(() => acceptor.metrics().waiting === 1);
    expect(acceptor.metrics()).toEqual({ serving: 1, waiting: 1 });
    first.socket.end();
    expect(await second.hear((heard) => heard.length > 0)).toEqual(
      Buffer.from("Invalid request: a field is missing"),
    );
    expect(acceptor.metrics()).toEqual({ serving: 1, waiting: 0 });
  });

  it("turns those away who would have to wait too long, with one clear text", async () => {
    const { acceptor, dial: call } = await open(1);
    call();
    await until(() => acceptor.metrics().serving === 1);
    for (let count = 0; count < 256; count++) call();
    await until(() => acceptor.metrics().waiting === 256);
    const late = call();
    late.say('{"action": "login"}');
    expect(await late.hearOut()).toBe(FULL);
    expect(acceptor.metrics()).toEqual({ serving: 1, waiting: 256 });
  });

  it("lets go of those who wait when it stops", async () => {
    const { acceptor, dial: call, drain } = await open(1);
    call();
    await until(() => acceptor.metrics().serving === 1);
    const waiting = call();
    await until(() => acceptor.metrics().waiting === 1);
    await drain();
    expect(await waiting.hearOut()).toBe("");
    expect(acceptor.metrics()).toEqual({ serving: 0, waiting: 0 });
  });
});

describe("an address", () => {
  it.for([
    ["127.0.0.1", true],
    ["127.255.255.254", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["128.0.0.1", false],
    ["126.255.255.255", false],
    ["10.127.0.1", false],
    ["::ffff:128.0.0.1", false],
    ["::ffff:::1", false],
    ["::2", false],
    ["127.evil", false],
    ["127.0.0.1.evil", false],
    ["localhost", false],
    ["", false],
  ] as const)("%s is of this machine: %s", ([address, expected]) => {
    expect(isLoopback(address)).toBe(expected);
  });

  it("of another machine is closed without a byte, since classic is in clear", async () => {
    const outer = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ internal, family }) => !internal && family === "IPv4");
    const needed = "this test needs a network interface besides loopback, even a virtual one";
    if (outer === undefined) throw new Error(needed);
    const { acceptor, dial: call } = await open(1, "0.0.0.0");
    const stranger = call(outer.address);
    stranger.say("{}");
    expect(await stranger.hearOut()).toBe("");
    expect(acceptor.metrics()).toEqual({ serving: 0, waiting: 0 });
    const local = call();
    local.say("{}");
    expect((await local.hear((heard) => heard.length > 0)).length).toBeGreaterThan(0);
  });

  it("that is taken cannot be listened on, and says so", async () => {
    const { stage, port } = await open(1);
    const { context } = stage;
    const second = new Acceptor({ host: "127.0.0.1", port, connectionsMax: 1, context });
    await expect(second.listen()).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("that is not of this machine cannot be listened on, and says so", async () => {
    const { context } = openStage();
    const elsewhere = { host: "192.0.2.1", port: 0, connectionsMax: 1, context };
    await expect(new Acceptor(elsewhere).listen()).rejects.toMatchObject({
      code: "EADDRNOTAVAIL",
    });
  });
});

describe("time", () => {
  it("is looked at every second, for every connection", async () => {
    const { stage, acceptor, dial: call } = await open(2);
    const peers = [call(), call()];
    await until(() => acceptor.metrics().serving === 2);
    stage.clock.advance(LIMITS.loginMs);
    // Who has not sent a byte has no protocol to be told in.
    for (const peer of peers) expect(await peer.hearOut()).toBe("");
  });
});

describe("a drain", () => {
  it("takes no more connections, and ends when the last peer has hung up", async () => {
    const { acceptor, port, stage, dial: call, drain } = await open(2);
    const peer = call();
    await until(() => acceptor.metrics().serving === 1);
    await drain();
    expect(await peer.hearOut()).toBe("");
    const late = connect({ host: "127.0.0.1", port });
    const refused = Promise.withResolvers<NodeJS.ErrnoException>();
    late.on("error", refused.resolve);
    expect(await refused.promise).toMatchObject({ code: "ECONNREFUSED" });
    expect(stage.clock.pending).toBe(0);
  });

  it("is forced at its limit upon a peer that never hangs up", async () => {
    const { stage, acceptor, port, drain } = await open(1);
    const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    const peer = new Peer(socket, stage.clock);
    await until(() => acceptor.metrics().serving === 1);
    stage.holdLedger();
    peer.hello("login");
    await until(() => stage.held.length === 1);
    let isDrained = false;
    const drained = drain().then(() => (isDrained = true));
    stage.clock.advance(4_999);
    for (let turns = 0; turns < 10; turns++) await turn();
    expect(isDrained).toBe(false);
    stage.clock.advance(1);
    await drained;
    stage.answer();
    await until(() => stage.held.length === 1);
    stage.answer();
  });
});
