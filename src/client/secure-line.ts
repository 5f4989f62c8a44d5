/**
 * A line on which the bank proves itself first, and then both sides speak in sealed frames: the
 * client's end of docs/protocol.md, "The channel". It owns the transport and the channel's keys.
 */
import { ClientHandshake, fingerprintOf } from "../protocol/channel.ts";
import type { Channel } from "../protocol/channel.ts";
import type { Ciphers } from "../protocol/ciphers.ts";
import { ProtocolError } from "../protocol/error.ts";
import { FrameSplitter } from "../protocol/frames.ts";
import type { Greeting } from "../protocol/greeting.ts";
import { readRefusal } from "../protocol/classic-replies.ts";
import { LineLost } from "./line-lost.ts";
import { BankNotAuthentic } from "./modern-errors.ts";
import type { SessionEnd } from "./modern-errors.ts";
import type { After } from "./timers.ts";
import type { LineEnd, Transport } from "./transport.ts";

/** Who waits for the bank to prove itself: told one of the two, once. */
export interface Opening {
  /** @returns who hears what comes from now on. */
  secured(secured: Secured): Listener;
  failed(error: BankNotAuthentic | LineLost): void;
}

export interface Listener {
  /** @throws ProtocolError for what no bank says: the line ends as a breach. */
  heard(message: Uint8Array): void;
  /** Called once, and the last. */
  ended(end: SessionEnd): void;
}

export interface Secured {
  readonly greeting: Greeting;
  /** Names the session; the bank has the same. */
  readonly handshakeHash: Uint8Array;
  /** Of the key with which the bank proved itself, for people. */
  readonly fingerprint: string;
}

export interface LineTiming {
  readonly after: After;
  readonly handshakeTimeoutMs: number;
}

const NOTHING = new Uint8Array(0);

export class SecureLine {
  readonly #transport: Transport;
  readonly #handshake: ClientHandshake;
  readonly #fingerprint: string;
  readonly #opening: Opening;
  readonly #splitter = new FrameSplitter();
  readonly #timing: LineTiming;
  #cancelTimeout: () => void = () => {};
  /** From the handshake on. */
  #secured: { channel: Channel; listener: Listener } | null = null;
  /** The first piece that came, until the bank has proved itself. */
  #firstPiece: Uint8Array = NOTHING;
  #isOver = false;

  /** @throws RangeError unless the key has 32 bytes. */
  constructor(
    transport: Transport,
    { ciphers, bankPublicKey }: { ciphers: Ciphers; bankPublicKey: Uint8Array },
    opening: Opening,
    timing: LineTiming,
  ) {
    this.#transport = transport;
    this.#opening = opening;
    this.#fingerprint = fingerprintOf(ciphers, bankPublicKey);
    this.#handshake = new ClientHandshake(ciphers, bankPublicKey);
    this.#timing = timing;
    transport.onBytes = (bytes) => this.#take(bytes);
    transport.onClose = (end) => this.#closed(end);
  }

  /** Asks the bank to prove itself. */
  open(): void {
    const { after, handshakeTimeoutMs } = this.#timing;
    this.#cancelTimeout = after(handshakeTimeoutMs, () => {
      this.#cut({ kind: "closed", detail: "no handshake in time" });
    });
    this.#guarded(() => this.#transport.send(this.#handshake.first()));
  }

  /** Seals and sends. After the end it does nothing. */
  send(message: Uint8Array): void {
    if (this.#secured === null) throw new Error("the bank has not proved itself yet");
    if (!this.#isOver) this.#transport.send(this.#secured.channel.seal(message));
  }

  /** Ends the line from this side. */
  finish(end: SessionEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelTimeout();
    this.#transport.close();
    if (this.#secured !== null) this.#secured.listener.ended(end);
    else this.#opening.failed(failureOf(end));
  }

  #take(bytes: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#secured === null && this.#firstPiece.length === 0) this.#firstPiece = bytes.slice();
    this.#guarded(() => {
      for (const frame of this.#splitter.push(bytes)) {
        if (!this.#isOver) this.#takeFrame(frame);
      }
    });
  }

  #takeFrame(frame: Uint8Array): void {
    if (this.#secured !== null) {
      const { channel, listener } = this.#secured;
      return listener.heard(channel.open(frame));
    }
    const { channel, greeting } = this.#handshake.finish(frame);
    this.#cancelTimeout();
    const { handshakeHash } = channel;
    const fingerprint = this.#fingerprint;
    const listener = this.#opening.secured({ greeting, handshakeHash, fingerprint });
    this.#secured = { channel, listener };
    this.#firstPiece = NOTHING;
  }

  /** Does what a breach of the peer's may interrupt. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // A bank without room says so in clear before it knows what its client speaks. Whoever forges
      // that gains no more than by a cut.
      const refusal = this.#secured === null ? readRefusal(this.#firstPiece) : null;
      if (refusal !== null) this.#cut({ kind: "refused", detail: refusal });
      else this.finish({ type: "breach", code: error.code });
    }
  }

  #closed(line: LineEnd): void {
    if (this.#isOver) return;
    const isSilent = this.#secured === null && this.#firstPiece.length === 0;
    if (!isSilent || line.kind !== "closed") return this.#cut(line);
    this.#isOver = true;
    this.#cancelTimeout();
    this.#opening.failed(new BankNotAuthentic("hung_up", line.detail));
  }

  #cut(line: LineEnd): void {
    this.finish({ type: "cut", line });
  }
}

/** What an end before the handshake's means: nothing has been asked, so nothing is in doubt. */
function failureOf(end: SessionEnd): BankNotAuthentic | LineLost {
  switch (end.type) {
    case "breach":
      return new BankNotAuthentic("forged");
    case "cut":
      return new LineLost(end.line, false);
    case "closed_here":
    case "closed_by_bank":
      return new LineLost({ kind: "closed", detail: "closed at this end" }, false);
  }
}
