/** The bank is asked; its answer comes, or is lost, and what became of the order is found out. */

import { charsMinFor } from "../../src/client/password-texts.ts";
import { ERRORS, isErrorKind } from "../../src/protocol/rpc-error.ts";
import { typedAmount } from "./amount.ts";
import type {
  Answer,
  ChangeOrder,
  Desk,
  Doubt,
  EndReason,
  Message,
  Order,
  Refusal,
  State,
  Step,
  View,
  Waiting,
} from "./state.ts";
import { logIn, protocolOf } from "./views.ts";

/** Asks the bank for `order`. */
export const ask = (state: State, order: Exclude<Order, { kind: "password" }>): Step =>
  askFor(state, order, null);

/** Clears a doubt up: the same change under the same key where that can be, else the balance. */
export const resolve = (state: State, doubt: Doubt): Step =>
  doubt.key !== null && protocolOf(state.desk) === "modern"
    ? askFor(state, doubt.order, doubt)
    : askFor(state, { kind: "balance" }, doubt);

export function whenWaiting(state: State, view: Waiting, message: Message): Step {
  const { username, order } = view;
  switch (message.type) {
    case "answered":
      return whenAnswered(state, view, message.answer, message.at);
    case "checking":
      return [{ ...state, view: { ...view, checking: isChange(order) } }, []];
    case "outcome_unknown": {
      if (!isChange(order)) return over(state, view, "in_doubt"); // A password has no key.
      const doubt = view.doubt ?? { username, order, key: message.key };
      return doubted(state, doubt, message.stranger ? "stranger" : "open");
    }
    case "session_ended":
      // An older change stays as unknown as it was; the next log in asks for it again.
      if (view.doubt !== null) return doubted(state, view.doubt, "ended");
      return over(state, view, message.reason);
    case "not_authentic":
      return [{ ...state, view: { screen: "stranger", username, problems: [] } }, []];
    default:
      return [state, []];
  }
}

/** Asked again in the open session, or after a log in; never under another key. */
export function whenUnknown(
  state: State,
  view: View & { screen: "unknown" },
  message: Message,
): Step {
  const { username } = view;
  const { doubt } = state.desk;
  switch (message.type) {
    case "finished":
      if (view.open && doubt !== null) return resolve(state, doubt);
      return [{ ...state, view: logIn({ username }) }, []];
    case "session_ended":
      return [{ ...state, view: { ...view, open: false } }, []];
    case "not_authentic":
      return [{ ...state, view: { screen: "stranger", username, problems: [] } }, []];
    case "left":
      return [
        { ...state, view: { screen: "ended", username, reason: "logged_out" } },
        [{ type: "hang_up" }],
      ];
    default:
      return [state, []];
  }
}

export const isChange = (order: Order): order is ChangeOrder =>
  order.kind === "deposit" || order.kind === "withdraw" || order.kind === "transfer";

function askFor(
  { view, desk }: State,
  order: Exclude<Order, { kind: "password" }>,
  doubt: Doubt | null,
): Step {
  const { username } = view;
  const waiting: Waiting = { screen: "waiting", username, order, checking: false, doubt };
  const key = isChange(order) ? (doubt?.key ?? null) : null;
  return [{ view: waiting, desk }, [{ type: "ask", order, key }]];
}

function whenAnswered(state: State, view: Waiting, answer: Answer, at: number): Step {
  const { username, order, doubt, checking } = view;
  if (doubt !== null && isOpen(answer)) return doubted(state, doubt, "open");
  const desk = doubt === null ? state.desk : { ...state.desk, doubt: null };
  const shown = (next: View): Step => [{ view: next, desk }, []];
  if (answer.type === "history") {
    if (order.kind !== "history") throw new Error("a history that nobody asked for");
    return shown({ screen: "history", username, order, page: answer.page });
  }
  if (answer.type === "session") return shown({ screen: "session", username, info: answer.info });
  const form = answer.type === "refused" ? formAgain(view, answer, desk) : null;
  if (form !== null) return shown(form);
  const checked = checking || (doubt !== null && isChange(order));
  return shown({ screen: "result", username, order, answer, at, checked, doubt, ended: null });
}

/** Where the answer is about one field: the form that has it, with what was entered. */
function formAgain(
  { username, order }: Waiting,
  { kind, reason = null }: Refusal,
  { passwordCharsMin }: Desk,
): View | null {
  if (order.kind === "password" && kind === "authentication_failed") {
    return { screen: "password", username, problems: [{ type: "old_password", fault: "wrong" }] };
  }
  if (order.kind === "password" && kind === "bad_password" && reason !== null) {
    const charsMin = charsMinFor(passwordCharsMin, false);
    const field = "new-password" as const;
    const problem = { type: "bad_password" as const, field, reason, charsMin };
    return { screen: "password", username, problems: [problem] };
  }
  if (order.kind !== "transfer") return null;
  if (kind !== "unknown_recipient" && kind !== "own_account") return null;
  const { to, amount, memo } = order;
  const fault = kind === "own_account" ? "own" : "unknown";
  return {
    screen: "transfer",
    username,
    typed: { to, amount: typedAmount(amount), memo },
    problems: [{ type: "to", fault }],
  };
}

/** Whether an answer leaves open what became of an older try: it tells of this one alone. */
const isOpen = (answer: Answer): boolean =>
  answer.type === "refused" && (!isErrorKind(answer.kind) || ERRORS[answer.kind].retry !== "never");

/** What stays in doubt is kept with its key, whatever the customer sees first. */
function doubted(state: State, doubt: Doubt, then: "open" | "ended" | "stranger"): Step {
  const { username } = doubt;
  const view: View =
    then === "stranger"
      ? { screen: "stranger", username, problems: [] }
      : { screen: "unknown", username, open: then === "open" && doubt.key !== null };
  return [{ view, desk: { ...state.desk, doubt } }, []];
}

const over = (state: State, { username }: Waiting, reason: EndReason): Step => [
  { ...state, view: { screen: "ended", username, reason } },
  [],
];
