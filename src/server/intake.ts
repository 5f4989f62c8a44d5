/**
 * The intake of a line: what arrives, cut into messages that wait in their order until they are
 * taken up. It is bounded: past that the line is paused, until half of what waited is taken.
 */

import { ProtocolError } from "../protocol/error.ts";
import type { Line } from "./line.ts";

/** Messages that have arrived and wait; past it the line is paused. */
export const WAITING_MAX = 64;

/** What cuts a stream into messages. */
export interface Splitter {
  /** Whether a message has begun and not ended. */
  readonly partial: boolean;
  /** @throws ProtocolError once the place in the stream is lost. */
  push(chunk: Uint8Array): Iterable<Uint8Array>;
}

export class Intake {
  readonly #line: Pick<Line, "pause" | "resume" | "messageBegan">;
  readonly #splitter: Splitter;
  #waiting: (Uint8Array | ProtocolError)[] = [];
  /** The stream has lost its place: nothing that follows can be a message. */
  #isBroken = false;

  constructor(line: Pick<Line, "pause" | "resume" | "messageBegan">, splitter: Splitter) {
    this.#line = line;
    this.#splitter = splitter;
  }

  /** A message has begun and not ended. */
  get isInMessage(): boolean {
    return this.#splitter.partial;
  }

  push(chunk: Uint8Array): void {
    if (this.#isBroken) return;
    const goesOn = this.#splitter.partial;
    const waited = this.#waiting.length;
    try {
      for (const message of this.#splitter.push(chunk)) this.#waiting.push(message);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#waiting.push(error);
      this.#isBroken = true;
    }
    if (!goesOn || this.#waiting.length > waited) this.#line.messageBegan();
    if (this.#isBroken || this.#waiting.length > WAITING_MAX) this.#line.pause();
  }

  /** The next message; or what broke the stream behind the last one; or null if none waits. */
  take(): Uint8Array | ProtocolError | null {
    const next = this.#waiting.shift() ?? null;
    if (this.#waiting.length <= WAITING_MAX / 2 && !this.#isBroken) this.#line.resume();
    return next;
  }

  /** Throws away what waits. */
  clear(): void {
    this.#waiting = [];
  }

  /** The same, and whatever still comes: a message was not what its place in the stream demands. */
  close(): void {
    this.#isBroken = true;
    this.clear();
  }
}
