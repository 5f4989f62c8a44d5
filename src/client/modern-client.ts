/**
 * A client of the modern protocol on one line, over any transport: proves the bank, then asks and
 * is answered, many requests at a time. It does not reconnect; `ModernSession` does.
 */
import type { Cents } from "../bank/money.ts";
import type { Ciphers } from "../protocol/ciphers.ts";
import { CUSTOMER_CODECS } from "../protocol/customer-codecs.ts";
import { ProtocolError } from "../protocol/error.ts";
import { PLAINTEXT_BYTES_MAX } from "../protocol/frames.ts";
import type { Greeting } from "../protocol/greeting.ts";
import type { MethodCodec } from "../protocol/method-codecs.ts";
import { HISTORY_LIMIT } from "../protocol/methods.ts";
import type { CustomerMethod, Method, Params, Result } from "../protocol/methods.ts";
import { encodeCall, parseReply, parseResult } from "../protocol/modern.ts";
import type { Reply } from "../protocol/modern.ts";
import type { Notification } from "../protocol/notifications.ts";
import type { RpcId } from "../protocol/rpc-error.ts";
import type { Json } from "../protocol/strict-json.ts";
import { LineLost } from "./line-lost.ts";
import { Refused } from "./modern-errors.ts";
import type { SessionEnd } from "./modern-errors.ts";
import { SecureLine } from "./secure-line.ts";
import type { Listener, Secured } from "./secure-line.ts";
import { afterTimeout } from "./timers.ts";
import type { After } from "./timers.ts";
import type { LineEnd, Transport } from "./transport.ts";

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** A login waits in line for a password check, so this is far above a round trip. */
const REPLY_TIMEOUT_MS = 30_000;

export type Dial = () => Transport | Promise<Transport>;

export interface ModernClientOptions {
  /** Called with each notification but `session.closed`, which is an end. */
  readonly onNotification?: (notification: News) => void;
  /** Called once, however the session ends; after it every call is refused with `LineLost`. */
  readonly onEnd?: (end: SessionEnd) => void;
  readonly handshakeTimeoutMs?: number;
  /** A bank that leaves a call without an answer for so long is given up, and the line too. */
  readonly replyTimeoutMs?: number;
  readonly after?: After;
}

/** What a bank says unasked while the session lasts. */
export type News = Exclude<Notification, { method: "session.closed" }>;

export interface TransferWish {
  readonly to: string;
  readonly amount: Cents;
  readonly memo?: string;
}

export interface HistoryWish {
  /** Entries older than the one of this id: the `next` of the page before. */
  readonly before?: string;
  /** Entries from this time back, ISO 8601 in UTC with milliseconds. */
  readonly until?: string;
  /** 1 to 100; 20 unless told. */
  readonly limit?: number;
}

/** Methods that change something: without its answer, nobody knows whether one was done. */
export const CUSTOMER_CHANGES: ReadonlySet<Method> = new Set<CustomerMethod>([
  "auth.signUp",
  "auth.changePassword",
  "auth.enrolFactor",
  "auth.removeFactor",
  "account.deposit",
  "account.withdraw",
  "account.transfer",
]);

/** What a client has to know of a method to ask for it. */
export interface Asked<M extends Method> {
  readonly method: M;
  readonly codec: MethodCodec<M>;
  readonly isChange: boolean;
}

/** A call from the moment it is made until it is settled. */
interface Pending {
  readonly id: RpcId;
  readonly message: Uint8Array;
  readonly isChange: boolean;
  /** @throws ProtocolError for a result that is none of this method. */
  readonly resolve: (result: Json) => void;
  readonly reject: (error: Refused | LineLost) => void;
  cancelTimeout: () => void;
}

/** Every call rejects with `Refused`, or with `LineLost` if its answer can come no more. */
export class ModernClient {
  readonly greeting: Greeting;
  /** Names this session, and no other: 32 bytes that the bank has too. */
  readonly handshakeHash: Uint8Array;
  /** Of the bank's key, as people compare it. */
  readonly fingerprint: string;
  readonly #line: SecureLine;
  readonly #options: ModernClientOptions;
  readonly #after: After;
  /** Sent and not answered, by id. */
  readonly #inFlight = new Map<RpcId, Pending>();
  /** Calls that wait for one of those in flight to be answered. */
  #waiting: Pending[] = [];
  #lastId = 0;
  #end: SessionEnd | null = null;

  /**
   * Dials, and resolves when the bank has proved itself.
   * @param bankPublicKey The key that this client pins, 32 bytes.
   * @throws BankNotAuthentic, LineLost; RangeError for a key of another length.
   */
  static connect(
    dial: Dial,
    ciphers: Ciphers,
    bankPublicKey: Uint8Array,
    options: ModernClientOptions = {},
  ): Promise<ModernClient> {
    const keys = { ciphers, bankPublicKey };
    return ModernClient.open(dial, keys, options, (line, secured) => {
      return new ModernClient(line, secured, options);
    });
  }

  /** `connect`, for those who make a client of their own kind of the line. */
  protected static async open<Client extends ModernClient>(
    dial: Dial,
    keys: { readonly ciphers: Ciphers; readonly bankPublicKey: Uint8Array },
    options: ModernClientOptions,
    make: (line: SecureLine, secured: Secured) => Client,
  ): Promise<Client> {
    const transport = await dial();
    const { promise, resolve, reject } = Promise.withResolvers<Client>();
    const secured = (how: Secured): Listener => {
      const client = make(line, how);
      resolve(client);
      return {
        heard: (message) => client.#heard(message),
        ended: (end) => client.#ended(end),
      };
    };
    const opening = { secured, failed: reject };
    const timing = {
      after: options.after ?? afterTimeout,
      handshakeTimeoutMs: options.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS,
    };
    const line = new SecureLine(transport, keys, opening, timing);
    line.open();
    return promise;
  }

  protected constructor(line: SecureLine, secured: Secured, options: ModernClientOptions) {
    this.#line = line;
    this.greeting = secured.greeting;
    this.handshakeHash = secured.handshakeHash;
    this.fingerprint = secured.fingerprint;
    this.#options = options;
    this.#after = options.after ?? afterTimeout;
  }

  /** How the session ended; null while it lasts. */
  get end(): SessionEnd | null {
    return this.#end;
  }

  signUp(username: string, password: string): Promise<Result<"auth.signUp">> {
    return this.call("auth.signUp", { username, password });
  }

  logIn(username: string, password: string, code?: string): Promise<Result<"auth.login">> {
    return this.call("auth.login", { username, password, ...(code !== undefined && { code }) });
  }

  /** The bank ends the session after its answer. */
  async logOut(): Promise<void> {
    await this.call("auth.logout", {});
  }

  /** Ends all sessions of the account, this one too. */
  async logOutEverywhere(): Promise<void> {
    await this.call("auth.logoutEverywhere", {});
  }

  /** For some minutes, large sums may then be moved in this session. */
  confirm(password: string, code?: string): Promise<Result<"auth.confirm">> {
    return this.call("auth.confirm", { password, ...(code !== undefined && { code }) });
  }

  sessions(): Promise<Result<"session.list">> {
    return this.call("session.list", {});
  }

  async endSession(session: string): Promise<void> {
    await this.call("session.end", { session });
  }

  async changePassword(oldPassword: string, newPassword: string, code?: string): Promise<void> {
    const params = { oldPassword, newPassword, ...(code !== undefined && { code }) };
    await this.call("auth.changePassword", params);
  }

  beginFactor(password: string): Promise<Result<"auth.beginFactor">> {
    return this.call("auth.beginFactor", { password });
  }

  enrolFactor(code: string): Promise<Result<"auth.enrolFactor">> {
    return this.call("auth.enrolFactor", { code });
  }

  async removeFactor(password: string, code: string): Promise<void> {
    await this.call("auth.removeFactor", { password, code });
  }

  balance(): Promise<Result<"account.balance">> {
    return this.call("account.balance", {});
  }

  deposit(amount: Cents, idempotencyKey: string): Promise<Result<"account.deposit">> {
    return this.call("account.deposit", { amount, idempotencyKey });
  }

  withdraw(amount: Cents, idempotencyKey: string): Promise<Result<"account.withdraw">> {
    return this.call("account.withdraw", { amount, idempotencyKey });
  }

  transfer(wish: TransferWish, idempotencyKey: string): Promise<Result<"account.transfer">> {
    return this.call("account.transfer", { ...wish, idempotencyKey });
  }

  history(wish: HistoryWish = {}): Promise<Result<"account.history">> {
    return this.call("account.history", { limit: HISTORY_LIMIT, ...wish });
  }

  sessionInfo(): Promise<Result<"session.info">> {
    return this.call("session.info", {});
  }

  /** Any method of customers; those above are its names. @throws as `ask`. */
  call<M extends CustomerMethod>(method: M, params: Params<M>): Promise<Result<M>> {
    const isChange = CUSTOMER_CHANGES.has(method);
    return this.ask({ method, codec: CUSTOMER_CODECS[method], isChange }, params);
  }

  /** @throws RangeError for what no frame can hold. */
  protected ask<M extends Method>(
    { method, codec, isChange }: Asked<M>,
    params: Params<M>,
  ): Promise<Result<M>> {
    const { promise, resolve, reject } = Promise.withResolvers<Result<M>>();
    const id = (this.#lastId += 1);
    const message = encodeCall(id, { method, params }, codec);
    if (message.length > PLAINTEXT_BYTES_MAX) throw new RangeError("too long for one frame");
    const pending: Pending = {
      id,
      message,
      isChange,
      resolve: (result) => resolve(parseResult(codec, result)),
      reject,
      cancelTimeout: () => {},
    };
    if (this.#end !== null) reject(new LineLost(lineEndOf(this.#end), false));
    else this.#waiting.push(pending);
    this.#sendWaiting();
    return promise;
  }

  /** Whoever still waits gets a `LineLost`. */
  close(): void {
    this.#line.finish({ type: "closed_here" });
  }

  #sendWaiting(): void {
    const room = this.greeting.limits.requestsInFlight - this.#inFlight.size;
    for (const pending of this.#waiting.splice(0, Math.max(0, room))) this.#send(pending);
  }

  #send(pending: Pending): void {
    pending.cancelTimeout = this.#after(this.#options.replyTimeoutMs ?? REPLY_TIMEOUT_MS, () => {
      this.#line.finish({ type: "cut", line: { kind: "closed", detail: "no reply in time" } });
    });
    this.#inFlight.set(pending.id, pending);
    this.#line.send(pending.message);
  }

  #heard(message: Uint8Array): void {
    const reply = parseReply(message);
    switch (reply.type) {
      case "result":
      case "error":
        return this.#settle(reply);
      case "notification":
        return this.#notified(reply.notification);
      case "unknown_notification":
        return; // A newer bank's.
    }
  }

  #settle(reply: Reply & { type: "result" | "error" }): void {
    // An error without an id is about none of our requests, for all of those can be read.
    const pending = reply.id === null ? undefined : this.#inFlight.get(reply.id);
    if (reply.id === null || pending === undefined) throw new ProtocolError("bad_reply");
    if (reply.type === "result") pending.resolve(reply.result);
    else pending.reject(new Refused(reply.kind, reply.reason, reply.charsMin));
    this.#inFlight.delete(reply.id);
    pending.cancelTimeout();
    this.#sendWaiting();
  }

  #notified(notification: Notification): void {
    if (notification.method !== "session.closed") {
      this.#options.onNotification?.(notification);
      return;
    }
    this.#line.finish({ type: "closed_by_bank", reason: notification.params.reason });
  }

  #ended(end: SessionEnd): void {
    this.#end = end;
    const line = lineEndOf(end);
    const sent = [...this.#inFlight.values()];
    this.#inFlight.clear();
    const unsent = this.#waiting.splice(0);
    for (const pending of sent) {
      pending.cancelTimeout();
      pending.reject(new LineLost(line, pending.isChange));
    }
    for (const pending of unsent) pending.reject(new LineLost(line, false));
    this.#options.onEnd?.(end);
  }
}

function lineEndOf(end: SessionEnd): LineEnd {
  switch (end.type) {
    case "closed_by_bank":
      return { kind: "closed", detail: `the bank ended the session: ${end.reason}` };
    case "closed_here":
      return { kind: "closed", detail: "the line was closed at this end" };
    case "cut":
      return end.line;
    case "breach":
      return { kind: "closed", detail: `somebody meddled with the line: ${end.code}` };
  }
}
