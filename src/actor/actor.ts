/** An actor of this thread: owns a mailbox and runs a transition over it, one message a turn. */

import type { Cancel, Clock } from "./clock.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { Mailbox } from "./mailbox.ts";
import type { ActorMetrics } from "./metrics.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Transition } from "./transition.ts";

/** What others hold of an actor. */
export interface ActorRef<Message> {
  readonly name: string;
  /**
   * Leaves a message, which nobody answers. `busy`: the mailbox is full and the message was not
   * taken. `stopped`: the actor has ended, and the message lies with the dead letters.
   */
  cast(message: Message): "accepted" | "busy" | "stopped";
  /** Ends the actor. A message in hand is still finished; those that wait become dead letters. */
  stop(): void;
}

export interface ActorOptions<State, Message, Effect> {
  readonly name: string;
  readonly initial: State;
  readonly transition: Transition<State, Message, Effect>;
  /** Does one effect. It may cast to anyone, itself included: such a message waits its turn. */
  perform(effect: Effect, self: ActorRef<Message>): void;
  /** 1,000 unless told. */
  readonly mailboxMax?: number;
}

/** How an actor ended. `error` is what was thrown, where it crashed. */
export interface End {
  readonly name: string;
  readonly reason: "stopped" | "crashed";
  readonly error?: unknown;
}

export interface ActorSurroundings {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly deadLetters: DeadLetters;
  /** Told at once, before those who watch. */
  readonly onEnd: () => void;
}

const MAILBOX_MAX = 1_000;

export class Actor<State, Message, Effect> implements ActorRef<Message> {
  readonly name: string;
  readonly #options: ActorOptions<State, Message, Effect>;
  readonly #around: ActorSurroundings;
  readonly #mailbox: Mailbox<Message>;
  readonly #watchers = new Set<(end: End) => void>();
  #state: State;
  #phase: "idle" | "ready" | "handling" = "idle";
  #isStopping = false;
  #end: End | null = null;
  #handled = 0;
  #handlingMs = 0;
  // All waits together are the depth of the mailbox summed over time, so no message needs a stamp.
  #waitMs = 0;
  #depthSince: number;

  constructor(options: ActorOptions<State, Message, Effect>, around: ActorSurroundings) {
    this.name = options.name;
    this.#options = options;
    this.#around = around;
    this.#mailbox = new Mailbox(options.mailboxMax ?? MAILBOX_MAX);
    this.#state = options.initial;
    this.#depthSince = around.clock.monotonic();
  }

  cast(message: Message): "accepted" | "busy" | "stopped" {
    if (this.#end !== null || this.#isStopping) {
      this.#around.deadLetters.add(this.name, message, this.#end?.reason ?? "stopped");
      return "stopped";
    }
    this.#accrueWait(this.#around.clock.monotonic());
    if (!this.#mailbox.offer(message)) return "busy";
    if (this.#phase === "idle") this.#becomeReady();
    return "accepted";
  }

  stop(): void {
    this.#isStopping = true;
    if (this.#phase !== "handling") this.#finish({ name: this.name, reason: "stopped" });
  }

  /** Calls `onEnd` once when the actor has ended, soon if it already has. */
  watch(onEnd: (end: End) => void): Cancel {
    const watcher = (end: End): void => onEnd(end); // One's own, so that each can be taken back.
    if (this.#end === null) this.#watchers.add(watcher);
    else this.#tell(watcher, this.#end);
    return () => void this.#watchers.delete(watcher);
  }

  metrics(): ActorMetrics {
    this.#accrueWait(this.#around.clock.monotonic());
    return {
      name: this.name,
      state: this.#end?.reason ?? this.#phase,
      depth: this.#mailbox.size,
      depthMax: this.#mailbox.depthMax,
      handled: this.#handled,
      waitMs: this.#waitMs,
      handlingMs: this.#handlingMs,
      restarts: 0,
    };
  }

  #becomeReady(): void {
    this.#phase = "ready";
    this.#around.scheduler.schedule(this.#turn);
  }

  // One message, then to the back of the line: no actor with a long mailbox holds up the others.
  readonly #turn = (): void => {
    if (this.#end !== null) return;
    const startedAt = this.#around.clock.monotonic();
    this.#accrueWait(startedAt);
    this.#phase = "handling";
    const crash = this.#handle(this.#mailbox.take() as Message);
    this.#phase = "idle";
    this.#handlingMs += this.#around.clock.monotonic() - startedAt;
    if (crash !== null) this.#finish(crash);
    else if (this.#isStopping) this.#finish({ name: this.name, reason: "stopped" });
    else if (this.#mailbox.size > 0) this.#becomeReady();
  };

  /** The catch that makes a bug the end of one actor: those who watch get the error. */
  #handle(message: Message): End | null {
    try {
      const [next, effects] = this.#options.transition(this.#state, message);
      this.#state = next;
      for (const effect of effects) this.#options.perform(effect, this);
      this.#handled += 1;
      return null;
    } catch (error) {
      return { name: this.name, reason: "crashed", error };
    }
  }

  #finish(end: End): void {
    if (this.#end !== null) return;
    this.#accrueWait(this.#around.clock.monotonic());
    this.#end = end;
    for (const message of this.#mailbox.drain()) {
      this.#around.deadLetters.add(this.name, message, end.reason);
    }
    this.#around.onEnd();
    // A crash that nobody watches must not pass in silence: it surfaces as an uncaught error.
    if (end.reason === "crashed" && this.#watchers.size === 0) this.#tell(raise, end);
    for (const watcher of this.#watchers) this.#tell(watcher, end);
    this.#watchers.clear();
  }

  // In a turn of its own, so that a watcher that throws keeps nobody else from being told.
  #tell(watcher: (end: End) => void, end: End): void {
    this.#around.scheduler.schedule(() => watcher(end));
  }

  #accrueWait(now: number): void {
    this.#waitMs += this.#mailbox.size * (now - this.#depthSince);
    this.#depthSince = now;
  }
}

function raise(end: End): void {
  throw end.error;
}
