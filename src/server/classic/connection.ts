/**
 * A connection of the classic protocol: one line, and the session behind it. It cuts what arrives
 * into messages and hands them on one at a time; it performs what the session wants.
 *
 * Nothing waits without a bound: unread messages pause the line, a reply that is not read holds
 * back the next request, and `sweep` ends whoever is too slow.
 */

import type { Socket } from "node:net";
import type { Clock } from "../../actor/clock.ts";
import type { ActorRef, ActorSystem } from "../../actor/system.ts";
import type { RemoteActor } from "../../actor/remote-actor.ts";
import { nodeCiphers } from "../../ciphers/node.ts";
import { AUTHENTICATED } from "../../protocol/classic-replies.ts";
import { ProtocolError } from "../../protocol/error.ts";
import { ObjectSplitter } from "../../protocol/object-splitter.ts";
import type { SealingResult } from "../../protocol/sealing.ts";
import { MASTER_SECRET_BYTES } from "../../protocol/session-keys.ts";
import type { Cents } from "../../bank/money.ts";
import type { LedgerReply, LedgerRequest } from "../../workers/ledger.ts";
import type { SecondFactors } from "../factor/second-factors.ts";
import type { CryptoPool } from "../threads/crypto-pool.ts";
import { Errands } from "../errands.ts";
import { Intake } from "../intake.ts";
import { Line, type Speaker } from "../line.ts";
import type { Log } from "../log.ts";
import type { ConnectionLimits } from "../patience.ts";
import type { Membership, Seat, Seated } from "../session-registry.ts";
import { sessionTransition } from "./session.ts";
import { deriveSecrets, type SessionCrypto, type SessionSecrets } from "./session-crypto.ts";
import { initialState, type About, type Effect, type Message } from "./session-state.ts";

/**
 * The original's client reads `Authenticated` with one `recv` and the secret with the next, and
 * fails if they arrive together; so the secret waits this long.
 */
const SECRET_DELAY_MS = 50;

/** What a connection needs of the bank around it. */
export type ClassicContext = {
  system: ActorSystem;
  ledger: RemoteActor<LedgerRequest, LedgerReply>;
  pool: CryptoPool;
  factors: SecondFactors;
  crypto: SessionCrypto;
  log: Log;
  limits: ConnectionLimits;
  clock: Clock;
  sessions: { enter(seated: Seated, seat: Seat<never>): Membership };
  /** What is withdrawn above it needs a fresh confirmation. */
  confirmAbove: Cents;
  /** From one source in an hour. */
  signUpsMax: number;
};

export class ClassicConnection implements Speaker, Seat<never> {
  readonly #line: Line;
  readonly #context: ClassicContext;
  /** Until it has ended. */
  #session: ActorRef<Message> | null;
  readonly #errands: Errands<About>;
  readonly #onClosed: () => void;
  readonly #intake: Intake;
  #secrets: SessionSecrets | null = null;
  /** The session has a request in hand. */
  #isBusy = false;
  #isDraining = false;
  /** Who has ended this session from elsewhere. */
  #endedBy: string | null = null;
  #membership: Membership | null = null;
  /** This protocol has no news. */
  readonly hear = null;
  #peerHasEnded = false;

  /** @param terminal What the session's cash belongs to. */
  constructor(socket: Socket, context: ClassicContext, onClosed: () => void, terminal: string) {
    this.#context = context;
    this.#onClosed = onClosed;
    this.#line = new Line({ ...context, socket, terminal }, this);
    this.#intake = new Intake(this.#line, new ObjectSplitter());
    const { peer } = this.#line;
    const { confirmAbove, signUpsMax } = context;
    this.#session = context.system.spawn({
      name: `session ${peer}`,
      initial: initialState,
      transition: sessionTransition({ terminal, confirmAbove, signUpsMax }),
      perform: (effect) => this.#perform(effect),
    });
    this.#errands = new Errands({ ...context, peer, tell: (result) => this.#tell(result) });
    context.system.watch(this.#session, ({ reason, error }) => {
      if (reason === "crashed") this.#sessionCrashed(error);
    });
  }

  /** Takes no more requests; the one in hand is still answered. */
  drain(): void {
    this.#isDraining = true;
    this.#next();
  }

  destroy(): void {
    this.#line.destroy();
  }

  /** Ends what has taken too long at `now`, by the monotonic clock. Called about once a second. */
  sweep(now: number): void {
    const waitingFor = this.#line.overdue(now, {
      isServed: this.#isBusy,
      isInMessage: this.#intake.isInMessage,
      isLoggedIn: this.#secrets !== null,
    });
    if (waitingFor === null) return;
    this.#tell({ type: "timed_out", waitingFor });
    if (waitingFor === "reader") this.#line.destroy();
  }

  idleMs(): number {
    return this.#line.idleMs();
  }

  /** Answers the request in hand; a peer that does not read is not told. */
  endElsewhere(by: string): void {
    this.#endedBy ??= by;
    if (this.#line.isUnread && !this.#isBusy) this.#hangUp();
    else this.#next();
  }

  received(chunk: Uint8Array): void {
    if (this.#isDraining) return;
    // What comes too late is not heard, however long ago the last sweep was.
    if (this.#secrets !== null) this.sweep(this.#context.clock.monotonic());
    this.#intake.push(chunk);
    this.#next();
  }

  peerEnded(): void {
    this.#peerHasEnded = true;
    this.#next();
  }

  wasRead(): void {
    this.#next();
  }

  closed(): void {
    this.#intake.clear();
    this.#membership?.leave();
    // A request in hand runs to its end, so that no login stays half counted; then nobody is left.
    if (!this.#isBusy) this.#tell({ type: "closed" });
    this.#onClosed();
  }

  failed(error: unknown): void {
    this.#sessionCrashed(error);
  }

  /** Hands the session its next message, if it is free to take one and there is one. */
  #next(): void {
    if (this.#isBusy || this.#line.isOver || this.#line.isUnread) return;
    if (this.#isDraining) {
      this.#hangUp();
      return;
    }
    if (this.#endedBy !== null) {
      this.#isBusy = true;
      this.#tell({ type: "ended_elsewhere", by: this.#endedBy });
      return;
    }
    const next = this.#intake.take();
    if (next === null) {
      if (!this.#peerHasEnded) return;
      this.#isBusy = true;
      this.#tell({ type: "closed" });
      return;
    }
    this.#isBusy = true;
    this.#line.heard();
    if (next instanceof ProtocolError) this.#tell({ type: "broken", code: next.code });
    else this.#tell({ type: "received", bytes: next, nowSeconds: this.#nowSeconds() });
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "open":
        this.#withSealing(
          this.#context.crypto.perform(this.#requireSecrets(), {
            ...{ type: "open", envelope: effect.envelope, nowSeconds: this.#nowSeconds() },
          }),
          (result) => this.#tell({ type: "opened", result, nowSeconds: this.#nowSeconds() }),
        );
        return;
      case "enter":
        this.#enter(effect);
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
      default:
        this.#errands.perform(effect);
    }
  }

  #enter({ account, username }: Effect & { type: "enter" }): void {
    this.#line.loggedIn();
    if (this.#line.isOver) return;
    const { sessions, clock } = this.#context;
    const seated = { account, username, roles: ["customer"], terminal: this.#line.terminal };
    this.#membership = sessions.enter(
      { ...seated, protocol: "classic", startedAt: clock.now() },
      this,
    );
  }

  #tell(message: Message): void {
    this.#session?.cast(message);
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
    this.#line.write(AUTHENTICATED);
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
    this.#line.heard();
    this.#line.write(last);
    if (this.#line.isOver) this.#tell({ type: "closed" });
    else if (hangUp) this.#hangUp();
    else this.#next();
  }

  #hangUp(): void {
    this.#intake.clear();
    this.#membership?.leave();
    this.#line.hangUp();
    this.#endSession();
  }

  /** What still comes for it, such as a late answer, is for nobody. */
  #endSession(): void {
    this.#session?.stop();
    this.#session = null;
  }

  #sessionCrashed(error: unknown): void {
    this.#errands.sessionCrashed(error);
    this.#endSession();
    this.#line.destroy();
  }

  #requireSecrets(): SessionSecrets {
    if (this.#secrets === null) throw new Error("nobody is logged in on this connection");
    return this.#secrets;
  }

  #nowSeconds(): number {
    return Math.floor(this.#context.clock.now() / 1_000);
  }
}
