/** The actors of one thread: starts them, watches them, and knows what each is doing. */

import { Actor } from "./actor.ts";
import type { ActorOptions, ActorRef, End } from "./actor.ts";
import { systemClock } from "./clock.ts";
import type { Cancel, Clock } from "./clock.ts";
import { DeadLetters } from "./dead-letters.ts";
import type { ActorMetrics } from "./metrics.ts";
import { microtaskScheduler } from "./scheduler.ts";
import type { Scheduler } from "./scheduler.ts";

export type { ActorRef } from "./actor.ts";

export interface ActorSystemOptions {
  readonly clock?: Clock;
  readonly scheduler?: Scheduler;
  readonly deadLetters?: DeadLetters;
}

export class ActorSystem {
  readonly deadLetters: DeadLetters;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  // Only the living: an ended actor is forgotten, or a bank would remember every connection.
  readonly #living = new Set<{ metrics(): ActorMetrics }>();

  constructor(options: ActorSystemOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#scheduler = options.scheduler ?? microtaskScheduler;
    this.deadLetters = options.deadLetters ?? new DeadLetters({ clock: this.#clock });
  }

  /** Starts an actor. It runs when it has a message; names are for people and need not differ. */
  spawn<State, Message, Effect>(options: ActorOptions<State, Message, Effect>): ActorRef<Message> {
    const actor: Actor<State, Message, Effect> = new Actor(options, {
      clock: this.#clock,
      scheduler: this.#scheduler,
      deadLetters: this.deadLetters,
      onEnd: () => void this.#living.delete(actor),
    });
    this.#living.add(actor);
    return actor;
  }

  /**
   * Calls `onEnd` once when the actor has ended, soon if it already has. An actor that crashes
   * with nobody watching raises its error as an uncaught one.
   */
  watch(ref: ActorRef<never>, onEnd: (end: End) => void): Cancel {
    if (!(ref instanceof Actor)) throw new TypeError(`${ref.name} is not an actor of a system`);
    return ref.watch(onEnd);
  }

  /** Of every living actor, in the order they were started. */
  metrics(): ActorMetrics[] {
    return [...this.#living].map((actor) => actor.metrics());
  }
}
