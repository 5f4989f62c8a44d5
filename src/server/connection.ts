/**
 * A connection: the socket of one peer, and the session behind it. It cuts what arrives into
 * messages and hands them on one at a time; it performs what the session wants.
 *
 * Nothing waits without a bound: unread messages pause the socket, a reply that is not read holds
 * back the next request, and `sweep` ends whoever is too slow.
 */

import type { Socket } from "node:net";
import type { Clock } from "../actor/clock.ts";
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
import { Patience, type ConnectionLimits, type Overdue } from "./patience.ts";
import { sessionTransition } from "./session.ts";
import { deriveSecrets, type SessionCrypto, type SessionSecrets } from "./session-crypto.ts";
import { initialState, type Effect, type Message } from "./session-state.ts";

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

/** What a connection needs of the bank around it. */
export type ConnectionContext = {
  system: ActorSystem;
  ledger: RemoteActor<LedgerRequest, LedgerReply>;
  pool: CryptoPool;
  crypto: SessionCrypto;
  log: Log;
  limits: ConnectionLimits;
  clock: Clock;
};

export class Connection {
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  readonly #peer: string;
  readonly #session: ActorRef<Message>;
  readonly #onClosed: () => void;
  readonly #splitter = new ObjectSplitter();
  readonly #patience: Patience;
  #queue: (Uint8Array | { broken: ProtocolErrorCode })[] = [];
  #secrets: SessionSecrets | null = null;
  /** The session has a request in hand. */
  #isBusy = false;
  #hasTurn = false;
  #isDraining = false;
  /** The stream has lost its place: nothing that follows can be a message. */
  #isBroken = false;
  #peerHasEnded = false;
  /** The last word is said, or the socket is gone: nothing is read and nothing written any more. */
  #isOver = false;
  #overAt = 0;

  constructor(socket: Socket, context: ConnectionContext, onClosed: () => void) {
    this.#socket = socket;
    this.#context = context;
    this.#onClosed = onClosed;
    this.#patience = new Patience(context.limits, context.clock.monotonic());
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

  /** Ends what has taken too long at `now`, by the monotonic clock. Called about once a second. */
  sweep(now: number): void {
    if (this.#isOver) {
      if (now - this.#overAt >= LINGER_MS) this.#socket.destroy();
      return;
    }
    const waitingFor = this.#patience.overdue(now, {
      isServed: this.#isBusy,
      isInMessage: this.#splitter.partial,
      isLoggedIn: this.#secrets !== null,
    });
    if (waitingFor !== null) this.#timedOut(waitingFor);
  }

  #timedOut(waitingFor: Overdue): void {
    this.#tell({ type: "timed_out", waitingFor });
    if (waitingFor === "reader") this.#socket.destroy();
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
    if (!goesOn || this.#queue.length > queued) this.#patience.messageBegan(this.#now());
    if (this.#isBroken || this.#queue.length > QUEUE_MAX) this.#socket.pause();
    this.#next();
  }

  /** Hands the session its next message, if it is free to take one and there is one. */
  #next(): void {
    if (this.#isBusy || this.#isOver || this.#patience.isUnread) return;
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
    this.#patience.heard(this.#now());
    if ("broken" in next) {
      this.#tell({ type: "broken", code: next.broken });
      return;
    }
    if (this.#queue.length <= QUEUE_MAX / 2 && !this.#isBroken) this.#socket.resume();
    this.#tell({ type: "received", bytes: next, nowSeconds: this.#nowSeconds() });
  }

  #perform(effect: Effect): void {
    const { pool, log, crypto } = this.#context;
    switch (effect.type) {
      case "take_turn":
        this.#hasTurn = pool.takeTurn();
        this.#tell({ type: "turn", granted: this.#hasTurn });
        return;
      case "end_turn":
        this.#endTurn();
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
    else result.then(use).catch((error: unknown) => this.#sessionCrashed(error));
  }

  #startSealing(): void {
    const masterSecret = nodeCiphers.randomBytes(MASTER_SECRET_BYTES);
    this.#secrets = deriveSecrets(masterSecret);
    this.#write(AUTHENTICATED);
    this.#context.clock.after(SECRET_DELAY_MS, () => this.#replied(masterSecret, false));
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
    this.#patience.heard(this.#now());
    this.#write(last);
    if (this.#isOver) this.#session.stop();
    else if (hangUp) this.#hangUp();
    else this.#next();
  }

  #write(data: string | Uint8Array): void {
    if (this.#isOver || this.#socket.destroyed) return;
    if (!this.#socket.write(data)) this.#patience.unread(this.#now());
  }

  #drained(): void {
    this.#patience.read();
    this.#next();
  }

  /** Says the last word and waits for the peer's; what it still sends is read and thrown away. */
  #hangUp(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#overAt = this.#now();
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
    this.#endTurn(); // Nobody else would: a place that is never given back is lost for good.
    this.#session.stop();
    this.#socket.destroy();
  }

  #endTurn(): void {
    if (this.#hasTurn) this.#context.pool.endTurn();
    this.#hasTurn = false;
  }

  #requireSecrets(): SessionSecrets {
    if (this.#secrets === null) throw new Error("nobody is logged in on this connection");
    return this.#secrets;
  }

  /** For how long something takes; the time of the day may be set back and forth. */
  #now(): number {
    return this.#context.clock.monotonic();
  }

  #nowSeconds(): number {
    return Math.floor(this.#context.clock.now() / 1_000);
  }
}
