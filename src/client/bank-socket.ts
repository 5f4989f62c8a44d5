/**
 * A socket to the bank: TCP in clear, or TLS 1.3 (RFC 8446). With TLS the bank proves itself by a
 * certificate of the one authority that the caller names, and a terminal by its own.
 */

import { connect, isIP, type Socket } from "node:net";
import { checkServerIdentity, connect as connectTls } from "node:tls";
import type { LineEnd } from "./transport.ts";

/** Whom to believe that they are the bank, and how to prove who calls. */
export type TlsTrust = {
  /** The certificate of the bank's authority, PEM; no other is trusted. */
  ca: string;
  /** The terminal's own certificate and its key, PEM, where the bank asks for them. */
  cert?: string;
  key?: string;
  /** The name that the bank's certificate must bear; the host's unless told. */
  serverName?: string;
};

export type BankAddress = {
  host: string;
  port: number;
  /** The address to call from: the bank knows its terminals by theirs. */
  localAddress?: string;
  /** In clear without. */
  tls?: TlsTrust;
};

/** The socket's event after which bytes may go out: with TLS the bank has proved itself by then. */
export type UpWith = "connect" | "secureConnect";

/** Dials at once. */
export function dialSocket({ tls, ...address }: BankAddress): { socket: Socket; upWith: UpWith } {
  if (tls === undefined) {
    return { socket: connect({ ...address, noDelay: true }), upWith: "connect" };
  }
  const { serverName = address.host, ...proofs } = tls;
  const socket = connectTls({
    ...{ ...address, ...proofs, minVersion: "TLSv1.3" },
    // RFC 6066 section 3 has no place for an address.
    servername: isIP(serverName) === 0 ? serverName : "",
    checkServerIdentity: (_asked, certificate) => checkServerIdentity(serverName, certificate),
  });
  socket.setNoDelay(true);
  return { socket, upWith: "secureConnect" };
}

/** How a line ended that never came up. @param wasReached Whether the peer took the TCP line. */
export function failureOf(error: NodeJS.ErrnoException, wasReached: boolean): LineEnd {
  const detail = error.code ?? error.message;
  const isBroken = !wasReached || BROKEN_LINE_CODES.has(detail);
  return { kind: isBroken ? "unreachable" : "not_authentic", detail };
}

/** What ends a handshake without telling anything of the bank. */
const BROKEN_LINE_CODES: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT"]);
