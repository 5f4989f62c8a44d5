/**
 * A line that speaks the classic protocol, one request at a time. Requests are sealed before a run,
 * and a reply is taken as it comes and read after it, by the protocol's own functions.
 */

import type { Socket } from "node:net";
import { ZERO, type Cents } from "../../src/bank/money.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { encodeHello, openReply, sealRequest, type Request } from "../../src/protocol/classic.ts";
import { readLogInReply } from "../../src/protocol/reply-reader.ts";
import { deriveSessionKeys, type SessionKeys } from "../../src/protocol/session-keys.ts";
import { UnexpectedReply, type Line, type LineEvents, type User } from "./line.ts";
import type { Mix } from "./mix.ts";
import { RequestStock } from "./request-stock.ts";
import { openSocket, type Target } from "./socket.ts";

/** A token of a text of 1 to 16 bytes, and each further block, before base64. */
const TOKEN_BYTES = 73;
const BLOCK_BYTES = 16;
const REPLY_BYTES_MAX = 4_096;

const decoder = new TextDecoder();

export class ClassicLine implements Line {
  readonly #events: LineEvents;
  readonly #stock: RequestStock;
  #socket: Socket | null = null;
  #keys: SessionKeys | null = null;
  #isClosing = false;
  /** What has come of a reply, and how to take it. */
  #pending: Uint8Array = new Uint8Array(0);
  #take: (bytes: Uint8Array) => void = (bytes) => this.#takeReply(bytes);
  #usedAtSeconds = 0;

  private constructor(events: LineEvents, mix: Mix) {
    this.#events = events;
    this.#stock = new RequestStock((amount) => this.#seal(amount), mix);
  }

  /** Connects and logs in. @throws Error if the bank does not let the user in. */
  static async open(
    target: Target,
    user: User,
    events: LineEvents,
    mix: Mix,
  ): Promise<ClassicLine> {
    const line = new ClassicLine(events, mix);
    const lost = Promise.withResolvers<never>();
    lost.promise.catch(() => undefined); // Heard below while it matters.
    const onLost = (reason: string): void => {
      lost.reject(new Error(`the line was lost: ${reason}`));
      if (!line.#isClosing) events.onLost(reason);
    };
    line.#socket = await openSocket(target, (bytes) => line.#take(bytes), onLost);
    await Promise.race([line.#logIn(user), lost.promise]);
    return line;
  }

  stock(requests: number): void {
    this.#stock.clear(); // A token lives for a minute: what the last run has left may be too old.
    this.#stock.fill(requests);
  }

  send(): Cents {
    return this.#stock.take(this.#write);
  }

  flush(): void {} // A request is alone on the line, and has left.

  balanceIn(reply: Uint8Array, amount: Cents): number {
    // A token lives for a minute, so its age is judged by when the line was last used.
    const opened = openReply(this.#keys!, decoder.decode(reply), this.#usedAtSeconds).reply;
    const isAnswer =
      amount === ZERO
        ? opened.type === "balance"
        : opened.type === "deposited" && opened.amount === amount;
    if (isAnswer && "balance" in opened) return opened.balance;
    throw new UnexpectedReply(`the bank said: ${JSON.stringify(opened)}`);
  }

  close(): void {
    this.#isClosing = true;
    this.#socket?.destroy();
  }

  readonly #write = (message: Uint8Array): void => void this.#socket!.write(message);

  #seal(amount: Cents): Uint8Array {
    const request: Request =
      amount === ZERO ? { action: "balance" } : { action: "deposit", amount };
    return sealRequest(nodeCiphers, this.#keys!, request, Math.floor(Date.now() / 1_000));
  }

  #logIn({ name, password }: User): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#take = (bytes) => {
        this.#pending = Buffer.concat([this.#pending, bytes]);
        const reply = readLogInReply(this.#pending, false);
        if (reply === null) return;
        if (reply.type !== "authenticated") {
          reject(new Error(`${name} was not let in: ${JSON.stringify(reply)}`));
          return;
        }
        this.#keys = deriveSessionKeys(nodeCiphers, reply.masterSecret);
        this.#pending = new Uint8Array(0);
        this.#take = (chunk) => this.#takeReply(chunk);
        resolve();
      };
      this.#socket!.write(encodeHello({ action: "login", username: name, password }));
    });
  }

  // A token does not say how long it is, but has one of a few lengths. A piece of a longer one that
  // has such a length too does not open, and so fails the run.
  #takeReply(bytes: Uint8Array): void {
    let reply = bytes;
    if (this.#pending.length > 0) {
      reply = Buffer.concat([this.#pending, bytes]);
      this.#pending = new Uint8Array(0);
    }
    if (!isTokenLength(reply.length)) {
      if (reply.length > REPLY_BYTES_MAX) throw new UnexpectedReply("a reply has no end");
      this.#pending = Uint8Array.from(reply);
      return;
    }
    this.#usedAtSeconds = Math.floor(Date.now() / 1_000);
    this.#events.onReply(0, reply);
  }
}

/** Base64 turns each 3 bytes, or what is left of them, into 4 characters. */
function isTokenLength(length: number): boolean {
  if (length % 4 !== 0) return false;
  const bytesMax = (length / 4) * 3;
  const over = (bytesMax - TOKEN_BYTES) % BLOCK_BYTES;
  return bytesMax >= TOKEN_BYTES && over <= 2;
}
