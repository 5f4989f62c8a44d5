/**
 * The bridge over real sockets: every byte, in order, both ways, no faster than the slower side
 * reads; and closes that lose nothing.
 */

import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { WebSocket } from "ws";
import { closeOf, listenAsBank, openBridge, startTestAtm } from "./atm-harness.ts";

const MEGABYTE = 1024 * 1024;
/** Far above what the kernel and the ATM may hold for a line, far below what the flood sends. */
const HELD_BYTES_MAX = 24 * MEGABYTE;
const FLOOD_BYTES = 64 * MEGABYTE;

afterEach(() => {
  vi.useRealTimers();
});

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

/** Sends one byte to a bank that echoes, and waits for it: the ATM is alive for others. */
async function roundTrips(browser: WebSocket, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const answered = once(browser, "message");
    browser.send(Buffer.from([i % 256]));
    await answered;
  }
}

/** A bridge and the bank's end of its line. */
async function bridgeToBank(): Promise<{ browser: WebSocket; line: Socket; port: number }> {
  const { promise, resolve } = Promise.withResolvers<Socket>();
  const { port } = await startTestAtm(await listenAsBank(resolve));
  const browser = await openBridge(port);
  return { browser, line: await promise, port };
}

describe("bytes", () => {
  it("arrive as they were sent, both ways, however they are cut", async () => {
    const { port } = await startTestAtm(await listenAsBank((line) => line.pipe(line)));
    const sizes = fc.array(fc.integer({ min: 1, max: 65_536 }), { minLength: 1, maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(sizes, async (cuts) => {
        const data = randomBytes(MEGABYTE);
        const browser = await openBridge(port);
        const echoed = readMessages(browser, data.length);
        for (let at = 0, i = 0; at < data.length; i++) {
          const size = cuts[i % cuts.length] ?? 1;
          // Many messages of a byte or two would only measure the loop that sends them.
          const cut = i < cuts.length ? size : 65_536;
          browser.send(data.subarray(at, at + cut));
          at += cut;
        }
        expect(await echoed).toBe(createHash("sha256").update(data).digest("hex"));
        browser.close();
      }),
      { numRuns: 10 },
    );
  });

  it("that the page sends before the bank is reached are not lost", async () => {
    const { browser, line } = await bridgeToBank();
    browser.send(Buffer.from("first"));
    const [bytes] = (await once(line, "data")) as [Buffer];
    expect(bytes.toString()).toBe("first");
  });

  it("of an ATM come from its own loopback address where the system has such", async () => {
    const { line } = await bridgeToBank();
    expect(line.remoteAddress).toBe(process.platform === "darwin" ? "127.0.0.1" : "127.0.0.7");
  });
});

describe("back-pressure", () => {
  it("holds a page whose bank reads nothing, and nobody else", async () => {
    const lines: Socket[] = [];
    const bankPort = await listenAsBank((line) => {
      lines.push(line);
      if (lines.length === 1) line.pause();
      else line.pipe(line);
    });
    const { port } = await startTestAtm(bankPort);
    const stuck = await openBridge(port);
    const lively = await openBridge(port);
    await roundTrips(lively, 1);

    const chunk = randomBytes(65_536);
    let taken = 0;
    for (let sent = 0; sent < FLOOD_BYTES; sent += chunk.length) {
      stuck.send(chunk, (error) => {
        if (error === undefined || error === null) taken += chunk.length;
      });
    }
    await roundTrips(lively, 200);
    expect(taken).toBeLessThan(HELD_BYTES_MAX);

    const [line] = lines;
    let received = 0;
    await new Promise<void>((resolve) => {
      line?.on("data", (bytes) => {
        received += bytes.length;
        if (received >= FLOOD_BYTES) resolve();
      });
      line?.resume();
    });
    expect(received).toBe(FLOOD_BYTES);
  });

  it("holds a bank whose page reads nothing, and nobody else", async () => {
    const lines: Socket[] = [];
    const bankPort = await listenAsBank((line) => {
      lines.push(line);
      if (lines.length > 1) line.pipe(line);
    });
    const { port } = await startTestAtm(bankPort);
    const stuck = await openBridge(port);
    const lively = await openBridge(port);
    await roundTrips(lively, 1);

    stuck.pause();
    const [line] = lines;
    if (line === undefined) throw new Error("the bank saw no line");
    const flood = randomBytes(FLOOD_BYTES);
    for (let at = 0; at < FLOOD_BYTES; at += MEGABYTE)
      line.write(flood.subarray(at, at + MEGABYTE));
    await roundTrips(lively, 200);
    expect(FLOOD_BYTES - line.writableLength).toBeLessThan(HELD_BYTES_MAX);

    const read = readMessages(stuck, FLOOD_BYTES);
    stuck.resume();
    expect(await read).toBe(createHash("sha256").update(flood).digest("hex"));
  });
});

describe("a close", () => {
  it("by the bank follows its last bytes, with 1000", async () => {
    const { browser, line } = await bridgeToBank();
    const heard: string[] = [];
    browser.on("message", (data) => heard.push((data as Buffer).toString()));
    const closed = closeOf(browser);
    line.end("goodbye");
    expect(await closed).toEqual({ code: 1000, reason: "bank_closed" });
    expect(heard.join("")).toBe("goodbye");
  });

  it("by the page follows its last bytes", async () => {
    const { browser, line } = await bridgeToBank();
    let heard = "";
    line.on("data", (bytes) => (heard += bytes.toString()));
    const ended = once(line, "end");
    browser.send(Buffer.from("goodbye"));
    browser.close();
    await ended;
    expect(heard).toBe("goodbye");
  });

  it("says when the line broke", async () => {
    const { browser, line } = await bridgeToBank();
    const joined = once(browser, "message");
    line.write("hello");
    await joined;
    const closed = closeOf(browser);
    line.resetAndDestroy();
    expect(await closed).toEqual({ code: 1011, reason: "line_failed" });
  });

  it("says when the bank cannot be reached", async () => {
    // A port that was free a moment ago: its server has gone.
    const { port } = await startTestAtm(1);
    const closed = closeOf(await openBridge(port));
    expect(await closed).toEqual({ code: 4502, reason: "bank_unreachable" });
  });

  it("says when the ATM goes, and lets go of the bank and the port", async () => {
    const { promise, resolve } = Promise.withResolvers<Socket>();
    const bankPort = await listenAsBank(resolve);
    const { atm, port } = await startTestAtm(bankPort);
    const browser = await openBridge(port);
    const line = await promise;
    const closed = closeOf(browser);
    const ended = once(line.resume(), "end");
    await atm.close();
    expect(await closed).toEqual({ code: 1001, reason: "atm_closing" });
    await ended;
    const again = await startTestAtm(bankPort, { port });
    expect(again.port).toBe(port);
  });

  it.for([
    ["text", (browser: WebSocket) => browser.send("text"), 1003],
    ["a message over 64 KB", (browser: WebSocket) => browser.send(Buffer.alloc(65_537)), 1009],
  ] as const)("answers %s", async ([, send, code]) => {
    const { browser, line } = await bridgeToBank();
    const ended = once(line.resume(), "end");
    const closed = closeOf(browser);
    send(browser);
    expect((await closed).code).toBe(code);
    await ended;
  });

  it("meets a page that answers no ping", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { port } = await startTestAtm(await listenAsBank((line) => line.pipe(line)));
    const gone = await openBridge(port, { autoPong: false });
    const there = await openBridge(port);
    await roundTrips(there, 1);

    const pinged = [once(gone, "ping"), once(there, "ping")];
    vi.advanceTimersByTime(30_000);
    await Promise.all(pinged);
    await roundTrips(there, 1); // Its pong went before, so it has been counted.
    const closed = closeOf(gone);
    vi.advanceTimersByTime(30_000);
    expect((await closed).code).toBe(1006);
    await roundTrips(there, 1);
  });

  it("tells the page that is one too many", async () => {
    const { port } = await startTestAtm(await listenAsBank((line) => line.pipe(line)));
    const open = await Promise.all(Array.from({ length: 64 }, () => openBridge(port)));
    const refused = closeOf(await openBridge(port));
    expect(await refused).toEqual({ code: 1013, reason: "bridge_full" });
    for (const browser of open) expect(browser.readyState).toBe(browser.OPEN);
  });
});
