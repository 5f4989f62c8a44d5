/** What can be asked of a state: where it stands in the address bar, and what is open or busy. */

import type { Desk, LogIn, Place, Protocol, State, View } from "./state.ts";

/** The log-in screen with nothing on it but what `given` says. */
export const logIn = (given: Partial<LogIn> = {}): LogIn => ({
  screen: "log_in",
  username: "",
  busy: false,
  signedUp: false,
  problems: [],
  ...given,
});

/** The state of a page that has just been opened by somebody who wants to speak `wish`. */
export const opened = (wish: Protocol): State => ({
  view: logIn(),
  desk: {
    wish,
    bank: { type: "asking" },
    line: "none",
    news: [],
    hasFactor: false,
    doubt: null,
    passwordCharsMin: null,
  },
});

/** What is spoken: without a key there is no modern protocol. */
export const protocolOf = ({ wish, bank }: Desk): Protocol =>
  bank.type === "none" ? "classic" : wish;

/** Where the history should stand while `view` is shown. */
export function placeOf(view: View): Place {
  switch (view.screen) {
    case "log_in":
      return { route: "/", step: "" };
    case "code":
      return { route: "/", step: "code" };
    case "sign_up":
      return { route: "/signup", step: "" };
    case "amount":
      return { route: "/action", step: view.kind };
    case "choose":
      return { route: "/action", step: "" };
    default:
      return { route: "/action", step: view.screen };
  }
}

/** Whether a session with the bank is open on this screen. */
export function hasSession(view: View): boolean {
  if (view.screen === "result") return view.ended === null;
  if (view.screen === "unknown") return view.open;
  return !["log_in", "code", "sign_up", "ended", "stranger"].includes(view.screen);
}

/** Whether the bank is being waited for. */
export const isBusy = (view: View): boolean =>
  view.screen === "waiting" || ("busy" in view && view.busy);

/** The end of a fingerprint, which the page does not show of a key that is not trusted yet. */
export const lastDigitsOf = (fingerprint: string): string => fingerprint.slice(-4);
