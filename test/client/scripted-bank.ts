/**
 * A transport in memory, with a bank at its other end that the test plays by hand: it sees what the
 * client sent, and answers in whatever pieces it likes.
 */
import type { LineEnd, Transport } from "../../src/client/transport.ts";
import type { Ciphers } from "../../src/protocol/ciphers.ts";
import { formatReply } from "../../src/protocol/classic-replies.ts";
import type { Reply } from "../../src/protocol/classic-replies.ts";
import {
  openEnvelope,
  parseEnvelope,
  parseRequest,
  sealReply,
} from "../../src/protocol/classic.ts";
import type { Request } from "../../src/protocol/classic.ts";
import { deriveSessionKeys } from "../../src/protocol/session-keys.ts";
import { utf8 } from "../ciphers/cipher-sets.ts";

export const MASTER_SECRET = Uint8Array.from({ length: 32 }, (_, index) => 0xff - index);

export class ScriptedBank implements Transport {
  onBytes: (bytes: Uint8Array) => void = () => {};
  onClose: (end: LineEnd) => void = () => {};
  /** What the client has sent, a message an entry. */
  readonly sent: Uint8Array[] = [];
  closed = false;
  readonly #ciphers: Ciphers;
  readonly #now: () => number;

  constructor(ciphers: Ciphers, now: () => number) {
    this.#ciphers = ciphers;
    this.#now = now;
  }

  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }

  close(): void {
    this.hangUp({ kind: "closed", detail: "closed by the client" });
  }

  hangUp(end: LineEnd = { kind: "closed", detail: "the bank hung up" }): void {
    if (this.closed) return;
    this.closed = true;
    this.onClose(end);
  }

  /** Says `bytes` in pieces of at most `size`. */
  say(bytes: Uint8Array | string, size = Number.POSITIVE_INFINITY): void {
    const all = typeof bytes === "string" ? utf8(bytes) : bytes;
    for (let at = 0; at < all.length; at += size) this.onBytes(all.slice(at, at + size));
  }

  /** The last request, opened as the bank would. */
  request(): Request {
    const envelope = parseEnvelope(this.sent.at(-1)!);
    const keys = deriveSessionKeys(this.#ciphers, MASTER_SECRET);
    return parseRequest(openEnvelope(this.#ciphers, keys, envelope, this.#seconds()).plaintext);
  }

  seal(reply: Reply): string {
    const keys = deriveSessionKeys(this.#ciphers, MASTER_SECRET);
    return sealReply(this.#ciphers, keys, formatReply(reply), this.#seconds());
  }

  #seconds(): number {
    return Math.floor(this.#now() / 1000);
  }
}

/** The client's timers, run by hand. */
export class ManualTimers {
  #timers: { ms: number; action: () => void }[] = [];

  after = (ms: number, action: () => void): (() => void) => {
    const timer = { ms, action };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((each) => each !== timer));
  };

  get waiting(): number[] {
    return this.#timers.map(({ ms }) => ms);
  }

  /** Lets every timer of exactly `ms` run out. */
  expire(ms: number): void {
    const due = this.#timers.filter((timer) => timer.ms === ms);
    this.#timers = this.#timers.filter((timer) => timer.ms !== ms);
    for (const { action } of due) action();
  }
}
