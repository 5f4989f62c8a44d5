/**
 * A connection: the socket of one peer, and the session behind it. It cuts what arrives into
 * messages and hands them on one at a time; it performs what the session wants.
 *
 * Nothing waits without a bound: unread messages pause the socket, a reply that is not read holds
 * back the next request, and `sweep` ends whoever is too slow.
 */

import type { Socket } from "node:net";
import type { ActorRef, ActorSystem } from "../actor/system.ts";
import type { RemoteActor } from "../actor/remote-actor.ts";
import { nodeCiphers } from "../ciphers/node.ts";
import { AUTHENTICATED } from "../protocol/classic.ts";
import { ProtocolError, type ProtocolErrorCode } from "../protocol/error.ts";
import { ObjectSplitter } from "../protocol/object-splitter.ts";
import type { SealingResult } from "../protocol/sealing.ts";
import { MASTER_SECRET_BYTES } from "../protocol/session-keys.ts";
import type { LedgerReply, LedgerRequest } from "../workers/ledger.ts";
import type { CryptoPool } from "./crypto-pool.ts";
import type { Log } from "./log.ts";
import { initialState, sessionTransition, type Effect, type Message } from "./session.ts";
import { deriveSecrets, type SessionCrypto, type SessionSecrets } from "./session-crypto.ts";

/**
 * The original's client reads `Authenticated` with one `recv` and the secret with the next, and
 * fails if they arrive together; so the secret waits this long.
 */
const SECRET_DELAY_MS = 50;
/** Messages that have arrived and wait; past it the socket is paused. */
const QUEUE_MAX = 64;
/** After the last word, how long the peer may take to hang up as well. */
const LINGER_MS = 2_000;
const LEDGER_MS_MAX = 10_000;

export type ConnectionLimits = {
  /** A message must be whole this long after its first byte. */
  messageMs: number;
  /** A peer must send its next message within this time, before it has logged in … */
  loginMs: number;
  /** … and after. */
  idleMs: number;
  /** A peer must read its replies within this time. */
  readerMs: number;
};

/** What a connection needs of the bank around it. */
export type ConnectionContext = {
  system: ActorSystem;
  ledger: RemoteActor<LedgerRequest, LedgerReply>;
  pool: CryptoPool;
  crypto: SessionCrypto;
  log: Log;
  limits: ConnectionLimits;
  now: () => number;
};

export class Connection {
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  readonly #peer: string;
  readonly #session: ActorRef<Message>;
  readonly #onClosed: () => void;
  readonly #splitter = new ObjectSplitter();
  #queue: (Uint8Array | { broken: ProtocolErrorCode })[] = [];
  #secrets: SessionSecrets | null = null;
  /** The session has a request in hand. */
  #isBusy = false;
  #isDraining = false;
  /** The stream has lost its place: nothing that follows can be a message. */
  #isBroken = false;
  #peerHasEnded = false;
  /** The last word is said, or the socket is gone: nothing is read and nothing written any more. */
  #isOver = false;
  #heardAt: number;
  #messageBegunAt = 0;
  /** Since when replies have been waiting to be read; 0 while they are not. */
  #unreadSince = 0;
  #overAt = 0;

  constructor(socket: Socket, context: ConnectionContext, onClosed: () => void) {
    this.#socket = socket;
    this.#context = context;
    this.#onClosed = onClosed;
    this.#heardAt = context.now();
    const terminal = socket.remoteAddress ?? "unknown";
    this.#peer = `${terminal}:${socket.remotePort}`;
    this.#session = context.system.spawn({
      name: `session ${this.#peer}`,
      initial: initialState,
      transition: sessionTransition(terminal),
      perform: (effect) => this.#perform(effect),
    });
    context.system.watch(this.#session, ({ reason, error }) => {
      if (reason === "crashed") this.#sessionCrashed(error);
    });
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("end", () => this.#peerEnded());
    socket.on("drain", () => this.#drained());
    socket.on("error", () => undefined); // 'close' follows, and says all that matters.
    socket.on("close", () => this.#closed());
    context.log.write({ type: "connected", peer: this.#peer });
  }

  /** Takes no more requests; the one in hand is still answered. */
  drain(): void {
    this.#isDraining = true;
    this.#next();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Ends what has taken too long. Called about once a second for every connection. */
  sweep(now: number): void {
    const { messageMs, loginMs, idleMs, readerMs } = this.#context.limits;
    if (this.#isOver) {
      if (now - this.#overAt >= LINGER_MS) this.#socket.destroy();
      return;
    }
    if (this.#unreadSince > 0 && now - this.#unreadSince >= readerMs) {
      this.#timedOut("reader");
      this.#socket.destroy();
      return;
    }
    if (this.#isBusy || this.#unreadSince > 0) return;
    if (this.#splitter.partial && now - this.#messageBegunAt >= messageMs) {
      this.#timedOut("message");
    } else if (this.#secrets === null && now - this.#heardAt >= loginMs) {
      this.#timedOut("login");
    } else if (now - this.#heardAt >= idleMs) {
      this.#timedOut("request");
    }
  }

  #timedOut(waitingFor: "message" | "login" | "request" | "reader"): void {
    this.#session.cast({ type: "timed_out", waitingFor });
  }

  #receive(chunk: Uint8Array): void {
    if (this.#isOver || this.#isDraining || this.#isBroken) return;
    const goesOn = this.#splitter.partial;
    const queued = this.#queue.length;
    try {
      for (const object of this.#splitter.push(chunk)) this.#queue.push(object);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#queue.push({ broken: error.code });
      this.#isBroken = true;
    }
    if (!goesOn || this.#queue.length > queued) this.#messageBegunAt = this.#context.now();
    if (this.#isBroken || this.#queue.length > QUEUE_MAX) this.#socket.pause();
    this.#next();
  }

  /** Hands the session its next message, if it is free to take one and there is one. */
  #next(): void {
    if (this.#isBusy || this.#isOver || this.#unreadSince > 0) return;
    if (this.#isDraining) {
      this.#hangUp();
      return;
    }
    const next = this.#queue.shift();
    if (next === undefined) {
      if (this.#peerHasEnded) this.#hangUp();
      return;
    }
    this.#isBusy = true;
    this.#heardAt = this.#context.now();
    if ("broken" in next) {
      this.#session.cast({ type: "broken", code: next.broken });
      return;
    }
    if (this.#queue.length <= QUEUE_MAX / 2 && !this.#isBroken) this.#socket.resume();
    this.#session.cast({ type: "received", bytes: next, nowSeconds: this.#nowSeconds() });
  }

  #perform(effect: Effect): void {
    const { pool, log, crypto } = this.#context;
    switch (effect.type) {
      case "take_turn":
        this.#tell({ type: "turn", granted: pool.takeTurn() });
        return;
      case "end_turn":
        pool.endTurn();
        return;
      case "hash_password":
        this.#await(pool.hashPassword(effect.password), (hash) => ({
          ...{ type: "password_hashed", hash },
        }));
        return;
      case "check_password":
        this.#await(pool.checkPassword(effect.password, effect.hash), (valid) => ({
          ...{ type: "password_checked", valid },
        }));
        return;
      case "ask_ledger":
        this.#askLedger(effect);
        return;
      case "open":
        this.#withSealing(
          crypto.perform(this.#requireSecrets(), {
            ...{ type: "open", envelope: effect.envelope, nowSeconds: this.#nowSeconds() },
          }),
          (result) => this.#tell({ type: "opened", result, nowSeconds: this.#nowSeconds() }),
        );
        return;
      case "start_sealing":
        this.#startSealing();
        return;
      case "reply":
        this.#reply(effect);
        return;
      case "hang_up":
        this.#hangUp();
        return;
      case "note":
        this.#note(effect);
        return;
      case "report":
        log.write({ ...effect, type: "reported", peer: this.#peer });
    }
  }

  #tell(message: Message): void {
    this.#session.cast(message);
  }

  #await<T>(work: Promise<T>, messageOf: (result: T) => Message): void {
    work.then(
      (result) => this.#tell(messageOf(result)),
      () => this.#tell({ type: "password_failed" }),
    );
  }

  #askLedger({ command, who }: Effect & { type: "ask_ledger" }): void {
    const request: LedgerRequest = { type: "command", command, who, origin: this.#peer };
    void this.#context.ledger.call(request, LEDGER_MS_MAX).then((answer) => {
      this.#tell({ type: "answered", answer });
    });
  }

  #note({ who, action, outcome }: Effect & { type: "note" }): void {
    const subject = who ?? this.#peer;
    this.#context.ledger.cast({ type: "note", who: subject, action, outcome, origin: this.#peer });
    this.#context.log.write({ type: "reported", peer: this.#peer, action, who: subject, outcome });
  }

  #withSealing(
    result: SealingResult | Promise<SealingResult>,
    use: (result: SealingResult) => void,
  ): void {
    if (!(result instanceof Promise)) use(result);
    else result.then(use, (error: unknown) => this.#sessionCrashed(error));
  }

  #startSealing(): void {
    const masterSecret = nodeCiphers.randomBytes(MASTER_SECRET_BYTES);
    this.#secrets = deriveSecrets(masterSecret);
    this.#write(AUTHENTICATED);
    setTimeout(() => this.#replied(masterSecret, false), SECRET_DELAY_MS);
  }

  #reply({ text, sealed, hangUp }: Effect & { type: "reply" }): void {
    if (!sealed) {
      this.#replied(text, hangUp);
      return;
    }
    const task = { type: "seal", text, nowSeconds: this.#nowSeconds() } as const;
    this.#withSealing(this.#context.crypto.perform(this.#requireSecrets(), task), (result) => {
      if (result.type !== "sealed") throw new Error("a sealing task was not sealed");
      this.#replied(result.token, hangUp);
    });
  }

  /** The request in hand has its answer: the last part of it is written here. */
  #replied(last: string | Uint8Array, hangUp: boolean): void {
    this.#isBusy = false;
    this.#heardAt = this.#context.now();
    this.#write(last);
    if (this.#isOver) this.#session.stop();
    else if (hangUp) this.#hangUp();
    else this.#next();
  }

  #write(data: string | Uint8Array): void {
    if (this.#isOver || this.#socket.destroyed) return;
    if (!this.#socket.write(data)) this.#unreadSince = this.#context.now();
  }

  #drained(): void {
    this.#unreadSince = 0;
    this.#next();
  }

  /** Says the last word and waits for the peer's; what it still sends is read and thrown away. */
  #hangUp(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#overAt = this.#context.now();
    this.#queue = [];
    this.#socket.end();
    this.#socket.resume();
    this.#session.stop();
  }

  #peerEnded(): void {
    this.#peerHasEnded = true;
    this.#next();
  }

  #closed(): void {
    this.#isOver = true;
    this.#queue = [];
    this.#context.log.write({ type: "disconnected", peer: this.#peer });
    // A request in hand runs to its end, so that no login stays half counted; then nobody is left.
    if (!this.#isBusy) this.#session.stop();
    this.#onClosed();
  }

  #sessionCrashed(error: unknown): void {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#context.log.write({ type: "alarm", message: `a session failed: ${detail}` });
    this.#socket.destroy();
  }

  #requireSecrets(): SessionSecrets {
    if (this.#secrets === null) throw new Error("nobody is logged in on this connection");
    return this.#secrets;
  }

  #nowSeconds(): number {
    return Math.floor(this.#context.now() / 1_000);
  }
}
