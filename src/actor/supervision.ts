/** What a supervisor decides, as a transition over its children, by index; see ./supervisor.ts. */

import type { Transition } from "./transition.ts";

export type Message =
  | { type: "start" }
  | { type: "died"; child: number; error: unknown; at: number } // `at` by the monotonic clock
  | { type: "waited"; child: number } //                           its back-off is over
  | { type: "stop" }
  | { type: "stopped"; child: number }; //                         as it was told to

export type Effect =
  | { type: "start_child"; child: number }
  | { type: "wait"; child: number; attempt: number }
  | { type: "cancel_wait"; child: number }
  | { type: "stop_child"; child: number }
  | { type: "give_up"; error: unknown }
  | { type: "end" };

export interface ChildState {
  readonly phase: "running" | "waiting" | "stopping" | "stopped";
  readonly restarts: number;
}

export interface State {
  readonly phase: "running" | "stopping" | "ended";
  readonly budget: { readonly restartsMax: number; readonly periodMs: number };
  readonly children: readonly ChildState[];
  /** The restarts of the current period: no more than the budget allows. */
  readonly recent: readonly { readonly child: number; readonly at: number }[];
  /** What it gives up for, once it does. */
  readonly failure: { readonly error: unknown } | null;
}

type Step = readonly [State, readonly Effect[]];

export const transition: Transition<State, Message, Effect> = (state, message) => {
  switch (state.phase) {
    case "running":
      return whenRunning(state, message);
    case "stopping":
      return whenStopping(state, message);
    case "ended":
      return [state, []];
  }
};

function whenRunning(state: State, message: Message): Step {
  switch (message.type) {
    case "start":
      return startAll(state);
    case "died":
      return restart(state, message.child, message.error, message.at);
    case "waited":
      return [
        withPhase(state, message.child, "running"),
        [{ type: "start_child", child: message.child }],
      ];
    case "stop":
      return stopNext({ ...state, phase: "stopping" }, []);
    case "stopped":
      return [state, []];
  }
}

// Whoever ends while all are being stopped has ended, whether told to or not.
function whenStopping(state: State, message: Message): Step {
  switch (message.type) {
    case "died":
    case "stopped":
      return ended(state, message.child);
    case "start":
    case "waited":
    case "stop":
      return [state, []];
  }
}

function startAll(state: State): Step {
  if (state.children.some(({ phase }) => phase !== "stopped")) return [state, []];
  const children = state.children.map((child): ChildState => ({ ...child, phase: "running" }));
  return [{ ...state, children }, children.map((_, child) => ({ type: "start_child", child }))];
}

/** Erlang's rule: more than `restartsMax` restarts within `periodMs`, and it gives up. */
function restart(state: State, child: number, error: unknown, at: number): Step {
  const inPeriod = state.recent.filter((one) => at - one.at <= state.budget.periodMs);
  if (inPeriod.length >= state.budget.restartsMax) {
    const giving: State = { ...state, phase: "stopping", failure: { error } };
    return stopNext(withPhase(giving, child, "stopped"), []);
  }
  const recent = [...inPeriod, { child, at }];
  const attempt = recent.filter((one) => one.child === child).length;
  const children = state.children.map((one, index): ChildState =>
    index === child ? { phase: "waiting", restarts: one.restarts + 1 } : one,
  );
  return [{ ...state, recent, children }, [{ type: "wait", child, attempt }]];
}

function ended(state: State, child: number): Step {
  const wasStopping = state.children[child]?.phase === "stopping";
  const next = withPhase(state, child, "stopped");
  return wasStopping ? stopNext(next, []) : [next, []];
}

/** Goes on with the last child that has not ended; one that waits to start has nothing to stop. */
function stopNext(state: State, effects: readonly Effect[]): Step {
  const child = state.children.findLastIndex(({ phase }) => phase !== "stopped");
  if (child === -1) return finish(state, effects);
  if (state.children[child]?.phase === "waiting") {
    const cancelled: Effect = { type: "cancel_wait", child };
    return stopNext(withPhase(state, child, "stopped"), [...effects, cancelled]);
  }
  return [withPhase(state, child, "stopping"), [...effects, { type: "stop_child", child }]];
}

function finish(state: State, effects: readonly Effect[]): Step {
  const giveUp: Effect[] =
    state.failure === null ? [] : [{ type: "give_up", error: state.failure.error }];
  return [{ ...state, phase: "ended" }, [...effects, { type: "end" }, ...giveUp]];
}

function withPhase(state: State, child: number, phase: ChildState["phase"]): State {
  const children = state.children.map((one, index) => (index === child ? { ...one, phase } : one));
  return { ...state, children };
}
