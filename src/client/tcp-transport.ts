/** A line to the bank over TCP, in clear: for Node programs. */

import { connect } from "node:net";
import { SocketTransport } from "./socket-transport.ts";

/** Dials at once; what is sent before the line is up goes out when it is. */
export class TcpTransport extends SocketTransport {
  constructor(host: string, port: number) {
    super(connect({ host, port, noDelay: true }), "connect");
  }
}
