/** Rows 61 and 62: lines that are none of the bank's terminals'. */

import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { connect } from "node:tls";
import { expect, it, onTestFinished } from "vitest";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { ModernClient } from "../../../src/client/modern-client.ts";
import { TlsTransport } from "../../../src/client/tls-transport.ts";
import { decodeHex } from "../../../src/protocol/hex.ts";
import { initAuthority, issueTerminal, revokeTerminal } from "../../../src/server/tls/authority.ts";
import type { Certified } from "../../../src/server/tls/certificates.ts";
import { tlsFiles } from "../../../src/server/tls/files.ts";
import { certifyUnder, filesOf } from "../../server/tls/tls-stage.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { startTestBank, type TestBank } from "../../test-bank.ts";
import { RawLine } from "../raw-line.ts";
import { countOfRight, type Event } from "./provoke.ts";
import { expectEveryRowToFit, expectFilesToFit } from "./row-schema.ts";

async function terminal(bank: TestBank, name: string): Promise<ModernClient> {
  const { folder } = bank;
  const ca = readFileSync(tlsFiles.authorityCert(folder), "utf8");
  const line = { host: "127.0.0.1", port: bank.bank.port, ca, ...filesOf(folder, name) };
  const client = await ModernClient.connect(
    () => new TlsTransport(line),
    nodeCiphers,
    decodeHex(bank.bank.publicKey),
  );
  onTestFinished(() => client.close());
  return client;
}

/** A line in TLS, until the bank has ended it. */
async function knock({ bank, folder }: TestBank, files: Partial<Certified>): Promise<void> {
  const ca = readFileSync(tlsFiles.authorityCert(folder), "utf8");
  const line = { host: "127.0.0.1", port: bank.port, ca, servername: "localhost" };
  const socket = connect({ ...line, ...files });
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined); // 'close' follows.
  socket.resume();
  await new Promise<void>((resolve) => socket.on("close", () => resolve()));
}

it("row 61: a line that is no terminal's is one row, whyever", async () => {
  const startedAt = Date.now();
  const folder = temporaryFolder();
  await initAuthority(folder, { nowMs: Date.now() });
  for (const name of ["lobby", "yard"]) await issueTerminal(folder, name, Date.now());
  const bank = await startTestBank({ folder, mutualTls: true });
  const register = tlsFiles.register(folder);
  const unknown = await certifyUnder(folder, { purpose: "terminal", name: "yard" });
  const open = await terminal(bank, "yard");
  const events: Event[] = [
    [
      "a line outside TLS",
      async () => (await RawLine.open(bank.bank.port)).send("{}"),
      "127.0.0.1: tls: required",
    ],
    ["no certificate", () => knock(bank, {}), "127.0.0.1: tls: handshake_failed"],
    ["one that was never enrolled", () => knock(bank, unknown), "127.0.0.1: tls: not_enrolled"],
    [
      "a register that cannot be read",
      async () => {
        renameSync(register, `${register}.aside`);
        mkdirSync(register);
        await knock(bank, filesOf(folder, "yard"));
        rmSync(register, { recursive: true });
        renameSync(`${register}.aside`, register);
      },
      "127.0.0.1: tls: register_unreadable",
    ],
    [
      "a terminal that is revoked, in the midst of its line",
      async () => {
        await revokeTerminal(folder, "yard", Date.now());
        await expect.poll(() => open.end, { timeout: 5_000 }).not.toBe(null);
      },
      "127.0.0.1: tls: revoked",
    ],
    ["its next line", () => knock(bank, filesOf(folder, "yard")), "127.0.0.1: tls: revoked"],
  ];
  const marker = () => terminal(bank, "lobby");
  expect(await countOfRight(bank, events, marker)).toBe(events.length);
  await bank.bank.stop();
  expectEveryRowToFit(bank.wholeAudit(), startedAt);
  expectFilesToFit(folder, bank.wholeAudit());
});
