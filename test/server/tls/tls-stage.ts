/**
 * A TLS server for tests, made of the bank's own options and its check of terminals, and clients
 * that try to be served by it. It answers every byte with the same byte, and remembers all.
 */

import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect, createServer, type ConnectionOptions, type TlsOptions } from "node:tls";
import { onTestFinished } from "vitest";
import { certify, type Certified, type LeafRequest } from "../../../src/server/tls/certificates.ts";
import {
  changeRegister,
  terminalCheck,
  type TerminalVerdict,
} from "../../../src/server/tls/terminals.ts";
import { bankTlsOptions } from "../../../src/server/tls/options.ts";
import { tlsFiles } from "../../../src/server/tls/files.ts";

export const DAY_MS = 86_400_000;
/** What a client sends that is served: it must never arrive from one that is not. */
export const SECRET = "the password";

export type Server = {
  port: number;
  /** Takes no more lines, waits until those there are have ended, and gives all that they sent. */
  received(): Promise<string>;
  /** What the check said of each line that completed its handshake. */
  verdicts: TerminalVerdict[];
};

export const startServer = (folder: string, mutual: boolean): Promise<Server> =>
  startTlsServer(bankTlsOptions(folder, { mutual }), terminalCheck(folder, { mutual }));

export async function startTlsServer(
  options: TlsOptions,
  check: ReturnType<typeof terminalCheck> = () => ({ ok: true, name: null }),
): Promise<Server> {
  let received = "";
  const verdicts: TerminalVerdict[] = [];
  const server = createServer(options, (socket) => {
    socket.on("error", () => undefined);
    const verdict = check(socket);
    verdicts.push(verdict);
    if (!verdict.ok) return void socket.destroy();
    socket.on("data", (bytes) => {
      received += bytes.toString();
      socket.write(bytes);
    });
  });
  server.on("tlsClientError", () => undefined);
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
  onTestFinished(() => void server.close());
  return {
    ...{ port, verdicts },
    received: () => new Promise((resolve) => server.close(() => resolve(received))),
  };
}

export type Attempt = {
  /** What came back: `SECRET` from a server that served. */
  reply: string;
  /** The error's code, where there was one. */
  code: string | undefined;
  resumed: boolean;
  /** The key exchange, such as X25519. */
  exchange: string | undefined;
  /** A ticket for the next time, if the server gave one. */
  session: Buffer | undefined;
};

/** Connects, sends `SECRET` and waits for it to come back, or for the end. */
export function attempt(folder: string, port: number, options: ConnectionOptions = {}) {
  const { promise, resolve } = Promise.withResolvers<Attempt>();
  const ca = readFileSync(tlsFiles.authorityCert(folder));
  const socket = connect({ host: "127.0.0.1", port, ca, servername: "localhost", ...options });
  const seen: Attempt = {
    ...{ reply: "", code: undefined, resumed: false, exchange: undefined, session: undefined },
  };
  socket.on("session", (session) => (seen.session = session));
  socket.on("error", (error: NodeJS.ErrnoException) => (seen.code = error.code));
  socket.on("secureConnect", () => {
    seen.resumed = socket.isSessionReused();
    const exchange = socket.getEphemeralKeyInfo();
    seen.exchange = exchange !== null && "name" in exchange ? exchange.name : undefined;
    socket.write(SECRET);
  });
  socket.on("data", (bytes) => {
    seen.reply += bytes.toString();
    if (seen.reply.length === SECRET.length) socket.end();
  });
  socket.on("close", () => resolve(seen));
  onTestFinished(() => void socket.destroy());
  return promise;
}

/** The files of a terminal that was issued. */
export const filesOf = (folder: string, name: string): Certified => ({
  cert: readFileSync(tlsFiles.terminalCert(folder, name), "utf8"),
  key: readFileSync(tlsFiles.terminalKey(folder, name), "utf8"),
});

/** A certificate under the bank's authority that the commands would not make. */
export const certifyUnder = (folder: string, request: LeafRequest, nowMs = Date.now()) =>
  certify(
    {
      cert: readFileSync(tlsFiles.authorityCert(folder), "utf8"),
      key: readFileSync(tlsFiles.authorityKey(folder), "utf8"),
    },
    request,
    nowMs,
  );

/** Enrols any certificate, so that what refuses it is not that it is unknown. */
export const enrolAnyway = (folder: string, fingerprint: string): Promise<void> =>
  changeRegister(folder, (rows) =>
    Promise.resolve([
      ...rows,
      { ...{ name: "anyway", fingerprint }, validUntilMs: Date.now() + DAY_MS, revokedAtMs: null },
    ]),
  );
