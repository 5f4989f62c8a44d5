/** The bank is asked: the step that every part of a visit takes when it wants something. */

import type { AskedOrder, ChangeOrder, Doubt, Order, State, Step, Waiting } from "./state.ts";

/** Asks the bank for `order`. */
export const ask = (state: State, order: AskedOrder): Step => askFor(state, order, null);

/** Asks for what became of `doubt`, by its own order and key or by another order. */
export function askFor(state: State, order: AskedOrder, doubt: Doubt | null): Step {
  const key = isChange(order) ? (doubt?.key ?? null) : null;
  return [waitingFor(state, order, doubt), [{ type: "ask", order, key }]];
}

/** The bank is waited for. */
export function waitingFor({ view, desk }: State, order: Order, doubt: Doubt | null = null): State {
  const { username } = view;
  const waiting: Waiting = { screen: "waiting", username, order, checking: false, doubt };
  return { view: waiting, desk };
}

export const isChange = (order: Order): order is ChangeOrder =>
  order.kind === "deposit" || order.kind === "withdraw" || order.kind === "transfer";
