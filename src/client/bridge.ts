/**
 * The bridge: joins one WebSocket of a page to one line to the bank, over TCP or TLS, byte for
 * byte. It holds no key of a customer and reads nothing. Each side is read no faster than the other
 * takes, and a close on one side closes the other after what was under way.
 */

import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { dialSocket, failureOf, type BankAddress } from "./bank-socket.ts";
import type { LineEnd } from "./transport.ts";

/** Bytes that may wait for a browser before the bank's line is paused. */
const BUFFERED_BYTES_MAX = 256 * 1024;
/** A browser that has not answered a ping when the next is due is gone. */
const PING_INTERVAL_MS = 30_000;
const DIAL_TIMEOUT_MS = 5_000;
/** How long a line that nobody needs any more may take to drain and close. */
const LINGER_MS = 5_000;

/** The close codes of the bridge: RFC 6455 section 7.4, and one of ours in its private range. */
export const CLOSE = {
  bankClosed: 1000,
  shuttingDown: 1001,
  binaryOnly: 1003,
  lineFailed: 1011,
  bridgeFull: 1013,
  /** Its reason tells whether nobody was reached, or somebody who did not prove to be the bank. */
  noBank: 4502,
} as const;

/** Dials the bank for `browser` and joins the two; from then on they live and die together. */
export async function bridge(browser: WebSocket, bank: BankAddress): Promise<void> {
  browser.on("error", () => {}); // A breach of RFC 6455: ws closes with the fitting code itself.
  watch(browser);
  browser.pause(); // What the page says meanwhile waits in the kernel.
  const dialled = await dial(bank);
  if (dialled.type === "up") return join(browser, dialled.line);
  const isStranger = dialled.end.kind === "not_authentic";
  hangUp(browser, CLOSE.noBank, isStranger ? "bank_not_authentic" : "bank_unreachable");
}

/** Ends the browser's side in order. Reading goes on, to see its half of the closing. */
export function hangUp(browser: WebSocket, code: number, reason: string): void {
  browser.resume();
  browser.close(code, reason);
}

/** Closes a browser that stopped answering: a cut cable sends no close. */
function watch(browser: WebSocket): void {
  let alive = true;
  browser.on("pong", () => {
    alive = true;
  });
  const timer = setInterval(() => {
    if (!alive) return browser.terminate();
    alive = false;
    browser.ping();
  }, PING_INTERVAL_MS);
  browser.on("close", () => clearInterval(timer));
}

type Dialled = { type: "up"; line: Socket } | { type: "failed"; end: LineEnd };

async function dial(bank: BankAddress): Promise<Dialled> {
  const dialled = await open(bank);
  // Only Linux and Windows have all of 127.0.0.0/8: elsewhere a machine's ATMs are one terminal.
  const isForeign = dialled.type === "failed" && dialled.end.detail === "EADDRNOTAVAIL";
  if (!isForeign || bank.localAddress === undefined) return dialled;
  const { localAddress: _foreign, ...anyAddress } = bank;
  return open(anyAddress);
}

function open(bank: BankAddress): Promise<Dialled> {
  return new Promise((resolve) => {
    const { socket: line, upWith } = dialSocket(bank);
    let wasReached = false;
    const giveUp = () => line.destroy(new BankSilent());
    const fail = (error: Error) => {
      resolve({ type: "failed", end: failureOf(error, wasReached) });
    };
    line.setTimeout(DIAL_TIMEOUT_MS, giveUp);
    line.on("error", fail); // It stays, as the line may fail before it is joined.
    line.once("connect", () => (wasReached = true));
    line.once(upWith, () => {
      line.setTimeout(0, giveUp);
      resolve({ type: "up", line });
    });
  });
}

class BankSilent extends Error {
  override readonly name = "BankSilent";
  readonly code = "ETIMEDOUT";
}

function join(browser: WebSocket, line: Socket): void {
  if (line.destroyed) return hangUp(browser, CLOSE.lineFailed, "line_failed");
  let failed = false;
  line.on("error", () => {
    failed = true;
  });
  line.on("data", (chunk) => {
    if (browser.readyState !== browser.OPEN) return;
    browser.send(chunk, () => {
      if (browser.bufferedAmount <= BUFFERED_BYTES_MAX / 2) line.resume();
    });
    if (browser.bufferedAmount > BUFFERED_BYTES_MAX) line.pause();
  });
  line.on("drain", () => browser.resume());
  // `close` follows the last `data`: everything the bank said is before it in the browser's queue.
  line.on("close", () => {
    if (failed) hangUp(browser, CLOSE.lineFailed, "line_failed");
    else hangUp(browser, CLOSE.bankClosed, "bank_closed");
  });

  browser.on("message", (data, isBinary) => {
    if (!isBinary) return hangUp(browser, CLOSE.binaryOnly, "binary_only");
    if (line.writable && !line.write(data as Buffer)) browser.pause();
  });
  browser.on("close", () => release(line));
  if (browser.readyState === browser.OPEN) browser.resume();
  else release(line); // The page left while the bank was dialled.
}

/** Lets a line finish what was written to it, but not for ever: the bank may not read it. */
function release(line: Socket): void {
  line.resume();
  line.end();
  const timer = setTimeout(() => line.destroy(), LINGER_MS);
  line.once("close", () => clearTimeout(timer));
}
