/** Attacks on the handshake: banks that are another, clients that are nobody, false keys. */

import { createServer, type AddressInfo, type Socket } from "node:net";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { dollars } from "../../../src/bank/money.ts";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { ModernClient } from "../../../src/client/modern-client.ts";
import { TcpTransport } from "../../../src/client/tcp-transport.ts";
import { ClientHandshake, PREFACE, ServerHandshake } from "../../../src/protocol/channel.ts";
import { FrameSplitter, encodeFrame } from "../../../src/protocol/frames.ts";
import { decodeHex, encodeHex } from "../../../src/protocol/hex.ts";
import { rotateIdentity } from "../../../src/server/keys/identity.ts";
import { startTestBank, type TestBank } from "../../test-bank.ts";
import { RawLine } from "../raw-line.ts";
import { connectTo, customerOf, eventOf, expectNothingMoved, snapshotOf } from "./customer.ts";
import { HostileBridge, altered, onFrames } from "./hostile-bridge.ts";
import { CLOSED_FOR_BREACH, RawSession, forgedHello, takeFrame } from "./raw-session.ts";

const HOUR_MS = 3_600_000;

/** Somebody who answers at an address as if it were the bank's. */
async function startImpostor(answer: (hello: Uint8Array, socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    const splitter = new FrameSplitter(PREFACE);
    socket.on("data", (piece) => {
      for (const hello of splitter.push(piece)) answer(hello, socket);
    });
    socket.on("error", () => undefined);
    onTestFinished(() => void socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const forged = { name: "BankNotAuthentic", evidence: "forged" };
const hungUp = { name: "BankNotAuthentic", evidence: "hung_up" };

describe("another bank in the bank's place", () => {
  it("a whole bank with another key: the client finds out, and so does that bank", async () => {
    const bank = await startTestBank();
    const other = await startTestBank();
    const before = snapshotOf(bank);
    await expect(connectTo(bank, other.bank.port)).rejects.toMatchObject(hungUp);
    await expectNothingMoved(other, snapshotOf(bank), ["handshake: bad_handshake"]);
    await expectNothingMoved(bank, before, []);
  });

  it("an impostor with a key of its own: the client finds out, and says nothing", async () => {
    const bank = await startTestBank();
    const heard: Uint8Array[] = [];
    const port = await startImpostor((hello, socket) => {
      heard.push(hello);
      // It cannot read the hello under the bank's key, so it answers one of its own making.
      const ownKey = nodeCiphers.generateKeyPair();
      const own = new ClientHandshake(nodeCiphers, ownKey.publicKey).first();
      const [body] = new FrameSplitter(PREFACE).push(own);
      const { greeting } = GREETING;
      socket.write(new ServerHandshake(nodeCiphers, [ownKey]).respond(body!, greeting).reply);
    });
    await expect(connectTo(bank, port)).rejects.toMatchObject(forged);
    expect(heard.map(({ length }) => length)).toEqual([48]); // A key and a tag: no secret yet.
  });

  it("an impostor that plays a recorded greeting of the bank: the client finds out", async () => {
    const bank = await startTestBank();
    const bridge = await HostileBridge.start(bank.bank.port);
    await connectTo(bank, bridge.port);
    const recorded = bridge.lines[0]!.frames.to_client[0]!;
    const port = await startImpostor((_hello, socket) => void socket.write(recorded));
    await expect(connectTo(bank, port)).rejects.toMatchObject(forged);
  });

  it("an impostor with a session of its own at the bank: the client finds out", async () => {
    const bank = await startTestBank();
    const before = snapshotOf(bank);
    const port = await startImpostor((_hello, socket) => {
      void RawLine.open(bank.bank.port).then(async (line) => {
        await line.send(new ClientHandshake(nodeCiphers, decodeHex(bank.bank.publicKey)).first());
        socket.write(encodeFrame(await takeFrame(line)));
        line.close();
      });
    });
    await expect(connectTo(bank, port)).rejects.toMatchObject(forged);
    await expectNothingMoved(bank, before, ["handshake: cut"]);
  });
});

describe("a handshake with one bit changed", () => {
  it.for([
    ["the preface", 0],
    ["the key", PREFACE.length + 2],
    ["the tag", PREFACE.length + 2 + 32],
  ] as const)("in %s of the client's hello: the bank finds out, and says nothing", async (row) => {
    const bank = await startTestBank();
    const bridge = await HostileBridge.start(bank.bank.port);
    const before = snapshotOf(bank);
    bridge.meddle = onFrames("to_bank", ({ frame }) => {
      const copy = altered(frame, row[1]);
      copy[0] = PREFACE[0]!; // Else it would be another protocol.
      return [row[1] === 0 ? altered(copy, 1) : copy];
    });
    await expect(connectTo(bank, bridge.port)).rejects.toMatchObject(hungUp);
    await expectNothingMoved(bank, before, ["handshake: bad_handshake"]);
  });

  it.for([
    ["the key", 2],
    ["the greeting", 2 + 32],
  ] as const)("in %s of the bank's answer: the client finds out", async ([, at]) => {
    const bank = await startTestBank();
    const bridge = await HostileBridge.start(bank.bank.port);
    const before = snapshotOf(bank);
    bridge.meddle = onFrames("to_client", ({ frame }) => [altered(frame, at)]);
    await expect(connectTo(bank, bridge.port)).rejects.toMatchObject(forged);
    await expectNothingMoved(bank, before, ["handshake: cut"]);
  });
});

describe("a whole recorded connection", () => {
  it("sent to the bank again opens nothing: the bank finds out at its first request", async () => {
    const bank = await startTestBank();
    const bridge = await HostileBridge.start(bank.bank.port);
    const alice = await customerOf(bank, "alice", bridge.port);
    await alice.client.deposit(dollars(100), "once");
    alice.client.close();
    await expect.poll(() => bank.audit().map(eventOf)).toContain("session: cut");
    const before = snapshotOf(bank);
    const line = await RawLine.open(bank.bank.port);
    await line.send(Buffer.concat(bridge.lines[0]!.frames.to_bank));
    await line.rest();
    await expectNothingMoved(bank, before, ["session: bad_frame"]);
  });
});

/** Public keys that give the same secret, zero, with every private key (RFC 7748 section 6.1). */
const LOW_ORDER_KEYS = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

describe("a key that gives everybody the same secret", () => {
  it("is refused by the bank, even with a tag that the secret makes true", async () => {
    const bank = await startTestBank();
    const before = snapshotOf(bank);
    const privateKey = new Uint8Array(32).fill(1);
    for (const publicKey of LOW_ORDER_KEYS.map(decodeHex)) {
      const line = await RawLine.open(bank.bank.port);
      const zero = new Uint8Array(32);
      const keyPair = { privateKey, publicKey };
      await line.send(forgedHello(decodeHex(bank.bank.publicKey), keyPair, zero));
      expect([encodeHex(publicKey), (await line.rest()).length]).toEqual([encodeHex(publicKey), 0]);
    }
    const events = LOW_ORDER_KEYS.map(() => "handshake: bad_handshake");
    await expectNothingMoved(bank, before, events);
  });

  it("is no bank's: a client that was told to pin one sends nothing", async () => {
    const dial = () => new TcpTransport("127.0.0.1", 9);
    for (const key of LOW_ORDER_KEYS.map(decodeHex)) {
      await expect(ModernClient.connect(dial, nodeCiphers, key)).rejects.toMatchObject(forged);
    }
  });
});

describe("a frame of a length that none has", () => {
  const LENGTHS = [0, 15, 8_193, 65_535];

  it("is not answered where the hello should be", async () => {
    const bank = await startTestBank();
    const before = snapshotOf(bank);
    for (const length of LENGTHS) {
      const line = await RawLine.open(bank.bank.port);
      await line.send(Buffer.concat([PREFACE, headerOf(length)]));
      expect([length, (await line.rest()).length]).toEqual([length, 0]);
    }
    const events = LENGTHS.map(() => "handshake: bad_frame_length");
    await expectNothingMoved(bank, before, events);
  });

  it("ends a session before its body has come", async () => {
    const bank = await startTestBank();
    const sessions: RawSession[] = [];
    for (const length of LENGTHS) sessions.push(await RawSession.customer(bank, `user${length}`));
    const before = snapshotOf(bank);
    for (const [index, length] of LENGTHS.entries()) {
      await sessions[index]!.line.send(headerOf(length));
      expect(await sessions[index]!.hearOut()).toEqual([CLOSED_FOR_BREACH]);
    }
    const events = LENGTHS.map(() => "session: bad_frame_length");
    await expectNothingMoved(bank, before, events);
  });
});

const headerOf = (length: number): Buffer => {
  const header = Buffer.alloc(2);
  header.writeUInt16BE(length);
  return header;
};

describe("a bank that has changed its key", () => {
  afterEach(() => void vi.useRealTimers());

  const connectWith = (bank: TestBank, publicKeyHex: string): Promise<ModernClient> =>
    connectTo({ ...bank, bank: { ...bank.bank, publicKey: publicKeyHex } }).then(
      ({ client }) => client,
    );

  it("takes the old one until its overlap ends, and not a moment longer", async () => {
    const bank = await startTestBank();
    const old = bank.bank.publicKey;
    const alice = await customerOf(bank, "alice");
    const nowMs = Date.now();
    const { publicKeyHex } = rotateIdentity(bank.folder, { overlapMs: HOUR_MS, nowMs });
    expect(publicKeyHex).not.toBe(old);

    vi.useFakeTimers({ toFake: ["Date"], now: nowMs + HOUR_MS - 1 });
    const early = await connectWith(bank, old);
    const renewed = await connectWith(bank, publicKeyHex);
    expect(early.fingerprint).not.toBe(renewed.fingerprint);
    expect((await early.sessionInfo()).fingerprint).toBe(early.fingerprint);
    expect((await renewed.sessionInfo()).fingerprint).toBe(renewed.fingerprint);

    vi.setSystemTime(nowMs + HOUR_MS);
    await expect(connectWith(bank, old)).rejects.toMatchObject(hungUp);
    expect(await (await connectWith(bank, publicKeyHex)).sessionInfo()).toMatchObject({
      fingerprint: renewed.fingerprint,
    });
    // Sessions that were there before go on: their keys are their own.
    expect(await alice.client.balance()).toMatchObject({ balance: 0 });
  });
});

const GREETING = {
  greeting: {
    ...{ bank: "Test Bank", version: "0", time: "2025-11-24T16:00:00.000Z" },
    limits: {
      ...{ requestsInFlight: 32, frameBytes: 8_192 },
      ...{ amountMax: dollars(1_000_000), historyLimit: 100, passwordCharsMin: null },
    },
  },
};
