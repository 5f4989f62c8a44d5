/** What each screen says: its heading, its title, and what is told above it. */

import { ORDER_NOUNS, orderText } from "./money-text.ts";
import { resultWords, type Words } from "./outcome-texts.ts";
import { problemsOf, type Told } from "./problem-texts.ts";
import { securityWords } from "./security-texts.ts";
import type { ChangeOrder, Desk, Doubt, EndReason, History, LogIn, State } from "./state.ts";
import type { Stranger, Waiting } from "./state.ts";

export function wordsOf({ view, desk }: State): Words {
  switch (view.screen) {
    case "log_in":
      return { heading: "Log in", status: logInStatus(view, desk), alert: null };
    case "code":
      return { heading: "Enter your code", status: view.busy ? WAITING : null, alert: null };
    case "sign_up":
      return { heading: "Sign up", status: view.busy ? WAITING : null, alert: null };
    case "choose":
      return quiet("What would you like to do?");
    case "amount":
      return quiet(`How much would you like to ${view.kind}?`);
    case "transfer":
      return quiet("Send money");
    case "review":
      return quiet(`Check your ${ORDER_NOUNS[view.order.kind]}`);
    case "waiting":
      return waitingWords(view);
    case "result":
      return resultWords(view);
    case "history":
      return quiet(historyHeading(view));
    case "session":
      return quiet("Your session");
    case "password":
      return quiet("Change your password");
    case "security":
    case "factor_begin":
    case "factor_enrol":
    case "recovery_codes":
    case "factor_remove":
      return securityWords(view);
    case "unknown":
      return { heading: "Outcome unknown", status: null, alert: unknown(desk.doubt, view.open) };
    case "ended": {
      const { heading, told, isAlert } = ENDINGS[view.reason];
      return { heading, status: isAlert ? null : told, alert: isAlert ? told : null };
    }
    case "stranger":
      return { heading: "This is not your bank", status: null, alert: strangerTold(view, desk) };
  }
}

/** The title of the document; screen readers say it first. */
export function titleOf(state: State, atm: number | null): string {
  const { heading, alert } = wordsOf(state);
  const failed = alert !== null || problemsOf(state.view).length > 0;
  return `${failed ? "Error: " : ""}${heading} – Secure ATM${atm === null ? "" : ` ${atm}`}`;
}

const WAITING: Told = { text: "Waiting for the bank…", more: "" };
const quiet = (heading: string): Words => ({ heading, status: null, alert: null });

function waitingWords({ order, checking, doubt }: Waiting): Words {
  if (checking || (doubt !== null && order.kind !== "balance")) {
    return {
      heading: "Unknown, checking",
      status: {
        text: `${orderText(order)}: the line was lost before the answer came.`,
        more:
          "This ATM connects again and asks the bank what became of it. The order has a key of " +
          "its own, so it is never done twice.",
      },
      alert: null,
    };
  }
  return {
    heading: orderText(order),
    status: { ...WAITING, more: "Nothing counts as done before the bank has confirmed it." },
    alert: null,
  };
}

function logInStatus({ busy, signedUp }: LogIn, { doubt }: Desk): Told | null {
  if (busy) return WAITING;
  if (signedUp) {
    return {
      text: "Signup Successful",
      more: "Your account is open with a balance of $0. Log in.",
    };
  }
  if (doubt === null) return null;
  const { username, order, key } = doubt;
  const more =
    key === null
      ? `Log in as ${username}, and this ATM asks the bank for your balance at once.`
      : `Log in as ${username}, and this ATM asks the bank for it under the same key.`;
  return { text: `Still unknown: ${orderText(order)}`, more };
}

function historyHeading({ order }: History): string {
  const page = order.trail.length === 0 ? "" : `, page ${order.trail.length + 1}`;
  return order.day === "" ? `Your history${page}` : `Your history up to ${order.day}${page}`;
}

function unknown(doubt: Doubt | null, isOpen: boolean): Told {
  const order: ChangeOrder | null = doubt?.order ?? null;
  const what = order === null ? "" : `: ${orderText(order)}`;
  const text = `It is unknown whether the bank did this${what}.`;
  if (doubt?.key === null) {
    return {
      text,
      more:
        "The line was lost before the bank's answer came. This ATM does not send it again, so it " +
        "cannot happen twice. Log in again to see your balance before you repeat it.",
    };
  }
  return {
    text,
    more:
      "The line was lost, and the bank could not be asked since. This tab keeps the order's key: " +
      `${isOpen ? "check" : "log in and check"} again, and it is done once, however often it ` +
      "is asked for. Do not enter it anew.",
  };
}

function strangerTold({ username }: Stranger, { bank, doubt }: Desk): Told {
  const isNewKey = bank.type === "pinned" && bank.named !== null;
  const why = isNewKey
    ? "The key that this ATM names today is another one."
    : "Somebody else answers at its address, or its key was changed.";
  const left =
    doubt === null || doubt.username !== username
      ? ""
      : ` It stays unknown whether the bank did this: ${orderText(doubt.order)}.`;
  return {
    text: "Whoever answers could not prove to hold the key that this browser knows your bank by.",
    more: `${why} The line was closed: no password was sent, and no order.${left}`,
  };
}

type Ending = { heading: string; told: Told; isAlert: boolean };

const GONE = "The session's keys and your password are gone from this tab.";
const over = (text: string, more: string): Ending => ({
  ...{ heading: "Your session has ended", told: { text, more }, isAlert: true },
});

const ENDINGS: Record<EndReason, Ending> = {
  logged_out: {
    heading: "You are logged out",
    told: {
      text: "Your session is closed.",
      more: "Its keys are gone from this tab. You can leave the ATM.",
    },
    isAlert: false,
  },
  logged_out_everywhere: {
    heading: "You are logged out everywhere",
    told: {
      text: "All your sessions are closed, this one too.",
      more: "Their keys are worth nothing any more. You can leave the ATM.",
    },
    isAlert: false,
  },
  code_withheld: over(
    "The line to the bank was lost, and it wants a code for a new one.",
    `You gave none, so nobody was logged in again. ${GONE}`,
  ),
  line_lost: over(
    "The line to the bank has closed.",
    `Nothing was under way, so no money moved. ${GONE}`,
  ),
  idle: over("Nothing was asked for a while, so the bank ended your session.", GONE),
  expired: over("Your session has lasted as long as one may.", GONE),
  draining: over("The bank has stopped.", `Nothing was under way, so no money moved. ${GONE}`),
  terminal_refused: over("The bank serves this ATM no more.", `Go to another one. ${GONE}`),
  ended_elsewhere: over(
    "The bank ended your session.",
    `It was ended from another session, by a new password, or by the bank. ${GONE}`,
  ),
  breach: over(
    "The line was tampered with, so it was closed.",
    `What came did not come from the bank unchanged. Nothing was done by it. ${GONE}`,
  ),
  in_doubt: over(
    "It is unknown whether your password was changed.",
    `Log in with the new one; if that fails, with the old one. ${GONE}`,
  ),
  factor_in_doubt: over(
    "It is unknown whether your second factor was changed.",
    "Log in: if the bank asks for a code, it is on. If you have no recovery codes then, turn it " +
      `off and on again in Security. ${GONE}`,
  ),
};
