/**
 * The bank's answers in words. What the original system says stands first, word for word, under
 * both protocols.
 */

import { formatDollars } from "../../src/bank/money.ts";
import { formatReply } from "../../src/protocol/classic-replies.ts";
import { orderText, orderTitle } from "./money-text.ts";
import type { Told } from "./problem-texts.ts";
import { refusalAdvice } from "./refusal-texts.ts";
import { isChange } from "./flow-asking.ts";
import type { Order, Refusal, Result } from "./state.ts";

/** What a screen says above its controls. */
export type Words = { heading: string; status: Told | null; alert: Told | null };

export function resultWords({ answer, order, checked, doubt }: Result): Words {
  const confirmed = checked
    ? "The line was lost on the way. This is what became of it at the bank: it was done once."
    : "The bank has confirmed it.";
  switch (answer.type) {
    case "deposited":
      return done("Deposit done", formatReply(answer), confirmed);
    case "withdrew":
      return done("Withdrawal done", formatReply(answer), `${confirmed} Take your cash.`);
    case "transferred": {
      const balance = formatDollars(answer.balance);
      const sent = order.kind === "transfer" ? `${formatDollars(order.amount)} to ${order.to}` : "";
      return done("Transfer done", `Sent ${sent}. New Balance: ${balance}`, confirmed);
    }
    case "balance":
      return done(
        "Your balance",
        formatReply(answer),
        doubt === null
          ? "As the bank keeps it at this moment."
          : `Compare it with what you had before: ${orderText(doubt.order)} ` +
              "is either in it or was never done.",
      );
    case "password_changed":
      return done("Password changed", "Your new password is in use.", "The old one opens nothing.");
    case "refused":
      return refusedWords(answer, order);
  }
}

function refusedWords(refusal: Refusal, order: Order): Words {
  const title = orderTitle(order);
  const { kind, text } = refusal;
  const heading =
    kind === "insufficient_funds"
      ? "Not enough money"
      : `${title} not ${kind === "busy" ? "confirmed" : "done"}`;
  return { heading, status: null, alert: { text, more: refusalText(refusal, order) } };
}

const done = (heading: string, text: string, more: string): Words => ({
  heading,
  status: { text, more },
  alert: null,
});

function refusalText({ kind, text }: Refusal, order: Order): string {
  if (!isChange(order) && order.kind !== "balance") return refusalOfOther(kind);
  switch (kind) {
    case "insufficient_funds":
      return "Your balance is lower than that. No money moved.";
    case "unreachable":
      return "It was not sent, so no money moved. Try again when the line is back.";
    case "mac_failed":
      return "The bank could not tell that the message was yours. No money moved. Log in again.";
    case "replay_rejected":
      return "The bank had seen this message before and did not repeat it. Log in again.";
    case "busy":
      // Of a classic bank: it may have lost its own answer, so its words are not improved on.
      return text.startsWith("Service busy")
        ? "If its message does not say that nothing was done, look at your balance first."
        : "Nothing was done, and no money moved. Try again shortly.";
    default:
      return refusalAdvice(kind, "No money moved.");
  }
}

/** Of what moves no money. */
const refusalOfOther = (kind: Refusal["kind"]): string =>
  kind === "unreachable"
    ? "Try again when the line is back."
    : refusalAdvice(kind, "Nothing was changed.");
