/**
 * The bridge to a bank over TLS: byte for byte and with back-pressure as in clear, and nothing for
 * whoever does not prove to be the bank.
 */

import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo, Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import type { WebSocket } from "ws";
import type { TlsTrust } from "../../src/client/bank-socket.ts";
import { initAuthority, issueTerminal } from "../../src/server/tls/authority.ts";
import { tlsFiles } from "../../src/server/tls/files.ts";
import { bankTlsOptions } from "../../src/server/tls/options.ts";
import { filesOf, SECRET, startServer } from "../server/tls/tls-stage.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { closeOf, listenAsBank, openBridge, startTestAtm } from "./atm-harness.ts";

const MEGABYTE = 1024 * 1024;
/** Far above what the kernel and the ATM may hold for a line, far below what the flood sends. */
const HELD_BYTES_MAX = 24 * MEGABYTE;
const FLOOD_BYTES = 64 * MEGABYTE;

async function folderWithAuthority(): Promise<string> {
  const folder = temporaryFolder();
  await initAuthority(folder, { nowMs: Date.now() });
  return folder;
}

const trustIn = (folder: string): TlsTrust => ({
  ca: readFileSync(tlsFiles.authorityCert(folder), "utf8"),
});

async function bridgeTo(port: number, tls: TlsTrust): Promise<WebSocket> {
  const atm = await startTestAtm(port, { bank: { host: "127.0.0.1", port, tls } });
  return openBridge(atm.port);
}

/** A bank of the folder's authority that does with each line what `onLine` says. */
async function listenWithTls(folder: string, onLine: (line: TLSSocket) => void): Promise<number> {
  const server = createServer(bankTlsOptions(folder, { mutual: false }), (line) => {
    line.on("error", () => line.destroy());
    onTestFinished(() => void line.destroy());
    onLine(line);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Reads `bytes` bytes and gives their hash. */
function readMessages(browser: WebSocket, bytes: number): Promise<string> {
  const hash = createHash("sha256");
  let left = bytes;
  return new Promise((resolve) => {
    browser.on("message", (data) => {
      hash.update(data as Buffer);
      left -= (data as Buffer).length;
      if (left <= 0) resolve(hash.digest("hex"));
    });
  });
}

describe("bytes within TLS", () => {
  it("arrive as they were sent, both ways", async () => {
    const folder = await folderWithAuthority();
    const port = await listenWithTls(folder, (line) => line.pipe(line));
    const browser = await bridgeTo(port, trustIn(folder));
    const data = randomBytes(MEGABYTE);
    const echoed = readMessages(browser, data.length);
    for (let at = 0; at < data.length; at += 40_001) browser.send(data.subarray(at, at + 40_001));
    expect(await echoed).toBe(createHash("sha256").update(data).digest("hex"));
  });

  it("come from a terminal that shows its certificate", async () => {
    const folder = await folderWithAuthority();
    await issueTerminal(folder, "lobby", Date.now());
    const server = await startServer(folder, true);
    const browser = await bridgeTo(server.port, {
      ...trustIn(folder),
      ...filesOf(folder, "lobby"),
    });
    const answered = once(browser, "message");
    browser.send(Buffer.from(SECRET));
    const [reply] = (await answered) as [Buffer];
    expect(reply.toString()).toBe(SECRET);
    expect(server.verdicts).toEqual([{ ok: true, name: "lobby" }]);
  });

  it("wait at the bank for a page that reads nothing", async () => {
    const folder = await folderWithAuthority();
    const { promise, resolve } = Promise.withResolvers<Socket>();
    const port = await listenWithTls(folder, resolve);
    const browser = await bridgeTo(port, trustIn(folder));
    const line = await promise;
    browser.pause();
    const flood = randomBytes(MEGABYTE);
    let taken = 0;
    // What is written waits for the kernel; only what it took has left the bank.
    for (let at = 0; at < FLOOD_BYTES; at += MEGABYTE) {
      line.write(flood, () => (taken += MEGABYTE));
    }
    const hash = createHash("sha256");
    for (let at = 0; at < FLOOD_BYTES; at += MEGABYTE) hash.update(flood);
    // Meanwhile others are served, a good while long.
    const lively = await bridgeTo(
      await listenWithTls(folder, (other) => other.pipe(other)),
      trustIn(folder),
    );
    for (let i = 0; i < 200; i += 1) {
      const answered = once(lively, "message");
      lively.send(Buffer.from([i]));
      await answered;
    }
    expect(taken).toBeLessThan(HELD_BYTES_MAX);
    const read = readMessages(browser, FLOOD_BYTES);
    browser.resume();
    expect(await read).toBe(hash.digest("hex"));
  });
});

describe("a bank that does not prove its certificate", () => {
  it("of another authority is no bank, and learns nothing", async () => {
    const rogue = await startServer(await folderWithAuthority(), false);
    const browser = await bridgeTo(rogue.port, trustIn(await folderWithAuthority()));
    const closed = closeOf(browser);
    browser.send(Buffer.from(SECRET));
    expect(await closed).toEqual({ code: 4502, reason: "bank_not_authentic" });
    expect(await rogue.received()).toBe("");
  });

  it("for this name is no bank, and learns nothing", async () => {
    const folder = await folderWithAuthority();
    const rogue = await startServer(folder, false);
    const browser = await bridgeTo(rogue.port, { ...trustIn(folder), serverName: "other.example" });
    const closed = closeOf(browser);
    browser.send(Buffer.from(SECRET));
    expect(await closed).toEqual({ code: 4502, reason: "bank_not_authentic" });
    expect(await rogue.received()).toBe("");
  });

  it("but answers in clear is no bank either", async () => {
    const port = await listenAsBank((line) => line.end("Service busy: in clear"));
    const browser = await bridgeTo(port, trustIn(await folderWithAuthority()));
    expect(await closeOf(browser)).toEqual({ code: 4502, reason: "bank_not_authentic" });
  });

  it.for([
    ["hangs up", () => listenAsBank((line) => void line.destroy())],
    ["is not there", () => Promise.resolve(1)],
  ] as const)("since it %s cannot be reached", async ([, listen]) => {
    const browser = await bridgeTo(await listen(), trustIn(await folderWithAuthority()));
    expect(await closeOf(browser)).toEqual({ code: 4502, reason: "bank_unreachable" });
  });
});
