/**
 * A line to the bank over TLS 1.3 (RFC 8446): for Node programs. The bank proves itself by a
 * certificate of the one authority that the caller names, and no byte is sent before it has; a
 * terminal proves itself by its own.
 */

import { checkServerIdentity, connect } from "node:tls";
import { SocketTransport } from "./socket-transport.ts";

export type TlsLine = {
  host: string;
  port: number;
  /** The certificate of the bank's authority, PEM; no other is trusted. */
  ca: string;
  /** The terminal's own certificate and its key, PEM, where the bank asks for them. */
  cert?: string;
  key?: string;
  /** The name that the bank's certificate must bear; `host` unless told. */
  serverName?: string;
};

/** Dials at once. A bank that is not the one meant ends the line as `refused`, with the reason. */
export class TlsTransport extends SocketTransport {
  constructor({ serverName, ...line }: TlsLine) {
    const name = serverName ?? line.host;
    const socket = connect({
      ...line,
      minVersion: "TLSv1.3",
      // RFC 6066 section 3 has no place for an address.
      servername: isAddress(name) ? "" : name,
      checkServerIdentity: (_asked, certificate) => checkServerIdentity(name, certificate),
    });
    socket.setNoDelay(true);
    super(socket, "secureConnect");
  }
}

const isAddress = (name: string): boolean => /^[\d.]+$|:/.test(name);
