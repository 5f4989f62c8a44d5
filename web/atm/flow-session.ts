/** A session on which nothing is being asked: choices, forms, reviews, and what was answered. */

import { isMemo } from "../../src/protocol/fields.ts";
import { parseAmount, typedAmount } from "./amount.ts";
import { ask, waitingFor } from "./flow-asking.ts";
import { inSecurity, isSecurity, seeSecurity } from "./flow-security.ts";
import type { EndReason, Message, Order, Problem, SecurityView, State, Step } from "./state.ts";
import type { Typed, View } from "./state.ts";
import { hasSession, protocolOf } from "./views.ts";

/** The screens of an open session. */
type SessionView = Exclude<
  View,
  { screen: "log_in" | "code" | "sign_up" | "stranger" | "waiting" | "unknown" | "ended" }
>;
/** Those of this file. */
type OrderView = Exclude<SessionView, SecurityView>;

/** What classic can be asked for; the rest came with the modern protocol. */
const CLASSIC_KINDS: readonly Order["kind"][] = ["deposit", "withdraw", "balance"];
const NOTHING_TYPED: Typed = { to: "", amount: "", memo: "" };
const DAY = /^(\d{4}-\d\d-\d\d)?$/;

export function inSession(state: State, view: SessionView, message: Message): Step {
  switch (message.type) {
    case "session_ended":
      if (view.screen === "result") {
        return [{ ...state, view: { ...view, ended: message.reason } }, []];
      }
      return over(state, view, message.reason);
    case "not_authentic":
      return show(state, { screen: "stranger", username: view.username, problems: [] });
    case "left":
      return [over(state, view, "logged_out")[0], [{ type: "hang_up" }]];
    default:
      break;
  }
  if (message.type === "part_missing") {
    const { username } = view;
    const problems: Problem[] = [{ type: "line", fault: "atm_unreachable" }];
    return show(state, { screen: "choose", username, problems });
  }
  if (isSecurity(view)) return inSecurity(state, view, message);
  if (hasSession(view)) return whenOpen(state, view, message);
  const goesOn = message.type === "finished" || message.type === "stepped_back";
  const reason = view.screen === "result" ? view.ended : null;
  return goesOn && reason !== null ? over(state, view, reason) : [state, []];
}

function whenOpen(state: State, view: OrderView, message: Message): Step {
  const { username } = view;
  switch (message.type) {
    case "finished":
      return show(state, { screen: "choose", username });
    case "chosen":
      return whenChosen(state, view, message.kind);
    case "stepped_back":
      return show(state, before(view));
    case "amount_entered":
      return view.screen === "amount" ? enterAmount(state, view, message.typed) : [state, []];
    case "transfer_entered":
      return view.screen === "transfer" ? enterTransfer(state, view, message.typed) : [state, []];
    case "confirmed":
      return view.screen === "review" ? ask(state, view.order) : [state, []];
    case "day_entered":
    case "turned":
      return view.screen === "history" ? readHistory(state, view, message) : [state, []];
    case "passwords_faulty":
      return view.screen === "password"
        ? show(state, { ...view, problems: message.problems })
        : [state, []];
    case "passwords_entered":
      return view.screen === "password" ? changePassword(state, message) : [state, []];
    default:
      return [state, []];
  }
}

function whenChosen(state: State, { username }: OrderView, kind: Order["kind"]): Step {
  if (protocolOf(state.desk) === "classic" && !CLASSIC_KINDS.includes(kind)) return [state, []];
  switch (kind) {
    case "balance":
    case "session":
      return ask(state, { kind });
    case "history":
      return ask(state, { kind, day: "", trail: [] });
    case "deposit":
    case "withdraw":
      return show(state, { screen: "amount", username, kind, typed: "", problems: [] });
    case "transfer":
      return show(state, { screen: "transfer", username, typed: NOTHING_TYPED, problems: [] });
    case "password":
      return show(state, { screen: "password", username, problems: [] });
    case "security":
      return seeSecurity(state);
    default: // What is chosen in that place.
      return [state, []];
  }
}

function enterAmount(state: State, view: OrderView & { screen: "amount" }, typed: string): Step {
  const amount = parseAmount(typed, protocolOf(state.desk));
  if (typeof amount === "string") {
    return show(state, { ...view, typed, problems: [{ type: "amount", fault: amount }] });
  }
  const { username, kind } = view;
  const order = { kind, amount };
  return show(state, {
    ...{ screen: "review", username, order },
    typed: { ...NOTHING_TYPED, amount: typed },
  });
}

function enterTransfer(state: State, view: OrderView & { screen: "transfer" }, typed: Typed): Step {
  const { username } = view;
  const to = typed.to.trim().normalize("NFC");
  const memo = typed.memo.trim();
  const amount = parseAmount(typed.amount, "modern");
  const problems: Problem[] = [];
  if (to === "") problems.push({ type: "to", fault: "empty" });
  if (to === username) problems.push({ type: "to", fault: "own" });
  if (typeof amount === "string") problems.push({ type: "amount", fault: amount });
  if (memo !== "" && !isMemo(memo)) problems.push({ type: "memo" });
  if (typeof amount === "string" || problems.length > 0) {
    return show(state, { ...view, typed, problems });
  }
  const order = { kind: "transfer" as const, to, amount, memo };
  return show(state, { screen: "review", username, order, typed });
}

function readHistory(
  state: State,
  { order, page }: OrderView & { screen: "history" },
  message: Message & { type: "day_entered" | "turned" },
): Step {
  const { trail } = order;
  if (message.type === "day_entered") {
    if (!DAY.test(message.day)) return [state, []];
    return ask(state, { kind: "history", day: message.day, trail: [] });
  }
  if (message.to === "newer") {
    return trail.length === 0 ? [state, []] : ask(state, { ...order, trail: trail.slice(0, -1) });
  }
  return page.next === undefined
    ? [state, []]
    : ask(state, { ...order, trail: [...trail, page.next] });
}

function changePassword(
  state: State,
  { oldPassword, newPassword, code }: Message & { type: "passwords_entered" },
): Step {
  return [
    waitingFor(state, { kind: "password" }),
    [{ type: "change_password", oldPassword, newPassword, code }],
  ];
}

/** One step back: to the form with what was typed, or to the choices. */
function before(view: OrderView): View {
  const { username } = view;
  if (view.screen === "review") {
    const { order, typed } = view;
    if (order.kind === "transfer") return { screen: "transfer", username, typed, problems: [] };
    const { kind } = order;
    return { screen: "amount", username, kind, typed: typed.amount, problems: [] };
  }
  if (view.screen !== "result") return { screen: "choose", username };
  const { order } = view;
  switch (order.kind) {
    case "deposit":
    case "withdraw": {
      const { kind } = order;
      return { screen: "amount", username, kind, typed: typedAmount(order.amount), problems: [] };
    }
    case "transfer": {
      const typed = { to: order.to, amount: typedAmount(order.amount), memo: order.memo };
      return { screen: "transfer", username, typed, problems: [] };
    }
    default:
      return { screen: "choose", username };
  }
}

const show = (state: State, view: View): Step => [{ ...state, view }, []];

const over = (state: State, { username }: View, reason: EndReason): Step =>
  show(state, { screen: "ended", username, reason });
