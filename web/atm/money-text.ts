/** Money and orders as people read them. */

import { MEMO_CHARS_MAX } from "../../src/protocol/fields.ts";
import { AMOUNT_CENTS_MAX } from "../../src/bank/money.ts";
import { AMOUNT_CENTS_MIN } from "./amount.ts";
import type { ChangeOrder, Order, Protocol } from "./state.ts";

const MONEY = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  trailingZeroDisplay: "stripIfInteger",
});

/** Cents as people read them: `$1,000`. */
export const money = (amount: number): string => MONEY.format(amount / 100);

const MAX = money(AMOUNT_CENTS_MAX);

export const AMOUNT_LIMITS: Record<Protocol, string> = {
  classic: `Whole dollars, from ${money(AMOUNT_CENTS_MIN.classic)} to ${MAX}.`,
  modern: `Dollars, with cents if you like: 20 or 12.50. At most ${MAX}.`,
};
export const MEMO_LIMITS = `Up to ${MEMO_CHARS_MAX} characters. The recipient reads it, too.`;

export const ORDER_NOUNS = { deposit: "deposit", withdraw: "withdrawal", transfer: "transfer" };

/** `Withdraw $300`: the words of an order in a sentence of the customer. */
export function orderText(order: Order): string {
  switch (order.kind) {
    case "deposit":
      return `Deposit ${money(order.amount)}`;
    case "withdraw":
      return `Withdraw ${money(order.amount)}`;
    case "transfer":
      return `Send ${money(order.amount)} to ${order.to}`;
    case "balance":
      return "See the balance";
    case "history":
      return "See what was moved";
    case "session":
      return "See the session";
    case "password":
      return "Change the password";
    case "security":
      return "See factor and sessions";
    case "begin_factor":
    case "enrol_factor":
      return "Turn on the second factor";
    case "remove_factor":
      return "Turn off the second factor";
    case "end_session":
      return "End a session";
    case "log_out_everywhere":
      return "Log out everywhere";
  }
}

/** The order as the heading of its outcome: `Deposit`. */
export function orderTitle({ kind }: Order): string {
  if (kind === "deposit" || kind === "withdraw" || kind === "transfer") {
    const noun: string = ORDER_NOUNS[kind satisfies ChangeOrder["kind"]];
    return `${noun.charAt(0).toUpperCase()}${noun.slice(1)}`;
  }
  return OTHER_TITLES[kind];
}

const OTHER_TITLES = {
  balance: "Balance",
  history: "History",
  session: "Session",
  password: "Change of password",
  security: "Security",
  begin_factor: "Second factor",
  enrol_factor: "Second factor",
  remove_factor: "Second factor",
  end_session: "End of a session",
  log_out_everywhere: "Logging out everywhere",
};
