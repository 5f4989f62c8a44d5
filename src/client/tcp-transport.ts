/** A line to the bank over TCP, in clear: for Node programs. */

import { dialSocket } from "./bank-socket.ts";
import { SocketTransport } from "./socket-transport.ts";

/** Dials at once; what is sent before the line is up goes out when it is. */
export class TcpTransport extends SocketTransport {
  constructor(host: string, port: number) {
    const { socket, upWith } = dialSocket({ host, port });
    super(socket, upWith);
  }
}
