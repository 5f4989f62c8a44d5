/**
 * The ATM process: one HTTP server on loopback that serves the page, hands its bridge token out and
 * turns a WebSocket of that page into a line to the bank. It owns the listening socket and the open
 * bridges, and nothing that is secret to a customer.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { nodeCiphers } from "../ciphers/node.ts";
import { fingerprintOf } from "../protocol/channel.ts";
import { encodeHex } from "../protocol/hex.ts";
import type { BankAddress } from "./bank-socket.ts";
import { bridge, CLOSE, hangUp } from "./bridge.ts";
import { BridgeTokens } from "./bridge-token.ts";
import { readPageFiles, type PageFiles } from "./page-files.ts";
import { allowedHosts, hasOwnOrigin, isSameOrigin, securityHeaders } from "./request-guard.ts";

/** A page needs one bridge; an ATM is one machine with a few tabs open. */
const BRIDGES_MAX = 64;
const CONNECTIONS_MAX = 256;
/** The largest WebSocket message, and the pieces it may come in. */
const MESSAGE_BYTES_MAX = 65_536;
const FRAGMENTS_MAX = 64;
const REQUEST_TIMEOUT_MS = 10_000;
/** How long browsers may take to close with us when the process ends. */
const CLOSE_GRACE_MS = 2_000;
/** The WebSocket subprotocol; the page offers its token beside it. */
const SUBPROTOCOL = "secure-atm.bridge";
/** The last number with a loopback address of its own: 127.0.0.N. */
const LOOPBACK_NUMBER_MAX = 254;

export type AtmOptions = {
  /** The ATM's number, from 1: it gives the terminal its address at the bank. */
  number: number;
  /** Where to listen; 127.0.0.1 unless told otherwise. */
  host?: string;
  /** 5000 + number by custom; 0 takes any free port. */
  port: number;
  /** Where the bank is, and whether the line to it is within TLS. */
  bank: Omit<BankAddress, "localAddress">;
  /**
   * The bank's public key, for the page to pin; with null the page speaks classic alone. A key that
   * may change under the ATM is asked for by each page.
   */
  bankKey: BankKey | (() => BankKey);
  /** The folder of the built page. */
  webRoot: string;
  log: (line: string) => void;
};

type BankKey = Uint8Array | null;

export type Atm = { url: string; close(): Promise<void> };

/** Another program has the ATM's port. The message is the original system's. */
export class PortInUse extends Error {
  override readonly name = "PortInUse";
  constructor(port: number) {
    super(`Error: Port ${port} is already in use. Please choose a different client number.`);
  }
}

/** What one answer is: the status and, where there is one, the body. */
type Answer = { status: number; headers?: Record<string, string>; body?: string | Buffer };

/** What the ATM tells its page of the bank: key in hex, and its fingerprint for people. */
type AboutBank = { atm: number; bankKey: string | null; fingerprint: string | null };

/** What the ATM knows once it listens. */
type Desk = {
  atm: number;
  aboutBank: () => AboutBank;
  hosts: ReadonlySet<string>;
  files: PageFiles;
  tokens: BridgeTokens;
};

/** @throws PortInUse; Error if the page is not built. */
export async function startAtm(options: AtmOptions): Promise<Atm> {
  const host = options.host ?? "127.0.0.1";
  options.log(`Starting ATM Client ${options.number} on port ${options.port}...`);
  const files = await readPageFiles(options.webRoot);
  const server = createServer({
    requireHostHeader: false, // Node's own refusal would lack the security headers.
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: REQUEST_TIMEOUT_MS,
    maxHeaderSize: 8_192,
  });
  server.maxConnections = CONNECTIONS_MAX;
  const port = await listen(server, host, options.port);
  const desk: Desk = {
    atm: options.number,
    aboutBank: () => aboutBank(options),
    hosts: allowedHosts(host, port),
    files,
    tokens: new BridgeTokens(port),
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    send(request, response, desk.hosts, answer(desk, request));
  };
  server.on("request", onRequest);
  server.on("checkExpectation", onRequest);
  server.on("clientError", (_error, socket) => refuse(socket, 400, null));

  const bridges = serveBridges(server, desk, bankAddress(options));
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const { fingerprint } = desk.aboutBank();
  options.log(` * Bank key ${fingerprint ?? "unknown: only the classic protocol is offered"}`);
  options.log(` * Running on ${url}`);
  return { url, close: () => close(server, bridges) };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new PortInUse(port) : error);
    });
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("no TCP address"));
      else resolve(address.port);
    });
  });
}

function aboutBank({ number, bankKey }: AtmOptions): AboutBank {
  const key = typeof bankKey === "function" ? bankKey() : bankKey;
  if (key === null) return { atm: number, bankKey: null, fingerprint: null };
  return { atm: number, bankKey: encodeHex(key), fingerprint: fingerprintOf(nodeCiphers, key) };
}

/** Each ATM calls from a loopback address of its own: the bank keeps a cash vault for each. */
function bankAddress({ bank, number }: AtmOptions): BankAddress {
  const own = bank.host === "127.0.0.1" && number >= 1 && number <= LOOPBACK_NUMBER_MAX;
  return own ? { ...bank, localAddress: `127.0.0.${number}` } : bank;
}

/** Decides a request; nothing is changed by any, so one that is refused may just be asked again. */
function answer(desk: Desk, request: IncomingMessage): Answer {
  if (!desk.hosts.has(request.headers.host ?? "")) return text(403, "Unknown host.");
  if (request.method !== "GET" && request.method !== "HEAD") {
    const refusal = text(405, "Only GET and HEAD.");
    return { ...refusal, headers: { ...refusal.headers, Allow: "GET, HEAD" } };
  }
  const path = pathOf(request);
  if (path === "/healthz") return json({ status: "ok", atm: desk.atm });
  if (path === "/bank.json") return json(desk.aboutBank());
  if (path === "/bridge-token") return tokenAnswer(desk, request);
  const file = desk.files.get(path);
  if (file === undefined) return text(404, "There is no such page at this ATM.");
  const headers: Record<string, string> = { "Content-Type": file.type, ETag: file.etag };
  // HTML stays out of every cache (no-store); the rest is asked for again, and mostly unchanged.
  if (!file.type.startsWith("text/html")) headers["Cache-Control"] = "no-cache";
  if (request.headers["if-none-match"] === file.etag) return { status: 304, headers };
  return { status: 200, headers, body: file.body };
}

function tokenAnswer(desk: Desk, request: IncomingMessage): Answer {
  if (!isSameOrigin(request.headers)) return text(403, "Only this ATM's own page gets a token.");
  const { token, setCookie } = desk.tokens.issue(request.headers.cookie);
  const reply = json({ token });
  return setCookie === null
    ? reply
    : { ...reply, headers: { ...reply.headers, "Set-Cookie": setCookie } };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  hosts: ReadonlySet<string>,
  { status, headers, body }: Answer,
): void {
  const host = request.headers.host ?? "";
  response.writeHead(status, {
    ...securityHeaders(hosts.has(host) ? host : null),
    ...headers,
    ...(body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Takes WebSockets at /bridge, from this ATM's own page only. */
function serveBridges(server: Server, desk: Desk, bank: BankAddress): WebSocketServer {
  const bridges = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES_MAX,
    maxFragments: FRAGMENTS_MAX,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const host = request.headers.host ?? "";
    const status = upgradeStatus(desk, request);
    if (status !== 101) return refuse(socket, status, desk.hosts.has(host) ? host : null);
    const full = bridges.clients.size >= BRIDGES_MAX;
    bridges.handleUpgrade(request, socket, head, (browser) => {
      // A page cannot see why an upgrade was refused, so it is told in the close.
      if (full) return hangUp(browser, CLOSE.bridgeFull, "bridge_full");
      void bridge(browser, bank);
    });
  });
  // ws would answer a malformed handshake itself, without the security headers.
  bridges.on("wsClientError", (_error, socket) => refuse(socket, 400, null));
  return bridges;
}

/** 101 if the upgrade may go ahead, else the status that refuses it. */
function upgradeStatus(desk: Desk, request: IncomingMessage): number {
  const { headers } = request;
  if (!desk.hosts.has(headers.host ?? "")) return 403;
  if (pathOf(request) !== "/bridge") return 404;
  if (!hasOwnOrigin(headers) || !isSameOrigin(headers)) return 403;
  const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((word) => word.trim());
  const [protocol, token] = offered;
  if (offered.length !== 2 || protocol !== SUBPROTOCOL || token === undefined) return 401;
  return desk.tokens.accepts(headers.cookie, token) ? 101 : 401;
}

/** Answers on a bare socket, where there is no response object, and closes it. */
function refuse(socket: Duplex, status: number, host: string | null): void {
  if (!socket.writable) return void socket.destroy();
  const lines = Object.entries({
    ...securityHeaders(host),
    Connection: "close",
    "Content-Length": "0",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${REASONS[status] ?? "Refused"}\r\n${lines.join("")}\r\n`);
}

const REASONS: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
};

/** Says goodbye to every page, waits a little for it to arrive, and lets the port go. */
async function close(server: Server, bridges: WebSocketServer): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const browser of bridges.clients) hangUp(browser, CLOSE.shuttingDown, "atm_closing");
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    for (const browser of bridges.clients) browser.terminate();
    server.closeAllConnections();
  }, CLOSE_GRACE_MS);
  await closed;
  clearTimeout(timer);
}

/** The path without its query, as it was sent: no decoding, so a file has exactly one name. */
const pathOf = (request: IncomingMessage): string => (request.url ?? "").split("?", 1)[0] ?? "";

const text = (status: number, body: string): Answer => ({
  status,
  headers: { "Content-Type": "text/plain; charset=utf-8" },
  body: `${body}\n`,
});

const json = (value: unknown): Answer => ({
  status: 200,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(value),
});
