/** The client's side of TLS: whom it talks to, and that a bank that is another learns nothing. */

import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { TlsTransport, type TlsLine } from "../../src/client/tls-transport.ts";
import type { LineEnd } from "../../src/client/transport.ts";
import { initAuthority, issueTerminal } from "../../src/server/tls/authority.ts";
import { bankTlsOptions } from "../../src/server/tls/options.ts";
import { tlsFiles } from "../../src/server/tls/files.ts";
import {
  certifyUnder,
  DAY_MS,
  filesOf,
  SECRET,
  startServer,
  startTlsServer,
} from "../server/tls/tls-stage.ts";
import { temporaryFolder } from "../temporary-folder.ts";

async function folderWithAuthority(): Promise<string> {
  const folder = temporaryFolder();
  await initAuthority(folder, { nowMs: Date.now() });
  return folder;
}

const authorityOf = (folder: string): string =>
  readFileSync(tlsFiles.authorityCert(folder), "utf8");

/** Sends `SECRET` at once, hangs up when it has come back, and says how the line ended. */
function say(line: TlsLine): Promise<{ end: LineEnd; reply: string }> {
  const { promise, resolve } = Promise.withResolvers<{ end: LineEnd; reply: string }>();
  const transport = new TlsTransport(line);
  onTestFinished(() => transport.close());
  let reply = "";
  transport.onBytes = (bytes) => {
    reply += Buffer.from(bytes).toString();
    if (reply.length === SECRET.length) transport.close();
  };
  transport.onClose = (end) => resolve({ end, reply });
  transport.send(Buffer.from(SECRET));
  return promise;
}

describe("a line over TLS", () => {
  it.for<[name: string, line: Partial<TlsLine>]>([
    ["by its address", { host: "127.0.0.1" }],
    ["by its name", { host: "localhost" }],
    ["by a name that it is told to expect", { host: "127.0.0.1", serverName: "localhost" }],
    ["by an address that it is told to expect", { host: "localhost", serverName: "::1" }],
  ])("reaches the bank %s", async ([, line]) => {
    const folder = await folderWithAuthority();
    const { port } = await startServer(folder, false);
    const { reply } = await say({ host: "127.0.0.1", ca: authorityOf(folder), port, ...line });
    expect(reply).toBe(SECRET);
  });

  it("shows the terminal's certificate where the bank asks for it", async () => {
    const folder = await folderWithAuthority();
    await issueTerminal(folder, "lobby", Date.now());
    const server = await startServer(folder, true);
    const line = { host: "127.0.0.1", port: server.port, ca: authorityOf(folder) };
    expect((await say({ ...line, ...filesOf(folder, "lobby") })).reply).toBe(SECRET);
    expect((await say(line)).reply).toBe("");
    expect(await server.received()).toBe(SECRET);
  });

  it("is unreachable where nobody listens", async () => {
    const ca = authorityOf(await folderWithAuthority());
    const { end } = await say({ host: "127.0.0.1", port: 1, ca });
    expect(end).toEqual({ kind: "unreachable", detail: "ECONNREFUSED" });
  });
});

describe("a bank that is another", () => {
  it("learns nothing if its authority is another", async () => {
    const rogue = await startServer(await folderWithAuthority(), false);
    const ca = authorityOf(await folderWithAuthority());
    const { end } = await say({ host: "127.0.0.1", port: rogue.port, ca });
    expect(end).toEqual({ kind: "not_authentic", detail: "SELF_SIGNED_CERT_IN_CHAIN" });
    expect(await rogue.received()).toBe("");
  });

  it.for([
    ["name", "other.example"],
    ["address", "127.0.0.2"],
  ])("learns nothing if its certificate is for another %s", async ([, serverName]) => {
    const folder = await folderWithAuthority();
    const rogue = await startServer(folder, false);
    const ca = authorityOf(folder);
    const { end } = await say({ host: "127.0.0.1", port: rogue.port, ca, serverName: serverName! });
    expect(end).toEqual({ kind: "not_authentic", detail: "ERR_TLS_CERT_ALTNAME_INVALID" });
    expect(await rogue.received()).toBe("");
  });

  it("learns nothing if its certificate has expired", async () => {
    const folder = temporaryFolder();
    const longAgo = Date.now() - 91 * DAY_MS;
    await initAuthority(folder, { nowMs: longAgo });
    const options = bankTlsOptions(folder, { mutual: false, nowMs: longAgo });
    const rogue = await startTlsServer(options);
    const ca = authorityOf(folder);
    const { end } = await say({ host: "127.0.0.1", port: rogue.port, ca });
    expect(end).toEqual({ kind: "not_authentic", detail: "CERT_HAS_EXPIRED" });
    expect(await rogue.received()).toBe("");
  });

  it("learns nothing if it is a terminal that plays the bank", async () => {
    const folder = await folderWithAuthority();
    const hosts = ["localhost", "127.0.0.1"];
    const terminal = await certifyUnder(folder, { purpose: "terminal", name: "lobby", hosts });
    const options = bankTlsOptions(folder, { mutual: false });
    const rogue = await startTlsServer({ ...options, ...terminal });
    const ca = authorityOf(folder);
    const { end } = await say({ host: "127.0.0.1", port: rogue.port, ca });
    expect(end).toEqual({ kind: "not_authentic", detail: "INVALID_PURPOSE" });
    expect(await rogue.received()).toBe("");
  });

  it("learns nothing if it knows only TLS 1.2", async () => {
    const folder = await folderWithAuthority();
    const { cert, key } = bankTlsOptions(folder, { mutual: false });
    const rogue = await startTlsServer({ cert, key, maxVersion: "TLSv1.2" });
    const ca = authorityOf(folder);
    const { end } = await say({ host: "127.0.0.1", port: rogue.port, ca });
    expect(end).toMatchObject({ kind: "not_authentic" });
    expect(await rogue.received()).toBe("");
  });
});
