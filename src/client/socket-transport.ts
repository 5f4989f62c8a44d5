/** A line over a socket of Node's, whoever made it: what TCP and TLS have in common. */

import type { Socket } from "node:net";
import { failureOf, type UpWith } from "./bank-socket.ts";
import type { LineEnd, Transport } from "./transport.ts";

export class SocketTransport implements Transport {
  onBytes: (bytes: Uint8Array) => void = () => {};
  onClose: (end: LineEnd) => void = () => {};
  readonly #socket: Socket;
  /** What was sent before the line was up; null from then on. */
  #waiting: Uint8Array[] | null = [];

  constructor(socket: Socket, upWith: UpWith) {
    this.#socket = socket;
    let end: LineEnd = { kind: "closed", detail: "the line was closed" };
    let reached = false;
    socket.once("connect", () => (reached = true));
    socket.once(upWith, () => this.#sendWaiting());
    socket.on("data", (bytes) => this.onBytes(bytes));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      const wasUp = this.#waiting === null;
      const detail = error.code ?? error.message;
      end = wasUp ? { kind: "closed", detail } : failureOf(error, reached);
    });
    socket.on("close", () => this.onClose(end));
  }

  send(bytes: Uint8Array): void {
    if (this.#waiting !== null) this.#waiting.push(bytes);
    else if (this.#socket.writable) this.#socket.write(bytes);
  }

  close(): void {
    this.#socket.destroy();
  }

  #sendWaiting(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const bytes of waiting) this.send(bytes);
  }
}
