/**
 * A line: the socket of one peer, with the manners that every protocol on it shares. What is not
 * read holds back what comes next; a last word is followed by a hang-up that waits for the peer's;
 * and nobody is waited for without an end.
 */

import type { Socket } from "node:net";
import type { Clock } from "../actor/clock.ts";
import { Patience, type ConnectionLimits, type Expiry, type Overdue } from "./patience.ts";

/** After the last word, how long the peer may take to hang up as well. */
const LINGER_MS = 2_000;

/** The lines that were written to in this turn: what each was told leaves as one write. */
const corked: Socket[] = [];

function corkForThisTurn(socket: Socket): void {
  if (socket.writableCorked > 0) return;
  socket.cork();
  // It runs when the actors have had their turns, so when the answers of a batch are all written.
  if (corked.push(socket) === 1) process.nextTick(uncorkAll);
}

function uncorkAll(): void {
  for (const socket of corked.splice(0)) socket.uncork();
}

/** Who speaks over the line. */
export interface Speaker {
  received(chunk: Uint8Array): void;
  /** The peer has said its last word; it still listens. */
  peerEnded(): void;
  /** The peer has read everything: it may be answered on. */
  wasRead(): void;
  /** The line is gone. Called once, and nothing after it. */
  closed(): void;
  /** One of the above threw: a bug, or a file that cannot be read. The line is of no more use. */
  failed(error: unknown): void;
}

export type LineOptions = {
  socket: Socket;
  /** What the peer's cash belongs to: a name from its certificate, or its address. */
  terminal: string;
  limits: ConnectionLimits;
  clock: Clock;
};

export class Line {
  /** The peer's address and port. */
  readonly peer: string;
  readonly terminal: string;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #patience: Patience;
  /** The last word is said, or the socket is gone: nothing is read and nothing written any more. */
  #isOver = false;
  #overAt = 0;

  constructor({ socket, terminal, limits, clock }: LineOptions, speaker: Speaker) {
    this.#socket = socket;
    this.#clock = clock;
    this.#patience = new Patience(limits, clock.monotonic());
    this.terminal = terminal;
    this.peer = `${socket.remoteAddress ?? "unknown"}:${socket.remotePort}`;
    socket.setNoDelay(true);
    // What is thrown into a socket's event would end the process, and with it everybody's line.
    const guarded = (listener: () => void): void => {
      try {
        listener();
      } catch (error) {
        speaker.failed(error);
      }
    };
    socket.on("data", (chunk) => {
      if (!this.#isOver) guarded(() => speaker.received(chunk));
    });
    socket.on("end", () => guarded(() => speaker.peerEnded()));
    socket.on("drain", () => {
      this.#patience.read();
      guarded(() => speaker.wasRead());
    });
    socket.on("error", () => undefined); // 'close' follows, and says all that matters.
    socket.on("close", () => {
      this.#isOver = true;
      guarded(() => speaker.closed());
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Something that was written lies unread, so nothing more should be. */
  get isUnread(): boolean {
    return this.#patience.isUnread;
  }

  write(data: string | Uint8Array): void {
    if (this.#isOver || this.#socket.destroyed) return;
    corkForThisTurn(this.#socket);
    if (!this.#socket.write(data)) this.#patience.unread(this.#clock.monotonic());
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** A message was taken up, or answered: now it is the peer's turn again. */
  heard(): void {
    this.#patience.heard(this.#clock.monotonic());
  }

  /** From here on the session's limits count. */
  loggedIn(): void {
    this.#patience.loggedIn(this.#clock.monotonic());
  }

  /** Since the peer was last heard, in ms. */
  idleMs(): number {
    return this.#clock.monotonic() - this.#patience.heardAt;
  }

  /** Told once: what the session is to be warned of at `now`. */
  expiring(now: number, isServed: boolean): Expiry | null {
    return this.#isOver ? null : this.#patience.expiring(now, isServed);
  }

  /** What has just arrived begins a message. */
  messageBegan(): void {
    this.#patience.messageBegan(this.#clock.monotonic());
  }

  /** What was waited for too long at `now`; nothing any more once the last word is said. */
  overdue(
    now: number,
    peer: { isServed: boolean; isInMessage: boolean; isLoggedIn: boolean },
  ): Overdue | null {
    if (!this.#isOver) return this.#patience.overdue(now, peer);
    if (now - this.#overAt >= LINGER_MS) this.#socket.destroy();
    return null;
  }

  /** Says the last word and waits for the peer's; what it still sends is read and thrown away. */
  hangUp(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#overAt = this.#clock.monotonic();
    this.#socket.end();
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
