/**
 * An actor on another thread, as this thread sees it: owns the calls in flight, their deadlines,
 * and the letters that leave at the end of this turn. ./port.ts says how they travel.
 */

import type { Answer, Failure } from "./answer.ts";
import type { Cancel, Clock } from "./clock.ts";
import { DeadLetters } from "./dead-letters.ts";
import type { ActorMetrics } from "./metrics.ts";
import { CAST_ID, REPLIES_AT, UNPACKED } from "./port.ts";
import type { Packing, Port } from "./port.ts";

export interface RemoteActorOptions<Request, Reply> {
  readonly name: string;
  readonly clock: Clock;
  /** Calls in flight; above it a call is answered `busy` at once. */
  readonly callsMax: number;
  /** Casts not yet handled over there; above it a cast is `busy`. As many as calls, unless told. */
  readonly castsMax?: number;
  /** Runs something when this turn of the event loop ends: `setImmediate`, unless told. */
  readonly endOfTurn?: (run: () => void) => void;
  readonly deadLetters?: DeadLetters;
  /** Where nothing is said, requests and replies travel as they are. */
  readonly packing?: Packing<Request, Reply>;
}

export interface RemoteActorMetrics extends ActorMetrics {
  /** Calls that ended without a reply, by how. */
  readonly failures: Readonly<Record<Failure, number>>;
  /** Replies that came after their call had ended. */
  readonly late: number;
  /** Casts that a thread took with it when it died: sent, never reported as handled. */
  readonly castsLost: number;
  /** Messages posted, each with all the letters of its turn. */
  readonly batches: number;
}

interface CallInFlight<Reply> {
  readonly answer: (answer: Answer<Reply>) => void;
  readonly calledAt: number;
  readonly deadlineAt: number;
}

/** The sweep comes by this often for far deadlines, which may be longer than a timer can be. */
const SWEEP_MS_MAX = 60_000;

/** Made once: to refuse costs nothing, which is when it matters. */
const REFUSED = {
  busy: Promise.resolve({ ok: false, failure: "busy" } as const),
  draining: Promise.resolve({ ok: false, failure: "draining" } as const),
  timed_out: Promise.resolve({ ok: false, failure: "timed_out" } as const),
};

export class RemoteActor<Request, Reply> {
  readonly name: string;
  readonly #clock: Clock;
  readonly #callsMax: number;
  readonly #castsMax: number;
  readonly #endOfTurn: (run: () => void) => void;
  readonly #deadLetters: DeadLetters;
  readonly #packing: Packing<Request, Reply>;
  readonly #calls = new Map<number, CallInFlight<Reply>>();
  #castsInFlight = 0;
  #callId = CAST_ID;
  #port: Port | null = null;
  #outgoing: unknown[] = [];
  #isFlushDue = false;
  #isDraining = false;
  #drained: (() => void)[] = [];
  // One timer for all deadlines, armed for the earliest that was in flight when it was armed.
  #sweepAt = Number.POSITIVE_INFINITY;
  #cancelSweep: Cancel = () => {};
  readonly #failures = { busy: 0, timed_out: 0, draining: 0, died: 0 };
  readonly #counts = { attached: 0, depthMax: 0, handled: 0, late: 0, castsLost: 0, batches: 0 };
  #waitMs = 0;
  #handlingMs = 0;

  constructor(options: RemoteActorOptions<Request, Reply>) {
    this.name = options.name;
    this.#clock = options.clock;
    this.#callsMax = options.callsMax;
    this.#castsMax = options.castsMax ?? options.callsMax;
    this.#endOfTurn = options.endOfTurn ?? ((run) => void setImmediate(run));
    this.#packing = options.packing ?? UNPACKED;
    this.#deadLetters = options.deadLetters ?? new DeadLetters({ clock: options.clock });
  }

  /** Reaches the actor over `port` from now on, and notices when it closes or its thread exits. */
  attach(port: Port): void {
    this.detach();
    this.#port = port;
    this.#counts.attached += 1;
    const ended = (): void => {
      if (this.#port === port) this.detach();
    };
    port.on("message", (batch) => this.#receive(port, batch as readonly unknown[]));
    port.on("close", ended);
    port.on("exit", ended);
  }

  /** The thread died: every call in flight is answered `died`. Until the next `attach`, `busy`. */
  detach(): void {
    if (this.#port === null) return;
    this.#port = null;
    this.#counts.castsLost += this.#castsInFlight - this.#returnCasts();
    this.#castsInFlight = 0;
    for (const call of this.#calls.values()) this.#fail(call, "died");
    this.#calls.clear();
    this.#noticeDrained();
  }

  /**
   * Asks, and resolves exactly once: to the reply, or to why there is none. It never rejects.
   * A request must be something that can be cloned to another thread.
   */
  call(request: Request, deadlineMs: number): Promise<Answer<Reply>> {
    if (this.#isDraining) return this.#refuse("draining");
    if (this.#port === null || this.#calls.size >= this.#callsMax) return this.#refuse("busy");
    if (!(deadlineMs > 0)) return this.#refuse("timed_out");
    const calledAt = this.#clock.monotonic();
    const deadlineAt = calledAt + deadlineMs;
    this.#callId += 1;
    const id = this.#callId;
    const answered = new Promise<Answer<Reply>>((answer) => {
      this.#calls.set(id, { answer, calledAt, deadlineAt });
    });
    this.#send(id, request);
    this.#armSweep(deadlineAt, calledAt);
    return answered;
  }

  /** Tells, and wants no reply. Handled in order with the calls; lost only if the thread dies. */
  cast(request: Request): "accepted" | "busy" {
    if (this.#isDraining || this.#port === null) return "busy";
    if (this.#castsInFlight >= this.#castsMax) return "busy";
    this.#castsInFlight += 1;
    this.#send(CAST_ID, request);
    return "accepted";
  }

  /**
   * Takes no more, for good, and resolves when all in flight has ended: each call has its answer,
   * each cast is handled. Over a thread that hangs on a cast, only `detach` ends it.
   */
  drain(): Promise<void> {
    this.#isDraining = true;
    return new Promise((resolve) => {
      this.#drained.push(resolve);
      this.#noticeDrained();
    });
  }

  metrics(): RemoteActorMetrics {
    const { attached, depthMax, handled, late, castsLost, batches } = this.#counts;
    return {
      name: this.name,
      state: this.#isDraining ? "draining" : this.#port === null ? "detached" : "attached",
      depth: this.#calls.size + this.#castsInFlight,
      depthMax,
      handled,
      waitMs: this.#waitMs,
      handlingMs: this.#handlingMs,
      restarts: Math.max(0, attached - 1),
      failures: { ...this.#failures },
      late,
      castsLost,
      batches,
    };
  }

  #refuse(failure: "busy" | "draining" | "timed_out"): Promise<Answer<Reply>> {
    this.#failures[failure] += 1;
    return REFUSED[failure];
  }

  #send(id: number, request: Request): void {
    this.#outgoing.push(id, request);
    const depth = this.#calls.size + this.#castsInFlight;
    if (depth > this.#counts.depthMax) this.#counts.depthMax = depth;
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    this.#endOfTurn(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isFlushDue = false;
    if (this.#port === null || this.#outgoing.length === 0) return;
    const batch = this.#outgoing;
    this.#outgoing = [];
    this.#counts.batches += 1;
    for (let i = 1; i < batch.length; i += 2) batch[i] = this.#packing.pack(batch[i] as Request);
    this.#port.postMessage(batch);
  };

  #receive(port: Port, batch: readonly unknown[]): void {
    const now = this.#clock.monotonic();
    if (port === this.#port) {
      const castsHandled = batch[0] as number;
      this.#castsInFlight -= castsHandled;
      this.#counts.handled += castsHandled;
    }
    this.#handlingMs += batch[1] as number;
    for (let i = REPLIES_AT; i < batch.length; i += 2) {
      this.#reply(batch[i] as number, this.#packing.unpack(batch[i + 1]), now);
    }
    this.#noticeDrained();
  }

  // Ids are never used twice: a late reply, even of an earlier thread, meets no other call.
  #reply(id: number, reply: Reply, now: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) {
      this.#counts.late += 1;
      this.#deadLetters.add(this.name, reply, "late");
      return;
    }
    this.#calls.delete(id);
    this.#counts.handled += 1;
    this.#waitMs += now - call.calledAt;
    call.answer({ ok: true, reply });
  }

  #fail(call: CallInFlight<Reply>, failure: Failure): void {
    this.#failures[failure] += 1;
    call.answer({ ok: false, failure });
  }

  // Nearly every call asks for the same time, so its deadline is later than the one armed for, and
  // a timer is set once in that time and not once a call.
  #armSweep(deadlineAt: number, now: number): void {
    const at = Math.min(deadlineAt, now + SWEEP_MS_MAX);
    if (at >= this.#sweepAt) return;
    this.#cancelSweep();
    this.#sweepAt = at;
    this.#cancelSweep = this.#clock.after(at - now, this.#sweep);
  }

  readonly #sweep = (): void => {
    this.#sweepAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.monotonic();
    let earliest = Number.POSITIVE_INFINITY;
    for (const [id, call] of this.#calls) {
      if (call.deadlineAt > now) {
        earliest = Math.min(earliest, call.deadlineAt);
        continue;
      }
      this.#calls.delete(id);
      this.#fail(call, "timed_out");
    }
    if (this.#calls.size > 0) this.#armSweep(earliest, now);
    this.#noticeDrained();
  };

  /** Gives casts that have not left to the dead letters, and says how many they were. */
  #returnCasts(): number {
    let returned = 0;
    for (let i = 0; i < this.#outgoing.length; i += 2) {
      if (this.#outgoing[i] !== CAST_ID) continue;
      returned += 1;
      this.#deadLetters.add(this.name, this.#outgoing[i + 1], "died");
    }
    this.#outgoing = [];
    return returned;
  }

  // With nobody to come, no timer is left to keep the process alive.
  #noticeDrained(): void {
    const isIdle = this.#calls.size === 0;
    if (isIdle && (this.#isDraining || this.#port === null)) {
      this.#cancelSweep();
      this.#sweepAt = Number.POSITIVE_INFINITY;
    }
    if (!this.#isDraining || !isIdle || this.#castsInFlight > 0) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}
