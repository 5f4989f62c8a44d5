/**
 * The ATM as a state machine: what each thing that happens makes of the page. One pure transition,
 * with a file for each part of a visit; `controller.ts` performs the effects. No balance is shown
 * but the bank's own.
 */

import {
  whenAskedForCode,
  whenLoggingIn,
  whenOver,
  whenSigningUp,
  whenStranger,
} from "./flow-entry.ts";
import { inSession } from "./flow-session.ts";
import { whenUnknown, whenWaiting } from "./flow-waiting.ts";
import type { Credit, Effect, Message, Place, State, Step, View } from "./state.ts";
import { hasSession, isBusy, logIn, protocolOf } from "./views.ts";

/** Older ones are in the history. */
const NEWS_MAX = 3;

export function transition(state: State, message: Message): Step {
  const [next, effects] = decide(state, message);
  if (!hasSession(state.view) || hasSession(next.view)) return [next, effects];
  // What is known of the customer is theirs alone, and goes with the session.
  return [{ ...next, desk: { ...next.desk, news: [], hasFactor: false } }, effects];
}

function decide(state: State, message: Message): Step {
  const { view, desk } = state;
  switch (message.type) {
    case "went":
      return whenWent(state, message.place);
    case "bank_learned":
      return [{ view, desk: { ...desk, bank: message.bank } }, []];
    case "limits_learned":
      return [{ view, desk: { ...desk, passwordCharsMin: message.passwordCharsMin } }, []];
    case "choosing_password": {
      // In a session it is known, and classic has no word for it.
      const isAsked = view.screen === "sign_up" && protocolOf(desk) === "modern";
      return [state, isAsked && desk.passwordCharsMin === null ? [{ type: "ask_limits" }] : []];
    }
    case "line_changed":
      return [{ view, desk: { ...desk, line: message.line } }, []];
    case "protocol_chosen": {
      const { protocol } = message;
      if (hasSession(view) || hasLine(view)) return [state, []];
      const shown = view.screen === "log_in" ? { ...view, problems: [] } : view;
      return [
        { view: shown, desk: { ...desk, wish: protocol } },
        [{ type: "keep_protocol", protocol }],
      ];
    }
    case "credited":
      return hasSession(view) ? [credited(state, message.credit), []] : [state, []];
    case "news_dismissed": {
      const news = desk.news.filter(({ id }) => id !== message.id);
      return [{ view, desk: { ...desk, news } }, []];
    }
    default:
      return whenOnScreen(state, message);
  }
}

function whenOnScreen(state: State, message: Message): Step {
  const { view } = state;
  switch (view.screen) {
    case "log_in":
      return whenLoggingIn(state, view, message);
    case "sign_up":
      return whenSigningUp(state, view, message);
    case "code":
      return whenAskedForCode(state, view, message);
    case "stranger":
      return whenStranger(state, view, message);
    case "waiting":
      return whenWaiting(state, view, message);
    case "unknown":
      return whenUnknown(state, view, message);
    case "ended":
      return whenOver(state, message);
    default:
      return inSession(state, view, message);
  }
}

function whenWent(state: State, place: Place): Step {
  const { view, desk } = state;
  // Nobody walks away from a change under way: its outcome must be seen.
  if (view.screen === "waiting" || (view.screen === "unknown" && view.open)) return [state, []];
  // Nor from recovery codes that were not kept: they are shown once.
  if (view.screen === "recovery_codes") return [state, []];
  const show = (shown: View, effects: Effect[]): Step => [{ view: shown, desk }, effects];
  if (place.route === "/signup") {
    return show({ screen: "sign_up", username: "", busy: false, problems: [] }, hangUp(view));
  }
  if (place.route === "/") return show(logIn(), hangUp(view));
  if (!hasSession(view)) {
    return show(logIn({ problems: [{ type: "log_in_first" }] }), hangUp(view));
  }
  return show(stepView(view, place.step), []);
}

/** The screen of a session that a history's entry stands for: never one that asks the bank. */
function stepView(view: View, step: string): View {
  const { username } = view;
  const left = view.screen === "review" ? view : null;
  switch (step) {
    case "deposit":
    case "withdraw": {
      const typed = left?.order.kind === step ? left.typed.amount : "";
      return { screen: "amount", username, kind: step, typed, problems: [] };
    }
    case "transfer": {
      const typed = left?.order.kind === "transfer" ? left.typed : { to: "", amount: "", memo: "" };
      return { screen: "transfer", username, typed, problems: [] };
    }
    default:
      return { screen: "choose", username };
  }
}

function credited({ view, desk }: State, credit: Credit): State {
  const others = desk.news.filter(({ id }) => id !== credit.id);
  return { view, desk: { ...desk, news: [credit, ...others].slice(0, NEWS_MAX) } };
}

/** Whoever leaves a screen with a line open, or being opened, gives it up. */
const hangUp = (view: View): Effect[] =>
  hasSession(view) || hasLine(view) ? [{ type: "hang_up" }] : [];

/** Whether a log-in or a sign-up is under way. */
const hasLine = (view: View): boolean => view.screen === "code" || isBusy(view);
