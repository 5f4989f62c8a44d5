/**
 * The entrance: where a connection waits until its first byte tells what its peer speaks. TLS is
 * taken off there, and what is inside comes to the entrance once more.
 */

import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { formatReply } from "../protocol/classic-replies.ts";
import { protocolOf } from "../protocol/channel.ts";
import type { AuditOutcome } from "../bank/audit-vocabulary.ts";
import { ClassicConnection, type ClassicContext } from "./classic/connection.ts";
import { isLoopback } from "./loopback.ts";
import { ModernConnection, type ModernContext } from "./modern/connection.ts";
import { takeNote } from "./note.ts";
import type { Draining } from "./patience.ts";
import { terminalOf } from "./terminal-of.ts";
import type { TerminalRefusal, TerminalVerdict } from "./tls/terminals.ts";

const NO_CLASSIC = formatReply({
  type: "invalid_request",
  detail: "this bank does not speak the classic protocol",
});

/**
 * What ends a line that is open. A register that cannot be read lets nobody new in, but says
 * nothing against those who were let in.
 */
const LOST: ReadonlySet<TerminalRefusal> = new Set(["expired", "not_enrolled", "revoked"]);

/** Whoever serves a socket, whatever it speaks. */
export interface Served {
  /** Takes no more requests; those in hand are still answered. */
  drain(why: Draining): void;
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
    /** Whether nothing is served outside TLS, not even to this machine. */
    tlsOnly: boolean;
  };

/** Takes TLS off a socket. */
export interface TlsEntrance {
  /** Calls one of the two, once. If the handshake fails the socket is closed. */
  unwrap(socket: Socket, outcome: TlsOutcome): void;
}

export type TlsOutcome = {
  /** `check` may be asked again, for as long as the line is open. */
  onSecure: (socket: TLSSocket, check: TerminalCheck) => void;
  onFailed: () => void;
};

type TerminalCheck = () => TerminalVerdict;
/** Of a socket within TLS: the name in its certificate, if it has one. */
type Secured = { terminal: string | null };

export class Entrance implements Served {
  readonly #socket: Socket;
  readonly #context: EntranceContext;
  readonly #arrivedAt: number;
  readonly #peer: string;
  /** Who serves the socket, once that is known. */
  #served: Served | null = null;
  /** Of a line in TLS, until it has found against it. */
  #check: TerminalCheck | null = null;

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

  drain(why: Draining): void {
    if (this.#served === null) this.#socket.destroy();
    else this.#served.drain(why);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  sweep(now: number): void {
    this.#guard(() => this.#checkAgain());
    if (this.#served !== null) this.#served.sweep(now);
    else if (now - this.#arrivedAt >= this.#context.limits.loginMs) this.#socket.destroy();
  }

  /** A terminal that is none any more gets what it is owed, and asks for nothing more. */
  #checkAgain(): void {
    if (this.#check === null || this.#socket.destroyed) return;
    const verdict = this.#check();
    if (verdict.ok || !LOST.has(verdict.reason)) return;
    this.#check = null;
    this.#note(verdict.reason);
    this.drain("terminal_refused");
  }

  #awaitFirstByte(socket: Socket, secured: Secured | null): void {
    const onEnd = (): void => void socket.end();
    socket.once("end", onEnd);
    socket.once("data", (chunk: Uint8Array) => {
      socket.off("end", onEnd);
      socket.pause();
      socket.unshift(chunk);
      this.#guard(() => this.#enter(socket, chunk[0] ?? 0, secured));
    });
    socket.resume();
  }

  #enter(socket: Socket, firstByte: number, secured: Secured | null): void {
    const address = this.#socket.remoteAddress ?? "unknown";
    const terminal = secured?.terminal ?? terminalOf(address);
    const protocol = protocolOf(firstByte);
    if (this.#context.tlsOnly && secured === null && protocol !== "tls") {
      this.#note("required");
      socket.destroy();
      return;
    }
    switch (protocol) {
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
      onSecure: (secure, check) => {
        secure.on("error", () => undefined);
        this.#guard(() => this.#admit(secure, check));
      },
      onFailed: () => this.#note("handshake_failed"),
    });
  }

  #admit(secure: TLSSocket, check: TerminalCheck): void {
    const verdict = check();
    if (verdict.ok) {
      this.#check = check;
      this.#awaitFirstByte(secure, { terminal: verdict.name });
      return;
    }
    this.#note(verdict.reason);
    secure.destroy();
  }

  /** What is thrown here would end the process: it ends this line, and is told. */
  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#context.log.write({ type: "alarm", message: `a line failed: ${detail}` });
      this.#socket.destroy();
    }
  }

  #note(outcome: AuditOutcome<"tls">): void {
    takeNote(this.#context, { peer: this.#peer, who: this.#peer, action: "tls", outcome });
  }
}
