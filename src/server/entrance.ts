/**
 * The entrance: where a connection waits until its first byte tells what its peer speaks. TLS is
 * taken off there, and what is inside comes to the entrance once more.
 */

import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { formatReply } from "../protocol/classic.ts";
import { protocolOf } from "../protocol/channel.ts";
import { ClassicConnection, type ClassicContext } from "./classic/connection.ts";
import { isLoopback } from "./loopback.ts";
import { ModernConnection, type ModernContext } from "./modern/connection.ts";
import type { TerminalVerdict } from "./tls/terminals.ts";

const NO_CLASSIC = formatReply({
  type: "invalid_request",
  detail: "this bank does not speak the classic protocol",
});

/** Whoever serves a socket, whatever it speaks. */
export interface Served {
  /** Takes no more requests; those in hand are still answered. */
  drain(): void;
  destroy(): void;
  /** Ends what has taken too long at `now`, by the monotonic clock. Called about once a second. */
  sweep(now: number): void;
}

export type EntranceContext = ClassicContext &
  ModernContext & {
    /** Whether the classic protocol is spoken. */
    classic: boolean;
    /** Null if there is no certificate: then nobody gets in by TLS. */
    tls: TlsEntrance | null;
  };

/** Takes TLS off a socket. */
export interface TlsEntrance {
  /** Calls one of the two, once. If the handshake fails the socket is closed. */
  unwrap(socket: Socket, outcome: TlsOutcome): void;
}

export type TlsOutcome = {
  onSecure: (socket: TLSSocket, verdict: TerminalVerdict) => void;
  onFailed: () => void;
};

export class Entrance implements Served {
  readonly #socket: Socket;
  readonly #context: EntranceContext;
  readonly #arrivedAt: number;
  readonly #peer: string;
  /** Who serves the socket, once that is known. */
  #served: Served | null = null;

  constructor(socket: Socket, context: EntranceContext, onClosed: () => void) {
    this.#socket = socket;
    this.#context = context;
    this.#arrivedAt = context.clock.monotonic();
    this.#peer = `${socket.remoteAddress ?? "unknown"}:${socket.remotePort}`;
    context.log.write({ type: "connected", peer: this.#peer });
    socket.on("error", () => undefined); // 'close' follows, and says all that matters.
    socket.on("close", () => {
      context.log.write({ type: "disconnected", peer: this.#peer });
      onClosed();
    });
    this.#awaitFirstByte(socket, null);
  }

  drain(): void {
    if (this.#served === null) this.#socket.destroy();
    else this.#served.drain();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  sweep(now: number): void {
    if (this.#served !== null) this.#served.sweep(now);
    else if (now - this.#arrivedAt >= this.#context.limits.loginMs) this.#socket.destroy();
  }

  /** @param secured Of a socket within TLS: the name in its certificate, if it has one. */
  #awaitFirstByte(socket: Socket, secured: { terminal: string | null } | null): void {
    const onEnd = (): void => void socket.end();
    socket.once("end", onEnd);
    socket.once("data", (chunk: Uint8Array) => {
      socket.off("end", onEnd);
      socket.pause();
      socket.unshift(chunk);
      this.#enter(socket, chunk[0] ?? 0, secured);
    });
    socket.resume();
  }

  #enter(socket: Socket, firstByte: number, secured: { terminal: string | null } | null): void {
    const address = this.#socket.remoteAddress ?? "unknown";
    const terminal = secured?.terminal ?? address;
    switch (protocolOf(firstByte)) {
      case "modern":
        this.#served = new ModernConnection(socket, this.#context, () => undefined, terminal);
        socket.resume();
        return;
      case "tls":
        if (secured === null) this.#takeTlsOff(socket);
        else socket.destroy(); // TLS within TLS is nobody's protocol.
        return;
      case "classic":
      case null: // What starts nothing is told so in the classic protocol's words.
        this.#enterClassic(socket, terminal, secured !== null || isLoopback(address));
    }
  }

  /** Classic is in clear, password and secret too: from another machine nobody shall send it so. */
  #enterClassic(socket: Socket, terminal: string, isPrivate: boolean): void {
    if (!isPrivate) {
      socket.destroy();
    } else if (!this.#context.classic) {
      socket.end(NO_CLASSIC, () => socket.destroy());
    } else {
      this.#served = new ClassicConnection(socket, this.#context, () => undefined, terminal);
      socket.resume();
    }
  }

  #takeTlsOff(socket: Socket): void {
    const { tls } = this.#context;
    if (tls === null) {
      this.#note("no_tls");
      socket.destroy();
      return;
    }
    tls.unwrap(socket, {
      onSecure: (secure, verdict) => {
        secure.on("error", () => undefined);
        if (verdict.ok) {
          this.#awaitFirstByte(secure, { terminal: verdict.name });
          return;
        }
        this.#note(verdict.reason);
        secure.destroy();
      },
      onFailed: () => this.#note("handshake_failed"),
    });
  }

  #note(outcome: string): void {
    const { ledger, log } = this.#context;
    const event = { who: this.#peer, action: "tls", outcome };
    ledger.cast({ type: "note", ...event, origin: this.#peer });
    log.write({ type: "reported", peer: this.#peer, ...event });
  }
}
