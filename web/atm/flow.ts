/**
 * The screens of the ATM: what is shown, and what each thing that happens makes of it. One pure
 * transition; `controller.ts` performs the effects. A password passes through an effect and is
 * never kept in a state. No balance is shown but the bank's own.
 */

import type { PasswordFault, UsernameFault } from "../../src/bank/credentials.ts";
import type { Cents } from "../../src/bank/money.ts";
import type { Reply } from "../../src/protocol/classic.ts";
import { parseAmount, type AmountFault } from "./amount.ts";

export type Change = "deposit" | "withdraw";
export type ChangeOrder = { kind: Change; amount: Cents };
/** What the bank is asked for. */
export type Order = ChangeOrder | { kind: "balance" };

/** Why the bank could not be spoken to. */
export type LineFault = "bank_unreachable" | "atm_unreachable" | "atm_busy" | "line_lost";

/** What stands in the customer's way, to be said at the top of the screen. */
export type Problem =
  | { type: "log_in_first" }
  | { type: "authentication_failed" }
  | { type: "username_taken" }
  | { type: "username"; fault: UsernameFault }
  | { type: "password"; fault: PasswordFault }
  | { type: "amount"; fault: AmountFault }
  | { type: "refused"; text: string }
  | { type: "line"; fault: LineFault };

export type State =
  | LogIn
  | { screen: "sign_up"; username: string; busy: boolean; problems: Problem[] }
  | { screen: "choose"; username: string }
  | { screen: "amount"; username: string; kind: Change; typed: string; problems: Problem[] }
  | { screen: "review"; username: string; order: ChangeOrder; typed: string }
  | Waiting
  | Result
  | { screen: "unknown"; username: string; order: ChangeOrder }
  | { screen: "ended"; username: string; reason: "logged_out" | "line_lost" };

type LogIn = {
  screen: "log_in";
  username: string;
  busy: boolean;
  signedUp: boolean;
  problems: Problem[];
  /** A change whose outcome is unknown: the balance is asked for at once after the log in. */
  inDoubt: ChangeOrder | null;
};
type Waiting = {
  screen: "waiting";
  username: string;
  order: Order;
  inDoubt: ChangeOrder | null;
};
type Result = {
  screen: "result";
  username: string;
  order: Order;
  reply: Reply;
  /** When the bank's reply came, in milliseconds since 1970. */
  at: number;
  inDoubt: ChangeOrder | null;
  /** The line was lost after the reply: what it says stays in view, and is the last. */
  lineCut: boolean;
};

export type Route = "/" | "/signup" | "/action";
/** An entry of the browser's history: the address, and which step of `/action` it was. */
export type Place = { route: Route; step: string };

export type Message =
  | { type: "went"; place: Place } //                          by a link, back, forward or a reload
  | { type: "credentials_entered"; username: string; password: string } // both checked
  | { type: "credentials_faulty"; username: string; problems: Problem[] }
  | { type: "signed_up" } //                                   by the bank, as those that follow
  | { type: "authenticated" }
  | { type: "refused"; problem: Problem }
  | { type: "replied"; reply: Reply; at: number }
  | { type: "line_lost"; inDoubt: boolean } //                 in a session
  | { type: "chosen"; kind: Order["kind"] } //                 by the customer, as the rest
  | { type: "amount_entered"; typed: string }
  | { type: "confirmed" }
  | { type: "stepped_back" }
  | { type: "finished" }
  | { type: "left" };

export type Effect =
  | { type: "sign_up"; username: string; password: string }
  | { type: "log_in"; username: string; password: string }
  | { type: "ask"; order: Order }
  | { type: "hang_up" };

type Step = [State, Effect[]];

/** The log-in screen with nothing on it but what `given` says. */
export const logIn = (given: Partial<LogIn> = {}): LogIn => ({
  screen: "log_in",
  username: "",
  busy: false,
  signedUp: false,
  problems: [],
  inDoubt: null,
  ...given,
});

export const transition = (state: State, message: Message): Step => {
  if (message.type === "went") return whenWent(state, message.place);
  switch (state.screen) {
    case "log_in":
      return whenLoggingIn(state, message);
    case "sign_up":
      return whenSigningUp(state, message);
    case "waiting":
      return whenWaiting(state, message);
    case "unknown":
    case "ended":
      return whenOver(state, message);
    case "choose":
    case "amount":
    case "review":
    case "result":
      return inSession(state, message);
  }
};

/** Where the history should stand while `state` is shown. */
export function placeOf(state: State): Place {
  switch (state.screen) {
    case "log_in":
      return { route: "/", step: "" };
    case "sign_up":
      return { route: "/signup", step: "" };
    case "amount":
      return { route: "/action", step: state.kind };
    case "choose":
      return { route: "/action", step: "" };
    default:
      return { route: "/action", step: state.screen };
  }
}

/** Whether a session with the bank is open on this screen. */
export function hasSession(state: State): boolean {
  if (state.screen === "result") return !state.lineCut;
  return !["log_in", "sign_up", "unknown", "ended"].includes(state.screen);
}

/** Whether the bank is being waited for. */
export const isBusy = (state: State): boolean =>
  state.screen === "waiting" || ("busy" in state && state.busy);

function whenWent(state: State, place: Place): Step {
  // Nobody walks away from a change under way: its outcome must be seen.
  if (state.screen === "waiting") return [state, []];
  if (place.route === "/signup") {
    return [{ screen: "sign_up", username: "", busy: false, problems: [] }, hangUp(state)];
  }
  if (place.route === "/") return [logIn(), hangUp(state)];
  if (!hasSession(state)) return [logIn({ problems: [{ type: "log_in_first" }] }), hangUp(state)];
  const { username } = state;
  if (place.step !== "deposit" && place.step !== "withdraw") {
    return [{ screen: "choose", username }, []];
  }
  const typed = state.screen === "review" && state.order.kind === place.step ? state.typed : "";
  return [{ screen: "amount", username, kind: place.step, typed, problems: [] }, []];
}

function whenLoggingIn(state: LogIn, message: Message): Step {
  switch (message.type) {
    case "credentials_faulty":
      return [{ ...state, username: message.username, problems: message.problems }, []];
    case "credentials_entered": {
      if (state.busy) return [state, []];
      const { username, password } = message;
      const waiting: State = { ...state, username, busy: true, signedUp: false, problems: [] };
      return [waiting, [{ type: "log_in", username, password }]];
    }
    case "refused":
      return [{ ...state, busy: false, problems: [message.problem] }, []];
    case "authenticated": {
      const { username, inDoubt } = state;
      if (inDoubt === null) return [{ screen: "choose", username }, []];
      return ask({ username, order: { kind: "balance" }, inDoubt });
    }
    default:
      return [state, []];
  }
}

function whenSigningUp(state: State & { screen: "sign_up" }, message: Message): Step {
  switch (message.type) {
    case "credentials_faulty":
      return [{ ...state, username: message.username, problems: message.problems }, []];
    case "credentials_entered": {
      if (state.busy) return [state, []];
      const { username, password } = message;
      const waiting: State = { ...state, username, busy: true, problems: [] };
      return [waiting, [{ type: "sign_up", username, password }]];
    }
    case "refused":
      return [{ ...state, busy: false, problems: [message.problem] }, []];
    case "signed_up":
      return [logIn({ username: state.username, signedUp: true }), []];
    default:
      return [state, []];
  }
}

function whenWaiting(state: Waiting, message: Message): Step {
  const { username, order, inDoubt } = state;
  switch (message.type) {
    case "replied": {
      const { reply, at } = message;
      return [{ screen: "result", username, order, reply, at, inDoubt, lineCut: false }, []];
    }
    case "line_lost":
      // What was asked is never sent again: it may have been done. The customer looks and decides.
      if (message.inDoubt && order.kind !== "balance") {
        return [{ screen: "unknown", username, order }, []];
      }
      if (inDoubt !== null) return [{ screen: "unknown", username, order: inDoubt }, []];
      return [{ screen: "ended", username, reason: "line_lost" }, []];
    default:
      return [state, []];
  }
}

function inSession(
  state: State & { screen: "choose" | "amount" | "review" | "result" },
  message: Message,
): Step {
  const { username } = state;
  if (message.type === "line_lost" && state.screen === "result") {
    return [{ ...state, lineCut: true }, []];
  }
  if (message.type !== "left" && (message.type === "line_lost" || !hasSession(state))) {
    return [{ screen: "ended", username, reason: "line_lost" }, []];
  }
  switch (message.type) {
    case "left":
      return [{ screen: "ended", username, reason: "logged_out" }, [{ type: "hang_up" }]];
    case "finished":
      return [{ screen: "choose", username }, []];
    case "chosen":
      return choose(username, message.kind);
    case "amount_entered":
      return state.screen === "amount" ? enterAmount(state, message.typed) : [state, []];
    case "confirmed":
      if (state.screen !== "review") return [state, []];
      return ask({ username, order: state.order, inDoubt: null });
    case "stepped_back":
      return stepBack(state);
    default:
      return [state, []];
  }
}

function choose(username: string, kind: Order["kind"]): Step {
  if (kind === "balance") return ask({ username, order: { kind }, inDoubt: null });
  return [{ screen: "amount", username, kind, typed: "", problems: [] }, []];
}

function enterAmount(state: State & { screen: "amount" }, typed: string): Step {
  const amount = parseAmount(typed);
  if (typeof amount === "string") {
    return [{ ...state, typed, problems: [{ type: "amount", fault: amount }] }, []];
  }
  const { username, kind } = state;
  return [{ screen: "review", username, order: { kind, amount }, typed }, []];
}

/** One step back: to the amount with what was typed, or to the choices. */
function stepBack(state: State & { screen: "choose" | "amount" | "review" | "result" }): Step {
  const { username } = state;
  if (state.screen === "review") {
    const { order, typed } = state;
    return [{ screen: "amount", username, kind: order.kind, typed, problems: [] }, []];
  }
  if (state.screen === "result" && state.order.kind !== "balance") {
    const { kind, amount } = state.order;
    return [{ screen: "amount", username, kind, typed: String(amount / 100), problems: [] }, []];
  }
  return [{ screen: "choose", username }, []];
}

function whenOver(state: State & { screen: "unknown" | "ended" }, message: Message): Step {
  if (message.type !== "finished") return [state, []];
  if (state.screen === "ended") return [logIn(), []];
  return [logIn({ username: state.username, inDoubt: state.order }), []];
}

const ask = (asked: Omit<Waiting, "screen">): Step => [
  { screen: "waiting", ...asked },
  [{ type: "ask", order: asked.order }],
];

/** Whoever leaves a screen with a line open, or being opened, gives it up. */
const hangUp = (state: State): Effect[] =>
  hasSession(state) || isBusy(state) ? [{ type: "hang_up" }] : [];
