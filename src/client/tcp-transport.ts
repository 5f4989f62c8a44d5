/**
 * A line to the bank over TCP: for Node programs. The one file of the client library that needs
 * Node.
 */
import { connect } from "node:net";
import type { Socket } from "node:net";
import type { LineEnd, Transport } from "./transport.ts";

/** Dials at once; what is sent before the line is up goes out when it is. */
export class TcpTransport implements Transport {
  onBytes: (bytes: Uint8Array) => void = () => {};
  onClose: (end: LineEnd) => void = () => {};
  readonly #socket: Socket;

  constructor(host: string, port: number) {
    let end: LineEnd = { kind: "closed", detail: "the line was closed" };
    let connected = false;
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on("connect", () => (connected = true));
    this.#socket.on("data", (bytes) => this.onBytes(bytes));
    this.#socket.on("error", (error: NodeJS.ErrnoException) => {
      end = { kind: connected ? "closed" : "unreachable", detail: error.code ?? error.message };
    });
    this.#socket.on("close", () => this.onClose(end));
  }

  send(bytes: Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  close(): void {
    this.#socket.destroy();
  }
}
