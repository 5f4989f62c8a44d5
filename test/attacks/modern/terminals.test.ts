/** Whoever comes without being a terminal of a bank that asks for it: not one byte for them. */

import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { OperatorClient } from "../../../src/client/operator-client.ts";
import type { SessionEnd } from "../../../src/client/modern-errors.ts";
import { TlsTransport } from "../../../src/client/tls-transport.ts";
import { ClientHandshake } from "../../../src/protocol/channel.ts";
import { decodeHex } from "../../../src/protocol/hex.ts";
import {
  initAuthority,
  issueTerminal,
  renewServer,
  revokeTerminal,
} from "../../../src/server/tls/authority.ts";
import type { Certified } from "../../../src/server/tls/certificates.ts";
import { tlsFiles } from "../../../src/server/tls/files.ts";
import { certifyUnder, filesOf } from "../../server/tls/tls-stage.ts";
import { RawLine } from "../raw-line.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { startTestBank, type TestBank } from "../../test-bank.ts";
import { PASSWORD, expectNothingMoved, snapshotOf } from "./customer.ts";

/** A bank that takes TLS lines of its terminals alone; `lobby` is one. */
async function startMutualBank(): Promise<TestBank> {
  const folder = temporaryFolder();
  await initAuthority(folder, { nowMs: Date.now() });
  await issueTerminal(folder, "lobby", Date.now());
  return startTestBank({ folder, mutualTls: true });
}

const authorityOf = (folder: string): string =>
  readFileSync(tlsFiles.authorityCert(folder), "utf8");

const helloTo = ({ publicKey }: TestBank["bank"]): Uint8Array =>
  new ClientHandshake(nodeCiphers, decodeHex(publicKey)).first();

/** The terminal `lobby`, in a session. */
async function lobbyAt(
  { bank, folder }: TestBank,
  onEnd: (end: SessionEnd) => void = () => undefined,
): Promise<OperatorClient> {
  const line = { host: "127.0.0.1", port: bank.port, ca: authorityOf(folder) };
  const client = await OperatorClient.connect(
    () => new TlsTransport({ ...line, ...filesOf(folder, "lobby") }),
    nodeCiphers,
    decodeHex(bank.publicKey),
    { onEnd },
  );
  onTestFinished(() => client.close());
  return client;
}

/** The fingerprint of the certificate that the bank shows to `files`. */
async function certificateSeen({ bank, folder }: TestBank, files: Certified): Promise<string> {
  const ca = authorityOf(folder);
  const socket = connect({
    ...{ host: "127.0.0.1", port: bank.port, ca, servername: "localhost", ...files },
  });
  onTestFinished(() => void socket.destroy());
  await once(socket, "secureConnect");
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

/** Says hello in TLS, as soon as it may, and gives all bytes that come back. */
function bytesFor({ bank, folder }: TestBank, files: Partial<Certified>): Promise<Buffer> {
  const hello = helloTo(bank);
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const pieces: Buffer[] = [];
  const ca = authorityOf(folder);
  const socket = connect({
    ...{ host: "127.0.0.1", port: bank.port, ca, servername: "localhost" },
    ...files,
  });
  onTestFinished(() => void socket.destroy());
  socket.on("secureConnect", () => socket.write(hello));
  socket.on("data", (piece) => pieces.push(piece));
  socket.on("error", () => undefined); // 'close' follows.
  socket.on("close", () => resolve(Buffer.concat(pieces)));
  return promise;
}

async function foreignCertificate(): Promise<Certified> {
  const folder = temporaryFolder();
  await initAuthority(folder, { nowMs: Date.now() });
  await issueTerminal(folder, "lobby", Date.now());
  return filesOf(folder, "lobby");
}

async function revokedCertificate({ folder }: TestBank): Promise<Certified> {
  await revokeTerminal(folder, "lobby", Date.now());
  return filesOf(folder, "lobby");
}

describe("a bank with terminals", () => {
  it.for<[name: string, event: string, make: (bank: TestBank) => Promise<Partial<Certified>>]>([
    ["no certificate", "tls: handshake_failed", () => Promise.resolve({})],
    ["a certificate of another authority", "tls: handshake_failed", foreignCertificate],
    ["a revoked certificate", "tls: revoked", revokedCertificate],
    [
      "a certificate that was never enrolled",
      "tls: not_enrolled",
      ({ folder }) => certifyUnder(folder, { purpose: "terminal", name: "lobby" }),
    ],
  ])("has not one byte for %s, and notes it once: %s", async ([, event, make]) => {
    const bank = await startMutualBank();
    const files = await make(bank);
    const before = snapshotOf(bank);
    expect((await bytesFor(bank, files)).length).toBe(0);
    await expectNothingMoved(bank, before, [event]);
  });

  it.for<[name: string, hello: (bank: TestBank) => Uint8Array | string]>([
    ["a modern", ({ bank }) => helloTo(bank)],
    ["a classic", () => '{"action": "login", "username": "alice", "password": "x"}'],
    ["any other", () => "GET / HTTP/1.1\r\n\r\n"],
  ])("has not one byte for %s line outside TLS, not even of this machine", async ([, hello]) => {
    const bank = await startMutualBank();
    const before = snapshotOf(bank);
    const line = await RawLine.open(bank.bank.port);
    await line.send(hello(bank));
    expect(await line.restText()).toBe("");
    await expectNothingMoved(bank, before, ["tls: required"]);
  });

  it("without a certificate of its own is not started at all", async () => {
    await expect(startTestBank({ mutualTls: true })).rejects.toThrow("secure-atm cert init");
  });

  it("ends the open line of a terminal that is revoked, with a word", async () => {
    const bank = await startMutualBank();
    const ended = Promise.withResolvers<SessionEnd>();
    const client = await lobbyAt(bank, ended.resolve);
    await client.signUp("alice", PASSWORD);
    await client.logIn("alice", PASSWORD);
    const before = snapshotOf(bank);
    await revokeTerminal(bank.folder, "lobby", Date.now());
    expect(await ended.promise).toEqual({ type: "closed_by_bank", reason: "terminal_refused" });
    await expectNothingMoved(bank, before, ["tls: revoked"]);
  });

  it("lets nobody in while the register cannot be read, and goes on", async () => {
    const bank = await startMutualBank();
    const client = await lobbyAt(bank);
    const before = snapshotOf(bank);
    const register = tlsFiles.register(bank.folder);
    rmSync(register);
    mkdirSync(register);
    expect((await bytesFor(bank, filesOf(bank.folder, "lobby"))).length).toBe(0);
    expect(await client.sessionInfo()).toMatchObject({ terminal: "lobby" });
    await expectNothingMoved(bank, before, ["tls: register_unreadable"], 1);
  });

  it("serves a renewed certificate at once, and keeps the old one if it is none", async () => {
    const bank = await startMutualBank();
    const files = filesOf(bank.folder, "lobby");
    const first = await certificateSeen(bank, files);
    await renewServer(bank.folder, { nowMs: Date.now() });
    const second = await certificateSeen(bank, files);
    expect(second).not.toBe(first);
    writeFileSync(tlsFiles.server(bank.folder), "no certificate");
    expect(await certificateSeen(bank, files)).toBe(second);
    expect(await certificateSeen(bank, files)).toBe(second);
    const alarms = bank.events.filter(({ type }) => type === "alarm");
    expect(alarms).toEqual([{ type: "alarm", message: expect.stringContaining("server.pem") }]);
  });

  it("row 60: gives a certificate alone no right but to ask for a login", async () => {
    const bank = await startMutualBank();
    const client = await lobbyAt(bank);
    for (const call of [
      client.balance(),
      client.history(),
      client.call("session.list", {}),
      client.call("admin.users", { limit: 1 }),
      client.call("admin.disable", { username: "alice" }),
    ]) {
      await expect(call).rejects.toMatchObject({ name: "Refused", kind: "not_logged_in" });
    }
  });

  it("serves its own, whose name is the session's terminal, and whose cash it is", async () => {
    const bank = await startMutualBank();
    const client = await lobbyAt(bank);
    expect(await client.sessionInfo()).toMatchObject({ terminal: "lobby", username: null });
    await client.signUp("alice", PASSWORD);
    await client.logIn("alice", PASSWORD);
    expect(await client.sessionInfo()).toMatchObject({ terminal: "lobby", username: "alice" });
  });
});
