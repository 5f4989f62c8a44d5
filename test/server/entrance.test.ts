/** The entrance: the first byte decides who serves a line, in clear, in TLS, and from elsewhere. */

import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { connect, type TLSSocket } from "node:tls";
import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { ClassicClient } from "../../src/client/classic-client.ts";
import { ModernClient } from "../../src/client/modern-client.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import { TlsTransport } from "../../src/client/tls-transport.ts";
import type { Transport } from "../../src/client/transport.ts";
import { ClientHandshake } from "../../src/protocol/channel.ts";
import { decodeHex } from "../../src/protocol/hex.ts";
import { Entrance, type TlsEntrance } from "../../src/server/entrance.ts";
import type { LogEvent } from "../../src/server/log.ts";
import { initAuthority } from "../../src/server/tls/authority.ts";
import { tlsFiles } from "../../src/server/tls/files.ts";
import type { TerminalVerdict } from "../../src/server/tls/terminals.ts";
import { RawLine } from "../attacks/raw-line.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";
import { openStage, socketPair } from "./classic/connection-stage.ts";

const PASSWORD = "a good password";
const NOT_OPEN = "Invalid request: a message starts with a brace, and nothing follows its end";

async function startTlsBank(over: Parameters<typeof startTestBank>[0] = {}): Promise<TestBank> {
  const folder = temporaryFolder();
  await initAuthority(folder, { nowMs: Date.now() });
  return startTestBank({ folder, ...over });
}

const authorityOf = ({ folder }: TestBank): string =>
  readFileSync(tlsFiles.authorityCert(folder), "utf8");

const tlsTo = (bank: TestBank): TlsTransport =>
  new TlsTransport({ host: "127.0.0.1", port: bank.bank.port, ca: authorityOf(bank) });

async function modernOver(bank: TestBank, transport: Transport): Promise<ModernClient> {
  const key = decodeHex(bank.bank.publicKey);
  const client = await ModernClient.connect(() => transport, nodeCiphers, key);
  onTestFinished(() => client.close());
  return client;
}

/** A TLS line to the bank, for saying anything in it. */
async function tlsLine(bank: TestBank): Promise<{ socket: TLSSocket; heard: Promise<Buffer> }> {
  const { port } = bank.bank;
  const ca = authorityOf(bank);
  const socket = connect({ host: "127.0.0.1", port, ca, servername: "localhost" });
  onTestFinished(() => void socket.destroy());
  const pieces: Buffer[] = [];
  socket.on("data", (piece) => pieces.push(piece));
  const secured = Promise.withResolvers<void>();
  socket.on("secureConnect", secured.resolve);
  socket.on("error", secured.reject);
  const heard = new Promise<Buffer>((resolve) => {
    socket.on("close", () => resolve(Buffer.concat(pieces)));
  });
  await secured.promise;
  return { socket, heard };
}

const tlsNotes = (bank: TestBank): string[] =>
  bank
    .audit()
    .filter(({ action }) => action === "tls")
    .map(({ outcome }) => outcome);

/** An address of this machine by which it is met from outside. */
function outerAddress(): string {
  const outer = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === "IPv4");
  const needed = "this test needs a network interface besides loopback, even a virtual one";
  if (outer === undefined) throw new Error(needed);
  return outer.address;
}

describe("the first byte", () => {
  it("of a brace is the classic protocol's", async () => {
    const bank = await startTestBank();
    const line = await RawLine.open(bank.bank.port);
    await line.send("{}");
    expect(await line.recvText()).toBe("Invalid request: a field is missing");
  });

  it("of an A is the modern protocol's", async () => {
    const bank = await startTestBank();
    const client = await modernOver(bank, new TcpTransport("127.0.0.1", bank.bank.port));
    expect(client.greeting).toMatchObject({ bank: "Test Bank", version: "0" });
  });

  it("of a TLS record is refused by a bank without a certificate, and noted", async () => {
    const bank = await startTestBank();
    const line = await RawLine.open(bank.bank.port);
    await line.send(Uint8Array.of(0x16, 0x03, 0x01));
    expect(await line.restText()).toBe("");
    await expect.poll(() => tlsNotes(bank)).toEqual(["no_tls"]);
  });

  it("of anything else starts nothing, and is told so as a classic peer", async () => {
    const bank = await startTestBank();
    for (const byte of [0x00, 0x15, 0x17, 0x40, 0x47, 0x5b, 0xff]) {
      const line = await RawLine.open(bank.bank.port);
      await line.send(Uint8Array.of(byte));
      expect([byte, await line.restText()]).toEqual([byte, NOT_OPEN]);
    }
  });

  it("may be all that comes at first, of either protocol", async () => {
    const bank = await startTestBank();
    const { port, publicKey } = bank.bank;
    const classic = await RawLine.open(port);
    await classic.sendCut(Buffer.from("{}"), [1]);
    expect(await classic.recvText()).toBe("Invalid request: a field is missing");
    const modern = await RawLine.open(port);
    const hello = new ClientHandshake(nodeCiphers, decodeHex(publicKey)).first();
    const cuts = Array.from({ length: hello.length - 1 }, (_, index) => index + 1);
    await modern.sendCut(hello, cuts);
    expect((await modern.recv()).length).toBeGreaterThan(50);
  });

  it("that never comes is waited for in vain, without a word", async () => {
    const bank = await startTestBank();
    const line = await RawLine.open(bank.bank.port);
    line.endSending();
    expect(await line.restText()).toBe("");
    expect(bank.audit()).toEqual([]);
  });
});

describe("TLS", () => {
  it("holds the modern protocol", async () => {
    const bank = await startTlsBank();
    const client = await modernOver(bank, tlsTo(bank));
    await client.signUp("alice", PASSWORD);
    expect(await client.logIn("alice", PASSWORD)).toMatchObject({ username: "alice" });
    await client.logOut();
    expect(tlsNotes(bank)).toEqual([]);
  });

  it("holds the classic protocol", async () => {
    const bank = await startTlsBank();
    const client = new ClassicClient(tlsTo(bank), nodeCiphers);
    onTestFinished(() => client.close());
    expect(await client.signUp("alice", PASSWORD)).toEqual({ type: "signed_up" });
    expect(await client.logIn("alice", PASSWORD)).toEqual({ type: "authenticated" });
    expect(await client.balance()).toEqual({ type: "balance", balance: 0 });
  });

  it("does not hold TLS", async () => {
    const bank = await startTlsBank();
    const { socket, heard } = await tlsLine(bank);
    socket.write(Uint8Array.of(0x16, 0x03, 0x01));
    expect((await heard).length).toBe(0);
    await expect.poll(() => bank.bank.metrics().acceptor.serving).toBe(0);
  });

  it("that is none is noted once, and gets nobody in", async () => {
    const bank = await startTlsBank();
    const line = await RawLine.open(bank.bank.port);
    await line.send(Buffer.concat([Uint8Array.of(0x16), Buffer.alloc(100, "x")]));
    await line.rest();
    await expect.poll(() => tlsNotes(bank)).toEqual(["handshake_failed"]);
    expect(bank.bank.metrics().acceptor.serving).toBe(0);
  });
});

describe("a line in TLS that is open", () => {
  /** TLS that is none, by which a test can say what becomes of a terminal. */
  async function openInTls(check: () => TerminalVerdict) {
    const { context, events, clock } = openStage();
    const [served, peer] = await socketPair();
    const tls: TlsEntrance = {
      unwrap(socket, { onSecure }) {
        socket.read(1); // The byte that told of it.
        onSecure(socket as TLSSocket, check);
      },
    };
    const entrance = new Entrance(served, { ...context, tls }, () => undefined);
    peer.write(Uint8Array.of(0x16, 0x7b)); // And a brace in it: classic.
    await once(served, "data");
    const notes = (): string[] =>
      events.flatMap((event) => (event.type === "reported" ? [event.outcome] : []));
    const alarms = (): LogEvent[] => events.filter(({ type }) => type === "alarm");
    const sweep = (): void => entrance.sweep(clock.monotonic());
    return { served, notes, alarms, sweep };
  }

  it("stays so while the register cannot be read, and ends with its terminal", async () => {
    let verdict: TerminalVerdict = { ok: true, name: "lobby" };
    const { served, notes, sweep } = await openInTls(() => verdict);
    verdict = { ok: false, reason: "register_unreadable" };
    sweep();
    expect([served.writableEnded, notes()]).toEqual([false, []]);
    verdict = { ok: false, reason: "expired" };
    sweep();
    sweep();
    expect([served.writableEnded, notes()]).toEqual([true, ["expired"]]);
  });

  it("ends alone, with an alarm, if its check throws", async () => {
    let isBroken = false;
    const { served, alarms, sweep } = await openInTls(() => {
      if (isBroken) throw new Error("EMFILE: too many open files");
      return { ok: true, name: "lobby" };
    });
    isBroken = true;
    sweep();
    expect(served.destroyed).toBe(true);
    expect(alarms()).toEqual([{ type: "alarm", message: expect.stringContaining("EMFILE") }]);
  });
});

describe("a bank that does not speak classic", () => {
  it("says so to a classic client, in clear and in TLS, and serves modern ones", async () => {
    const bank = await startTlsBank({ classic: false });
    const refusal = "Invalid request: this bank does not speak the classic protocol";
    const line = await RawLine.open(bank.bank.port);
    await line.send("{}");
    expect(await line.restText()).toBe(refusal);
    const { socket, heard } = await tlsLine(bank);
    socket.write("{}");
    expect((await heard).toString()).toBe(refusal);
    const client = await modernOver(bank, new TcpTransport("127.0.0.1", bank.bank.port));
    expect(await client.sessionInfo()).toMatchObject({ username: null });
  });
});

describe("from another machine", () => {
  it("nothing is taken in clear but the modern protocol, which protects itself", async () => {
    const host = outerAddress();
    const bank = await startTlsBank({ host: "0.0.0.0" });
    const { port } = bank.bank;
    for (const text of ['{"action": "login"', "{}", "[", "GET / HTTP/1.1\r\n\r\n"]) {
      const stranger = await RawLine.open(port, { host });
      await stranger.send(text);
      expect([text, await stranger.restText()]).toEqual([text, ""]);
    }
    const client = await modernOver(bank, new TcpTransport(host, port));
    expect(await client.sessionInfo()).toMatchObject({ terminal: host });
  });

  it("classic is taken in TLS", async () => {
    const host = outerAddress();
    const bank = await startTlsBank({ host: "0.0.0.0" });
    const line = { host, port: bank.bank.port, ca: authorityOf(bank), serverName: "localhost" };
    const client = new ClassicClient(new TlsTransport(line), nodeCiphers);
    onTestFinished(() => client.close());
    expect(await client.signUp("alice", PASSWORD)).toEqual({ type: "signed_up" });
  });
});
