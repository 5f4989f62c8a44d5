/**
 * Every word that the screens say about what happened. The messages of the original system stand
 * first, word for word, and ours explain them.
 */

import {
  PASSWORD_CHARS_MAX,
  USERNAME_CHARS_MAX,
  type PasswordFault,
  type UsernameFault,
} from "../../src/bank/credentials.ts";
import { formatReply, type Reply } from "../../src/protocol/classic.ts";
import { DOLLARS_MAX, DOLLARS_MIN, type AmountFault } from "./amount.ts";
import type { ChangeOrder, LineFault, Order, Problem, State } from "./flow.ts";

/** A message: what was said, and what it means for the customer. */
export type Told = { text: string; more: string };
/** A problem in words, with the `id` of the field that it is about. */
export type ProblemTold = Told & { field: "username" | "password" | "amount" | null };
export type Words = { heading: string; status: Told | null; alert: Told | null };

const MONEY = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  trailingZeroDisplay: "stripIfInteger",
});

/** Cents as people read them: `$1,000`. */
export const money = (amount: number): string => MONEY.format(amount / 100);

const MIN = money(DOLLARS_MIN * 100);
const MAX = money(DOLLARS_MAX * 100);

export const AMOUNT_LIMITS = `Whole dollars, from ${MIN} to ${MAX}.`;

/** `Withdraw $300`: the words of an order in a sentence of the customer. */
export function orderText(order: Order): string {
  if (order.kind === "balance") return "See the balance";
  return `${order.kind === "deposit" ? "Deposit" : "Withdraw"} ${money(order.amount)}`;
}

export function wordsOf(state: State): Words {
  switch (state.screen) {
    case "log_in":
      return { heading: "Log in", status: logInStatus(state), alert: null };
    case "sign_up":
      return { heading: "Sign up", status: state.busy ? WAITING : null, alert: null };
    case "choose":
      return { ...QUIET, heading: "What would you like to do?" };
    case "amount":
      return { ...QUIET, heading: `How much would you like to ${state.kind}?` };
    case "review":
      return { ...QUIET, heading: `Check your ${ORDER_NOUN[state.order.kind]}` };
    case "waiting":
      return {
        heading: orderText(state.order),
        status: { ...WAITING, more: "Nothing counts as done before the bank has confirmed it." },
        alert: null,
      };
    case "result":
      return resultWords(state);
    case "unknown":
      return { heading: "Unknown, checking", status: null, alert: unknown(state.order) };
    case "ended":
      return state.reason === "logged_out"
        ? { heading: "You are logged out", status: LOGGED_OUT, alert: null }
        : { heading: "Your session has ended", status: null, alert: LINE_LOST };
  }
}

/** What went wrong on the screen of `state`, to be listed at its top. */
export function problemsOf(state: State): ProblemTold[] {
  return "problems" in state ? state.problems.map(problemText) : [];
}

/** The title of the document; screen readers say it first. */
export function titleOf(state: State, atm: number | null): string {
  const { heading, alert } = wordsOf(state);
  const failed = alert !== null || problemsOf(state).length > 0;
  return `${failed ? "Error: " : ""}${heading} – Secure ATM${atm === null ? "" : ` ${atm}`}`;
}

const QUIET = { status: null, alert: null };
const WAITING: Told = { text: "Waiting for the bank…", more: "" };
const ORDER_NOUN = { deposit: "deposit", withdraw: "withdrawal" };

const LOGGED_OUT: Told = {
  text: "Your session is closed.",
  more: "Its keys are gone from this tab. You can leave the ATM.",
};
const LINE_LOST: Told = {
  text: "The line to the bank has closed.",
  more: "Nothing was under way, so no money moved. The session's keys are gone from this tab.",
};

const unknown = (order: ChangeOrder): Told => ({
  text: `It is unknown whether the bank did this: ${orderText(order)}.`,
  more:
    "The line was lost before the bank's answer came. This ATM does not send it again, so it " +
    "cannot happen twice. Log in again to see your balance before you repeat it.",
});

function logInStatus(state: State & { screen: "log_in" }): Told | null {
  if (state.busy) return WAITING;
  if (state.signedUp) {
    return {
      text: "Signup Successful",
      more: "Your account is open with a balance of $0. Log in.",
    };
  }
  if (state.inDoubt === null) return null;
  const more = "Log in, and this ATM asks the bank for your balance at once.";
  return { text: `Still unknown: ${orderText(state.inDoubt)}`, more };
}

function resultWords({ reply, order, inDoubt }: State & { screen: "result" }): Words {
  const text = formatReply(reply);
  const done = (heading: string, more: string): Words => ({
    heading,
    status: { text, more },
    alert: null,
  });
  const failed = (heading: string, more: string): Words => ({
    heading,
    status: null,
    alert: { text, more },
  });
  switch (reply.type) {
    case "deposited":
      return done("Deposit done", "The bank has confirmed it.");
    case "withdrew":
      return done("Withdrawal done", "The bank has confirmed it. Take your cash.");
    case "balance":
      return inDoubt === null
        ? done("Your balance", "As the bank keeps it at this moment.")
        : done(
            "Your balance",
            `Compare it with what you had before: ${orderText(inDoubt)} ` +
              "is either in it or was never done.",
          );
    case "insufficient_funds":
      return failed("Not enough money", "Your balance is lower than that. No money moved.");
    case "busy":
      return failed(`${ORDERED[order.kind]} not confirmed`, refusalText(reply));
    default:
      return failed(`${ORDERED[order.kind]} not done`, refusalText(reply));
  }
}

const ORDERED = { deposit: "Deposit", withdraw: "Withdrawal", balance: "Balance" };

function refusalText({ type }: Reply): string {
  switch (type) {
    case "busy":
      // The bank may have lost its own answer, so its words are not to be improved on.
      return "If its message does not say that nothing was done, look at your balance first.";
    case "mac_failed":
      return "The bank could not tell that the message was yours. No money moved. Log in again.";
    case "replay_rejected":
      return "The bank had seen this message before and did not repeat it. Log in again.";
    default:
      return "The bank refused it. No money moved.";
  }
}

function problemText(problem: Problem): ProblemTold {
  switch (problem.type) {
    case "log_in_first":
      return told(
        "Error: Please log in first.",
        "A reload ends the session, as its keys live in this tab only.",
      );
    case "authentication_failed":
      return told(
        "Authentication Failed",
        "The user name or the password is not right.",
        "username",
      );
    case "username_taken":
      return told("Username already exists", "Choose another user name.", "username");
    case "username":
      return told(USERNAME_TEXT[problem.fault], "", "username");
    case "password":
      return told(PASSWORD_TEXT[problem.fault], "", "password");
    case "amount":
      return told(AMOUNT_TEXT[problem.fault], "", "amount");
    case "refused":
      return told(problem.text, "The bank refused it.");
    case "line":
      return LINE_TEXT[problem.fault];
  }
}

const told = (text: string, more: string, field: ProblemTold["field"] = null): ProblemTold => ({
  text,
  more,
  field,
});

const USERNAME_TEXT: Record<UsernameFault, string> = {
  empty: "Enter your user name",
  too_long: `The user name must have at most ${USERNAME_CHARS_MAX} characters`,
  bad_character: "The user name may have letters, digits and . _ - @ + only",
  not_normal: "The user name has letters written in an unusual way; type it again",
};

const PASSWORD_TEXT: Record<PasswordFault, string> = {
  empty: "Enter your password",
  too_long: `The password must have at most ${PASSWORD_CHARS_MAX} characters`,
  not_text: "The password has a character that is none; type it again",
};

const AMOUNT_TEXT: Record<AmountFault, string> = {
  empty: "Enter an amount",
  not_whole: "Enter whole dollars, in digits only",
  too_small: `Enter at least ${MIN}`,
  too_large: `Enter at most ${MAX}`,
};

const LINE_TEXT: Record<LineFault, ProblemTold> = {
  bank_unreachable: told(
    "The bank cannot be reached",
    "Make sure that the bank is running, then try again.",
  ),
  atm_unreachable: told(
    "This ATM does not answer",
    "Make sure that its program is running, then try again.",
  ),
  atm_busy: told(
    "This ATM is in use",
    "Too many sessions are open at it. Close one, or try again shortly.",
  ),
  line_lost: told("The line to the bank was lost", "No session was opened. Try again."),
};
