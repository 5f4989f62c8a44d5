/**
 * A client of the classic protocol, over any transport: sign up, log in, move money. It keeps the
 * session's keys, has one request on the line at a time, and never sends one twice: after a lost
 * line only the books know what happened.
 */
import type { Cents } from "../bank/money.ts";
import { formatReply, readRefusal } from "../protocol/classic-replies.ts";
import type { Reply } from "../protocol/classic-replies.ts";
import { encodeHello, sealRequest } from "../protocol/classic.ts";
import type { Hello, Request } from "../protocol/classic.ts";
import type { Ciphers } from "../protocol/ciphers.ts";
import { ProtocolError } from "../protocol/error.ts";
import { readLogInReply, readSealedReply, readSignUpReply } from "../protocol/reply-reader.ts";
import type { Refused, SignUpReply } from "../protocol/reply-reader.ts";
import { SeenTokens } from "../protocol/seen-tokens.ts";
import { deriveSessionKeys } from "../protocol/session-keys.ts";
import type { SessionKeys } from "../protocol/session-keys.ts";
import { LineLost } from "./line-lost.ts";
import { afterTimeout } from "./timers.ts";
import type { After } from "./timers.ts";
import type { LineEnd, Transport } from "./transport.ts";

const REPLY_TIMEOUT_MS = 30_000;

/**
 * After so long without a byte, a refusal in words that this client does not know is taken as
 * complete.
 */
export const QUIET_MS = 100;

/** Far above any reply's token, which is below 300 characters for the longest texts of today. */
const REPLY_BYTES_MAX = 4096;

export interface ClassicClientOptions {
  /** Milliseconds since 1970, to date requests and judge the age of replies. */
  now?: () => number;
  /** A login waits in line for a password check, so this is far above a round trip. */
  replyTimeoutMs?: number;
  after?: After;
}

export type SignUpResult = SignUpReply;
export type LogInResult = { type: "authenticated" } | { type: "authentication_failed" } | Refused;

/** The request that is on the line. */
interface Pending {
  readonly inDoubt: boolean;
  /**
   * Looks at what has arrived and settles if it is the whole reply.
   * @throws ProtocolError if it can be none.
   */
  readonly read: (received: Uint8Array, quiet: boolean) => boolean;
  readonly reject: (error: LineLost) => void;
  readonly cancelTimeout: () => void;
}

type Read<T> = (received: Uint8Array, quiet: boolean) => T | null;

const NOTHING = new Uint8Array(0);

export class ClassicClient {
  readonly #transport: Transport;
  readonly #ciphers: Ciphers;
  readonly #now: () => number;
  readonly #after: After;
  readonly #replyTimeoutMs: number;
  readonly #seen = new SeenTokens();
  #keys: SessionKeys | null = null;
  #received: Uint8Array = NOTHING;
  #pending: Pending | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #end: LineEnd | null = null;
  #cancelQuiet: () => void = () => {};

  constructor(transport: Transport, ciphers: Ciphers, options: ClassicClientOptions = {}) {
    this.#transport = transport;
    this.#ciphers = ciphers;
    this.#now = options.now ?? Date.now;
    this.#after = options.after ?? afterTimeout;
    this.#replyTimeoutMs = options.replyTimeoutMs ?? REPLY_TIMEOUT_MS;
    transport.onBytes = (bytes) => this.#take(bytes);
    transport.onClose = (end) => this.#closed(end);
  }

  /** @throws LineLost */
  signUp(username: string, password: string): Promise<SignUpResult> {
    return this.#greet({ action: "signup", username, password }, readSignUpReply);
  }

  /** Both sides have the session's keys when this gives `authenticated`. @throws LineLost */
  logIn(username: string, password: string): Promise<LogInResult> {
    return this.#greet<LogInResult>({ action: "login", username, password }, (received, quiet) => {
      const reply = readLogInReply(received, quiet);
      if (reply?.type !== "authenticated") return reply;
      this.#keys = deriveSessionKeys(this.#ciphers, reply.masterSecret);
      return { type: "authenticated" };
    });
  }

  /** @throws LineLost; RangeError for an amount with cents. */
  deposit(amount: Cents): Promise<Reply> {
    return this.#request({ action: "deposit", amount });
  }

  /** @throws LineLost; RangeError for an amount with cents. */
  withdraw(amount: Cents): Promise<Reply> {
    return this.#request({ action: "withdraw", amount });
  }

  /** @throws LineLost */
  balance(): Promise<Reply> {
    return this.#request({ action: "balance" });
  }

  /** Whoever still waits gets a LineLost. */
  close(): void {
    this.#lose("the line was closed at this end");
  }

  #greet<T>(hello: Hello, read: Read<T>): Promise<T> {
    const encode = (): Uint8Array => {
      if (this.#keys !== null) throw new Error("this line has a session already");
      return encodeHello(hello);
    };
    return this.#exchange(encode, read, false);
  }

  #request(request: Request): Promise<Reply> {
    return this.#exchange(
      () => sealRequest(this.#ciphers, this.#sessionKeys(), request, this.#nowSeconds()),
      (received) => readSealedReply(this.#sessionKeys(), this.#seen, received, this.#nowSeconds()),
      request.action !== "balance",
    );
  }

  /** Takes its turn on the line, sends, and waits until `read` finds a whole reply. */
  #exchange<T>(encode: () => Uint8Array, read: Read<T>, inDoubt: boolean): Promise<T> {
    const result = this.#turn.then(() => this.#send(encode, read, inDoubt));
    this.#turn = result.catch(() => undefined); // However it ends, the next may go.
    return result;
  }

  #send<T>(encode: () => Uint8Array, read: Read<T>, inDoubt: boolean): Promise<T> {
    if (this.#end !== null) throw new LineLost(this.#end, false);
    const bytes = encode();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#pending = {
      inDoubt,
      reject,
      read: (received, quiet) => {
        const reply = read(received, quiet);
        if (reply !== null) resolve(reply);
        return reply !== null;
      },
      cancelTimeout: this.#after(this.#replyTimeoutMs, () => this.#lose("no reply in time")),
    };
    this.#transport.send(bytes);
    // A bank that is full says so before it is asked.
    if (this.#received.length > 0) this.#read(false);
    return promise;
  }

  #take(bytes: Uint8Array): void {
    if (this.#end !== null) return;
    if (this.#received.length + bytes.length > REPLY_BYTES_MAX) {
      this.#lose("the bank's reply is too long");
      return;
    }
    this.#received = joined(this.#received, bytes);
    if (this.#pending !== null) this.#read(false);
    else if (this.#keys !== null) this.#hearUnasked(this.#keys);
  }

  #read(quiet: boolean): void {
    const pending = this.#pending;
    if (pending === null) return;
    this.#cancelQuiet();
    try {
      if (pending.read(this.#received, quiet)) {
        this.#received = NOTHING;
        this.#pending = null;
        pending.cancelTimeout();
      } else if (!quiet && this.#keys === null) {
        this.#cancelQuiet = this.#after(QUIET_MS, () => this.#read(true));
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#lose(error.message);
    }
  }

  /**
   * Unasked, a bank only says why it ends the session. Never is that the answer to a later request.
   */
  #hearUnasked(keys: SessionKeys): void {
    try {
      const reply = readSealedReply(keys, this.#seen, this.#received, this.#nowSeconds());
      if (reply === null) return;
      this.#finish({ kind: "refused", detail: formatReply(reply) });
      this.#transport.close();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#lose(error.message);
    }
  }

  #closed(end: LineEnd): void {
    if (this.#end !== null) return;
    const refusal = this.#keys === null ? readRefusal(this.#received) : null;
    if (refusal !== null) this.#read(true); // Its text ends where the line does.
    this.#finish(refusal === null ? end : { kind: "refused", detail: refusal });
  }

  /** This end gives the line up. */
  #lose(detail: string): void {
    this.#finish({ kind: "closed", detail });
    this.#transport.close();
  }

  #finish(end: LineEnd): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#cancelQuiet();
    this.#pending?.cancelTimeout();
    this.#pending?.reject(new LineLost(end, this.#pending.inDoubt));
    this.#pending = null;
  }

  #sessionKeys(): SessionKeys {
    if (this.#keys === null) throw new Error("log in first");
    return this.#keys;
  }

  #nowSeconds(): number {
    return Math.floor(this.#now() / 1000);
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail;
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
