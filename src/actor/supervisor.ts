/**
 * A supervisor: starts its children in order, starts again the one that died, and gives up upward
 * when they die too often. What it decides is `transition`; what it does is the class below.
 * The rule is Erlang's "one for one", with a wait before each restart.
 */

import { systemClock } from "./clock.ts";
import type { Cancel, Clock } from "./clock.ts";
import { Fifo } from "./fifo.ts";
import { systemRandom } from "./random.ts";
import type { Random } from "./random.ts";
import { transition } from "./supervision.ts";
import type { ChildState, Effect, Message, State } from "./supervision.ts";

export interface Child {
  /** Resolves when the child has ended. It bounds its own time: nothing else ends a stop. */
  stop(): Promise<void>;
  /** Tells when the child has ended, whatever the reason. */
  onEnd(listener: (error: unknown) => void): void;
}

export interface ChildSpec {
  readonly name: string;
  /** To throw counts as a death. */
  start(): Child;
}

export interface Budget {
  /** More restarts than this, of all children together, within `periodMs`: it gives up. */
  readonly restartsMax?: number;
  readonly periodMs?: number;
  /** The wait before a child's `attempt`th restart of the period, from 1. */
  readonly backoffMs?: (attempt: number) => number;
}

export interface SupervisorOptions {
  readonly children: readonly ChildSpec[];
  /** Called once, after all children were stopped, with what the last one died of. */
  readonly onGiveUp: (error: unknown) => void;
  readonly clock?: Clock;
  readonly budget?: Budget;
}

export interface ChildMetrics {
  readonly name: string;
  readonly state: ChildState["phase"];
  readonly restarts: number;
}

const RESTARTS_MAX = 3;
const PERIOD_MS = 5_000;
const BACKOFF_MS = 100;
const BACKOFF_MS_MAX = 2_000;

/**
 * Twice as long each time, up to `maxMs`; the upper half of each wait is left to chance, so that
 * several do not come back in step. Waits must be short against the period of the budget, or a
 * child that dies at each start never uses the budget up.
 */
export function jitteredBackoff(
  random: Random = systemRandom,
  firstMs = BACKOFF_MS,
  maxMs = BACKOFF_MS_MAX,
): (attempt: number) => number {
  return (attempt) => {
    const fullMs = Math.min(maxMs, firstMs * 2 ** (attempt - 1));
    return fullMs / 2 + (fullMs / 2) * random();
  };
}

export class Supervisor {
  readonly #specs: readonly ChildSpec[];
  readonly #onGiveUp: (error: unknown) => void;
  readonly #clock: Clock;
  readonly #backoffMs: (attempt: number) => number;
  readonly #running: (Child | undefined)[] = [];
  readonly #waiting: (Cancel | undefined)[] = [];
  readonly #inbox = new Fifo<Message>();
  #isHandling = false;
  #state: State;
  #ended: (() => void)[] = [];

  constructor({ children, onGiveUp, clock = systemClock, budget = {} }: SupervisorOptions) {
    this.#specs = children;
    this.#onGiveUp = onGiveUp;
    this.#clock = clock;
    this.#backoffMs = budget.backoffMs ?? jitteredBackoff();
    this.#state = {
      phase: "running",
      budget: {
        restartsMax: budget.restartsMax ?? RESTARTS_MAX,
        periodMs: budget.periodMs ?? PERIOD_MS,
      },
      children: children.map(() => ({ phase: "stopped", restarts: 0 })),
      recent: [],
      failure: null,
    };
  }

  /** Starts all children, in order, before it returns. Once; after `stop` it starts nothing. */
  start(): void {
    this.#tell({ type: "start" });
  }

  /** Stops the children, the last started first, one after the other. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#ended.push(resolve);
      this.#tell({ type: "stop" });
      if (this.#state.phase === "ended") this.#resolveEnded();
    });
  }

  /** Of every child, in the order of start. */
  metrics(): ChildMetrics[] {
    return this.#state.children.map(({ phase, restarts }, child) => ({
      name: this.#specs[child]?.name ?? "",
      state: phase,
      restarts,
    }));
  }

  // An effect may bring the next message at once (a start that throws): it waits its turn.
  #tell(message: Message): void {
    this.#inbox.push(message);
    if (this.#isHandling) return;
    this.#isHandling = true;
    try {
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
        const [state, effects] = transition(this.#state, next);
        this.#state = state;
        for (const effect of effects) this.#perform(effect);
      }
    } finally {
      this.#isHandling = false;
    }
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "start_child":
        return this.#startChild(effect.child);
      case "wait":
        return this.#wait(effect.child, effect.attempt);
      case "stop_child":
        return this.#stopChild(effect.child);
      case "cancel_wait":
        return this.#waiting[effect.child]?.();
      case "give_up":
        return this.#onGiveUp(effect.error);
      case "end":
        return this.#resolveEnded();
    }
  }

  #startChild(child: number): void {
    try {
      const started = this.#specs[child]?.start();
      this.#running[child] = started;
      // A child may tell of its end more than once, and long after another took its place.
      started?.onEnd((error) => {
        if (this.#running[child] !== started) return;
        this.#running[child] = undefined;
        this.#tell({ type: "died", child, error, at: this.#clock.monotonic() });
      });
    } catch (error) {
      this.#running[child] = undefined;
      this.#tell({ type: "died", child, error, at: this.#clock.monotonic() });
    }
  }

  #wait(child: number, attempt: number): void {
    const waited = (): void => this.#tell({ type: "waited", child });
    this.#waiting[child] = this.#clock.after(this.#backoffMs(attempt), waited);
  }

  // A stop that fails is an end too: there is nobody left who could do better.
  #stopChild(child: number): void {
    const stopped = (): void => this.#tell({ type: "stopped", child });
    this.#running[child]?.stop().then(stopped, stopped);
  }

  #resolveEnded(): void {
    for (const resolve of this.#ended.splice(0)) resolve();
  }
}
