/**
 * A connection of the modern protocol: one line, the channel on it, and the session behind it. It
 * opens frames and hands calls on as they come; it seals what the session wants to be sent.
 */

import type { Socket } from "node:net";
import type { Clock } from "../../actor/clock.ts";
import type { RemoteActor } from "../../actor/remote-actor.ts";
import type { ActorRef, ActorSystem } from "../../actor/system.ts";
import { AMOUNT_CENTS_MAX, type Cents } from "../../bank/money.ts";
import type { PasswordMinimum } from "../../bank/password-policy.ts";
import { nodeCiphers } from "../../ciphers/node.ts";
import { PREFACE, ServerHandshake, fingerprintOf, type Channel } from "../../protocol/channel.ts";
import type { KeyPair } from "../../protocol/ciphers.ts";
import { ProtocolError } from "../../protocol/error.ts";
import { FRAME_BYTES_MAX, FrameSplitter } from "../../protocol/frames.ts";
import type { Greeting } from "../../protocol/greeting.ts";
import { encodeNotification, encodeResult, parseCall } from "../../protocol/modern.ts";
import { encodeError, encodeWrittenResult } from "../../protocol/rpc.ts";
import { RpcError } from "../../protocol/rpc-error.ts";
import { HISTORY_LIMIT_MAX } from "../../protocol/methods.ts";
import type { Notification } from "../../protocol/notifications.ts";
import type { ReaderQuery, ReaderReply } from "../../workers/history-thread.ts";
import type { LedgerReply, LedgerRequest } from "../../workers/ledger.ts";
import type { SecondFactors } from "../factor/second-factors.ts";
import type { CryptoPool } from "../threads/crypto-pool.ts";
import { Errands, type ErrandResult } from "../errands.ts";
import { Intake } from "../intake.ts";
import { Line, type Speaker } from "../line.ts";
import type { Log } from "../log.ts";
import type { ConnectionLimits, Draining } from "../patience.ts";
import type { Membership, Seat, SessionRegistry } from "../session-registry.ts";
import { isAdmission } from "./calls.ts";
import { READING_MS_MAX, doPermitted } from "./permitted.ts";
import { listedSessions } from "./results.ts";
import { CALLS_IN_FLIGHT_MAX, sessionTransition } from "./session.ts";
import { initialState, type About, type Effect, type Message, type News } from "./session-state.ts";

/** Calls that a session has at once: more than it keeps in flight, less than its mailbox takes. */
const UNANSWERED_MAX = 2 * CALLS_IN_FLIGHT_MAX;
const PROTOCOL = "ATM/2";

export type ModernContext = {
  system: ActorSystem;
  ledger: RemoteActor<LedgerRequest, LedgerReply>;
  history: RemoteActor<ReaderQuery, ReaderReply>;
  pool: CryptoPool;
  factors: SecondFactors;
  log: Log;
  limits: ConnectionLimits;
  clock: Clock;
  sessions: SessionRegistry<News>;
  /** Withdrawals and transfers above it need a fresh confirmation. */
  confirmAbove: Cents;
  /** From one source in an hour. */
  signUpsMax: number;
  /** Of new passwords; null where anything goes. */
  passwordCharsMin: PasswordMinimum | null;
  /** What an operator may adjust alone; the default where it is left out. */
  secondPersonAbove?: Cents | undefined;
  /** The bank's name and version, for its greeting. */
  about: { readonly name: string; readonly version: string };
  /** The key pairs that clients may have pinned: the current one first. */
  identities: () => readonly KeyPair[];
};

export class ModernConnection implements Speaker, Seat<News> {
  readonly #line: Line;
  readonly #context: ModernContext;
  readonly #onClosed: () => void;
  readonly #intake: Intake;
  /** From the handshake on. */
  #channel: Channel | null = null;
  /** From the handshake to its own end. */
  #session: ActorRef<Message> | null = null;
  readonly #errands: Errands<About>;
  /** Calls wait: the session does something alone. */
  #isHolding = false;
  #peerHasEnded = false;
  #hasCalled = false;
  #isLoggedIn = false;
  /** Whoever has logged in. */
  #username = "";
  /** Calls, and what was none, that the session has and has not answered. */
  #unanswered = 0;
  #membership: Membership | null = null;

  /** @param terminal What the session's cash belongs to. */
  constructor(socket: Socket, context: ModernContext, onClosed: () => void, terminal: string) {
    this.#context = context;
    this.#onClosed = onClosed;
    this.#line = new Line({ ...context, socket, terminal }, this);
    this.#intake = new Intake(this.#line, new FrameSplitter(PREFACE));
    const tell = (result: ErrandResult<About>): void => this.#tell(result);
    this.#errands = new Errands({ ...context, peer: this.#line.peer, tell });
  }

  /** Takes no more calls; those in flight are still answered, and then the client is told. */
  drain(why: Draining): void {
    if (this.#session === null) this.#line.hangUp();
    else this.#tell({ type: "drain", why });
  }

  destroy(): void {
    this.#line.destroy();
  }

  /**
   * Ends what has taken too long at `now`, by the monotonic clock. Called about once a second. A
   * password in hand is waited for even if its peer does not read: its turn must be given back.
   */
  sweep(now: number): void {
    if (this.#isHolding) return;
    const isServed = this.#unanswered > 0;
    const waitingFor = this.#line.overdue(now, {
      isServed,
      isInMessage: this.#intake.isInMessage,
      isLoggedIn: this.#isLoggedIn,
    });
    if (waitingFor === null) {
      const expiry = this.#line.expiring(now, isServed);
      if (expiry !== null) this.#tell({ type: "expiring", expiry });
      return;
    }
    if (this.#session === null) this.#line.hangUp();
    else this.#tell({ type: "timed_out", waitingFor });
    if (waitingFor === "reader") this.#line.destroy();
  }

  idleMs(): number {
    return this.#line.idleMs();
  }

  endElsewhere(by: string): void {
    this.#tell({ type: "ended_elsewhere", by });
  }

  readonly hear = (news: News): void => this.#tell({ type: "credited", news });

  received(chunk: Uint8Array): void {
    // What comes too late is not heard, however long ago the last sweep was.
    if (this.#isLoggedIn) this.sweep(this.#context.clock.monotonic());
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
    this.#tell({ type: "closed", hasCalled: this.#hasCalled });
    this.#onClosed();
  }

  failed(error: unknown): void {
    this.#sessionCrashed(error);
  }

  /** Takes up the frames that have arrived, until the session or the peer wants a pause. */
  #next(): void {
    while (this.#canGoOn()) {
      const next = this.#intake.take();
      if (next === null) {
        if (this.#peerHasEnded && this.#unanswered === 0) this.#line.hangUp();
        break;
      }
      this.#line.heard();
      if (next instanceof ProtocolError) this.#broke(next);
      else this.#take(next);
    }
  }

  #canGoOn(): boolean {
    const isSessionFree = !this.#isHolding && this.#unanswered < UNANSWERED_MAX;
    return isSessionFree && !this.#line.isOver && !this.#line.isUnread;
  }

  #take(frame: Uint8Array): void {
    try {
      if (this.#channel === null) this.#shakeHands(frame);
      else this.#call(this.#channel.open(frame));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#broke(error);
    }
  }

  #broke({ code }: ProtocolError): void {
    this.#intake.close();
    if (this.#session !== null) {
      this.#tell({ type: "broken", code });
      return;
    }
    this.#errands.perform({ type: "note", who: null, action: "handshake", outcome: code });
    this.#line.hangUp();
  }

  #shakeHands(frame: Uint8Array): void {
    const { system, identities, limits, clock, confirmAbove } = this.#context;
    const handshake = new ServerHandshake(nodeCiphers, identities());
    const { channel, reply, identity } = handshake.respond(frame, greetingOf(this.#context));
    this.#channel = channel;
    this.#session = system.spawn({
      name: `session ${this.#line.peer}`,
      initial: initialState,
      transition: sessionTransition({
        terminal: this.#line.terminal,
        signUpsMax: this.#context.signUpsMax,
        fingerprint: fingerprintOf(nodeCiphers, identity.publicKey),
        protocol: PROTOCOL,
        startedAt: new Date(clock.now()).toISOString(),
        idleSeconds: Math.floor(limits.idleMs / 1_000),
        absoluteSeconds: Math.floor(limits.sessionMs / 1_000),
        confirmAbove,
        aloneMax: this.#context.secondPersonAbove,
      }),
      perform: (effect) => this.#perform(effect),
    });
    system.watch(this.#session, ({ reason, error }) => {
      if (reason === "crashed") this.#sessionCrashed(error);
    });
    this.#line.write(reply);
  }

  #call(plaintext: Uint8Array): void {
    this.#hasCalled = true;
    this.#unanswered += 1;
    try {
      const { id, call } = parseCall(plaintext);
      // At once and not by the session's effect: the next frame may lie there already.
      if (isAdmission(call)) this.#isHolding = true;
      this.#tell({ type: "called", id, call, now: this.#context.clock.monotonic() });
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      const { id, kind, reason } = error;
      this.#tell({ type: "misread", id, kind, reason });
    }
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "send_result":
        this.#answer(encodeResult(effect.id, effect.method, effect.result));
        return;
      case "send_written":
        this.#answer(encodeWrittenResult(effect.id, effect.result));
        return;
      case "send_error":
        this.#answer(encodeError(effect.id, effect));
        return;
      case "notify":
        this.#notify(effect.notification);
        return;
      case "read_history":
        this.#readHistory(effect);
        return;
      case "go_on":
        this.#goOn();
        return;
      case "enter":
        this.#enter(effect);
        return;
      case "list_sessions":
        this.#listSessions(effect);
        return;
      case "end_session": {
        const { id, session, account, by } = effect;
        const wasThere = this.#context.sessions.end(session, { by, account });
        this.#tell({ type: "session_ended", id, wasThere });
        return;
      }
      case "end_others": {
        const { account, by } = effect;
        this.#context.sessions.endAll(account, { by, except: this.#membership?.id });
        return;
      }
      case "end_all_of":
        this.#context.sessions.endAllOf(effect.username, effect);
        return;
      case "find_session": {
        const { id, call } = effect;
        const username = this.#context.sessions.usernameOf(call.params.session);
        this.#tell({ type: "session_found", id, call, username });
        return;
      }
      case "do_permitted":
        void doPermitted({ ...this.#context, by: this.#username }, effect).then((sent) => {
          this.#tell({ type: "permitted_done", sent });
        });
        return;
      case "announce":
        this.#context.sessions.tell(effect.account, effect.news);
        return;
      case "hang_up":
        this.#hangUp();
        return;
      default:
        this.#errands.perform(effect);
    }
  }

  #tell(message: Message): void {
    this.#session?.cast(message);
  }

  #readHistory({ id, query }: Effect & { type: "read_history" }): void {
    void this.#context.history.call(query, READING_MS_MAX).then((answer) => {
      this.#tell({ type: "history_read", id, answer });
    });
  }

  #goOn(): void {
    this.#isHolding = false;
    this.#line.heard();
    this.#next();
  }

  #enter({ account, username, roles }: Effect & { type: "enter" }): void {
    this.#username = username;
    this.#isLoggedIn = true;
    this.#line.loggedIn();
    if (this.#line.isOver) return;
    const { sessions, clock } = this.#context;
    const { terminal } = this.#line;
    this.#membership = sessions.enter(
      { account, username, roles, terminal, protocol: "modern", startedAt: clock.now() },
      this,
    );
  }

  #listSessions({ id, account }: Effect & { type: "list_sessions" }): void {
    const { sessions, clock } = this.#context;
    const listed = listedSessions(sessions.list(account), clock.now());
    const current = this.#membership?.id ?? "";
    this.#tell({ type: "sessions_listed", id, result: { current, sessions: listed } });
  }

  #answer(message: Uint8Array): void {
    this.#unanswered -= 1;
    this.#line.heard();
    this.#send(message);
    this.#next();
  }

  /** It is not the peer that was heard: news must not keep a session that nobody uses open. */
  #notify(notification: Notification): void {
    // What lies unread must not grow by what others do; the history has it.
    if (notification.method === "account.credited" && this.#line.isUnread) return;
    this.#send(encodeNotification(notification));
  }

  #send(message: Uint8Array): void {
    if (this.#channel === null || this.#line.isOver) return;
    this.#line.write(this.#channel.seal(message));
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
}

function greetingOf({ about, clock, passwordCharsMin }: ModernContext): Greeting {
  return {
    bank: about.name,
    version: about.version,
    time: new Date(clock.now()).toISOString(),
    limits: {
      requestsInFlight: CALLS_IN_FLIGHT_MAX,
      frameBytes: FRAME_BYTES_MAX,
      amountMax: AMOUNT_CENTS_MAX,
      historyLimit: HISTORY_LIMIT_MAX,
      passwordCharsMin,
    },
  };
}
