/** Whoever comes without being a terminal of a bank that asks for it: not one byte for them. */

import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { ModernClient } from "../../../src/client/modern-client.ts";
import { TlsTransport } from "../../../src/client/tls-transport.ts";
import { ClientHandshake } from "../../../src/protocol/channel.ts";
import { decodeHex } from "../../../src/protocol/hex.ts";
import { initAuthority, issueTerminal, revokeTerminal } from "../../../src/server/tls/authority.ts";
import type { Certified } from "../../../src/server/tls/certificates.ts";
import { tlsFiles } from "../../../src/server/tls/files.ts";
import { certifyUnder, filesOf } from "../../server/tls/tls-stage.ts";
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

/** Says hello in TLS, as soon as it may, and gives all bytes that come back. */
function bytesFor({ bank, folder }: TestBank, files: Partial<Certified>): Promise<Buffer> {
  const hello = new ClientHandshake(nodeCiphers, decodeHex(bank.publicKey)).first();
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

  it("serves its own, whose name is the session's terminal, and whose cash it is", async () => {
    const bank = await startMutualBank();
    const line = { host: "127.0.0.1", port: bank.bank.port, ca: authorityOf(bank.folder) };
    const client = await ModernClient.connect(
      () => new TlsTransport({ ...line, ...filesOf(bank.folder, "lobby") }),
      nodeCiphers,
      decodeHex(bank.bank.publicKey),
    );
    onTestFinished(() => client.close());
    expect(await client.sessionInfo()).toMatchObject({ terminal: "lobby", username: null });
    await client.signUp("alice", PASSWORD);
    await client.logIn("alice", PASSWORD);
    expect(await client.sessionInfo()).toMatchObject({ terminal: "lobby", username: "alice" });
  });
});
