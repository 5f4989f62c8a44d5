/**
 * The acceptor: takes connections off the port and decides who is served, who waits and who is
 * turned away. A connection that waits is not read, so it costs the bank no more than its socket.
 */

import { createServer, isIP, type AddressInfo, type Server, type Socket } from "node:net";
import type { Cancel } from "../actor/clock.ts";
import { formatReply } from "../protocol/classic.ts";
import { Connection, type ConnectionContext } from "./connection.ts";

const SWEEP_MS = 1_000;
/** What may still wait when all places are taken. */
const WAITING_MAX = 256;
/** On the way out, how long peers may take to hang up. */
const DRAIN_MS_MAX = 5_000;
const BACKLOG = 1_024;
const FULL = formatReply({ type: "busy", detail: "too many connections, try again later" });

export type AcceptorOptions = {
  host: string;
  port: number;
  /** Connections served at the same time. */
  connectionsMax: number;
  context: ConnectionContext;
};

export class Acceptor {
  readonly #options: AcceptorOptions;
  readonly #server: Server;
  readonly #serving = new Set<Connection>();
  readonly #waiting = new Set<Socket>();
  #cancelSweep: Cancel = () => undefined;
  #isDraining = false;
  #drained: () => void = () => undefined;

  constructor(options: AcceptorOptions) {
    this.#options = options;
    // Half-open, so that a peer that sends its last request and its FIN still gets the reply.
    const socketOptions = { pauseOnConnect: true, allowHalfOpen: true, noDelay: true };
    this.#server = createServer(socketOptions, (socket) => this.#accept(socket));
  }

  /** @throws Error as `listen` gives it: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`. */
  async listen(): Promise<AddressInfo> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port, backlog: BACKLOG }, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    // Out of descriptors, for one: those already here are served on, and the next may find room.
    this.#server.on("error", ({ message }) => {
      this.#options.context.log.write({ type: "alarm", message: `cannot accept: ${message}` });
    });
    this.#sweepSoon();
    return this.#server.address() as AddressInfo;
  }

  /** Stops listening, answers what is in hand, and resolves when every connection is closed. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    this.#server.close();
    for (const socket of this.#waiting) socket.destroy();
    this.#waiting.clear();
    for (const connection of this.#serving) connection.drain();
    const cancelForce = this.#options.context.clock.after(DRAIN_MS_MAX, () => {
      for (const connection of this.#serving) connection.destroy();
    });
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
      this.#noticeDrained();
    });
    cancelForce();
    this.#cancelSweep();
  }

  metrics(): { serving: number; waiting: number } {
    return { serving: this.#serving.size, waiting: this.#waiting.size };
  }

  #accept(socket: Socket): void {
    // Classic is in clear, password and secret too; from another machine nobody shall send it.
    if (!isLoopback(socket.remoteAddress ?? "")) socket.destroy();
    else if (this.#serving.size < this.#options.connectionsMax) this.#serve(socket);
    else if (this.#waiting.size < WAITING_MAX) this.#keepWaiting(socket);
    else socket.on("error", () => undefined).end(FULL, () => socket.destroy());
  }

  #serve(socket: Socket): void {
    const connection = new Connection(socket, this.#options.context, () => {
      this.#serving.delete(connection);
      this.#serveNext();
      this.#noticeDrained();
    });
    this.#serving.add(connection);
    socket.resume();
  }

  #keepWaiting(socket: Socket): void {
    this.#waiting.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#waiting.delete(socket));
  }

  #serveNext(): void {
    if (this.#isDraining) return;
    for (const socket of this.#waiting) {
      this.#waiting.delete(socket);
      this.#serve(socket);
      return;
    }
  }

  #sweepSoon(): void {
    const { clock } = this.#options.context;
    this.#cancelSweep = clock.after(SWEEP_MS, () => {
      for (const connection of this.#serving) connection.sweep(clock.monotonic());
      this.#sweepSoon();
    });
  }

  #noticeDrained(): void {
    if (this.#isDraining && this.#serving.size === 0) this.#drained();
  }
}

/** 127.0.0.0/8 and ::1, also as an IPv4 address mapped into IPv6. */
export function isLoopback(address: string): boolean {
  const plain = address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
  return address === "::1" || (isIP(plain) === 4 && plain.startsWith("127."));
}
