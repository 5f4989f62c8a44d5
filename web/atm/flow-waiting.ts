/** The bank is asked; its answer comes, or is lost, and what became of the order is found out. */

import { ERRORS, isErrorKind } from "../../src/protocol/rpc-error.ts";
import { typedAmount } from "./amount.ts";
import { askFor, isChange } from "./flow-asking.ts";
import { securityAnswered, securityRefused } from "./flow-security.ts";
import type {
  AfterDoubt,
  Answer,
  Doubt,
  EndReason,
  Message,
  Problem,
  Refusal,
  State,
  Step,
  View,
  Waiting,
} from "./state.ts";
import { logIn, protocolOf } from "./views.ts";

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
      if (!isChange(order)) return leftInDoubt(state, view); // It has no key.
      const doubt = view.doubt ?? { username, order, key: message.key };
      return doubted(state, doubt, message.session);
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

function whenAnswered(state: State, view: Waiting, answer: Answer, at: number): Step {
  const { username, order, doubt, checking } = view;
  if (doubt !== null && isOpen(answer)) return doubted(state, doubt, "open");
  const desk = doubt === null ? state.desk : { ...state.desk, doubt: null };
  const shown = (next: View): Step => [{ view: next, desk }, []];
  switch (answer.type) {
    case "history":
      if (order.kind !== "history") throw new Error("a history that nobody asked for");
      return shown({ screen: "history", username, order, page: answer.page });
    case "session":
      return shown({ screen: "session", username, info: answer.info });
    case "security":
    case "factor_begun":
    case "factor_enrolled":
    case "factor_removed":
    case "other_session_ended":
      return securityAnswered(state, view, answer);
    case "refused": {
      const again = formAgain(state, view, answer) ?? securityRefused(state, view, answer);
      if (again !== null) return again;
      break;
    }
    default:
      break;
  }
  const checked = checking || (doubt !== null && isChange(order));
  return shown({ screen: "result", username, order, answer, at, checked, doubt, ended: null });
}

/** Where the answer is about one field: the form that has it, with what was entered. */
function formAgain(state: State, { username, order, doubt }: Waiting, refusal: Refusal) {
  const desk = doubt === null ? state.desk : { ...state.desk, doubt: null };
  if (order.kind === "password") return passwordAgain({ ...state, desk }, username, refusal);
  const { kind } = refusal;
  if (order.kind !== "transfer") return null;
  if (kind !== "unknown_recipient" && kind !== "own_account") return null;
  const { to, amount, memo } = order;
  const fault = kind === "own_account" ? "own" : "unknown";
  const typed = { to, amount: typedAmount(amount), memo };
  const form: View = { screen: "transfer", username, typed, problems: [{ type: "to", fault }] };
  return [{ view: form, desk }, []] satisfies Step;
}

function passwordAgain({ desk }: State, username: string, { kind, bad }: Refusal): Step | null {
  const form = (problem: Problem): View => ({ screen: "password", username, problems: [problem] });
  switch (kind) {
    case "authentication_failed": {
      const fault = desk.hasFactor ? "wrong_or_code" : "wrong";
      return [{ view: form({ type: "old_password", fault }), desk }, []];
    }
    case "bad_password": {
      if (bad === undefined) return null;
      return [{ view: form({ type: "bad_password", field: "new-password", ...bad }), desk }, []];
    }
    case "code_required": // A second factor was turned on in another session.
      return [
        { view: form({ type: "code", fault: "empty" }), desk: { ...desk, hasFactor: true } },
        [],
      ];
    default:
      return null;
  }
}

/** Whether an answer leaves open what became of an older try: it tells of this one alone. */
const isOpen = (answer: Answer): boolean =>
  answer.type === "refused" && (!isErrorKind(answer.kind) || ERRORS[answer.kind].retry !== "never");

/** What stays in doubt is kept with its key, whatever the customer sees first. */
function doubted(state: State, doubt: Doubt, then: AfterDoubt): Step {
  const { username } = doubt;
  const view: View =
    then === "stranger"
      ? { screen: "stranger", username, problems: [] }
      : { screen: "unknown", username, open: then === "open" && doubt.key !== null };
  return [{ view, desk: { ...state.desk, doubt } }, []];
}

/** The line was lost, and this end knows neither the outcome nor what the next line would need. */
function leftInDoubt(state: State, view: Waiting): Step {
  const reason = view.order.kind === "password" ? "in_doubt" : "factor_in_doubt";
  return [over(state, view, reason)[0], [{ type: "hang_up" }]];
}

const over = (state: State, { username }: Waiting, reason: EndReason): Step => [
  { ...state, view: { screen: "ended", username, reason } },
  [],
];
