/** A line to the bank over TLS 1.3, which carries no byte before the bank has proved itself. */

import { dialSocket, type TlsTrust } from "./bank-socket.ts";
import { SocketTransport } from "./socket-transport.ts";

export type TlsLine = { host: string; port: number } & TlsTrust;

/** Dials at once. A bank that is not the one meant ends the line as `not_authentic`. */
export class TlsTransport extends SocketTransport {
  constructor({ host, port, ...tls }: TlsLine) {
    const { socket, upWith } = dialSocket({ host, port, tls });
    super(socket, upWith);
  }
}
