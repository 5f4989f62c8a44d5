/**
 * The acceptor: takes connections off the port and decides who is served, who waits and who is
 * turned away. A connection that waits is not read, so it costs the bank no more than its socket.
 */

import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Cancel } from "../actor/clock.ts";
import { formatReply } from "../protocol/classic-replies.ts";
import { Entrance, type EntranceContext, type Served } from "./entrance.ts";

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
  context: EntranceContext;
};

export class Acceptor {
  readonly #options: AcceptorOptions;
  readonly #server: Server;
  readonly #serving = new Set<Served>();
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
    for (const served of this.#serving) served.drain("draining");
    const cancelForce = this.#options.context.clock.after(DRAIN_MS_MAX, () => {
      for (const served of this.#serving) served.destroy();
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
    if (this.#serving.size < this.#options.connectionsMax) this.#serve(socket);
    else if (this.#waiting.size < WAITING_MAX) this.#keepWaiting(socket);
    else socket.on("error", () => undefined).end(FULL, () => socket.destroy());
  }

  #serve(socket: Socket): void {
    const served = new Entrance(socket, this.#options.context, () => {
      this.#serving.delete(served);
      this.#serveNext();
      this.#noticeDrained();
    });
    this.#serving.add(served);
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
      for (const served of this.#serving) served.sweep(clock.monotonic());
      this.#sweepSoon();
    });
  }

  #noticeDrained(): void {
    if (this.#isDraining && this.#serving.size === 0) this.#drained();
  }
}
