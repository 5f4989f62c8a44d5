/** What the terminal ATM tells people of the bank's answers. */

import { formatDollars, type Cents } from "../bank/money.ts";
import { HISTORY_LIMIT } from "../protocol/methods.ts";
import { MEANINGS, USAGES } from "./atm-command-line.ts";
import type { HistoryEntry, Result } from "../protocol/methods.ts";

/** How each command is typed, and what it does. */
export const helpLines = (): string[] => [
  "Capitals stand for what you fill in, [brackets] for what can be left out.",
  ...Object.entries(MEANINGS).flatMap(([name, meaning]) => [
    USAGES[name as keyof typeof USAGES],
    `    ${meaning}`,
  ]),
];

export const movedLines = (
  verb: string,
  amount: Cents,
  moved: Result<"account.deposit">,
  whither = "",
): string[] => [
  `${verb} ${formatDollars(amount)}${whither}. Balance: ${formatDollars(moved.balance)} ` +
    `(transaction ${moved.transactionId})`,
];

export function historyLines(
  { entries, next }: Result<"account.history">,
  limit = HISTORY_LIMIT,
): string[] {
  if (entries.length === 0) return ["Nothing has happened on this account."];
  const more = next === undefined ? [] : [`More: history ${limit} ${next}`];
  return [...entries.map(entryLine), ...more];
}

function entryLine(entry: HistoryEntry): string {
  const { transactionId, kind, amount, balance, at, counterparty, memo } = entry;
  const sign = kind === "deposit" || kind.endsWith("_in") ? "+" : "-";
  const words = [
    transactionId.padStart(6),
    at.slice(0, 19).replace("T", " "),
    kind.padEnd(12),
    `${sign}${formatDollars(amount)}`.padStart(12),
    formatDollars(balance).padStart(12),
    counterparty ?? "",
    memo === undefined ? "" : `"${memo}"`,
  ];
  return words.join("  ").trimEnd();
}

export const infoLines = (info: Result<"session.info">): string[] => [
  `Customer     ${info.username ?? "nobody is logged in"}`,
  `Two factors  ${info.hasFactor ? "yes" : "no"}`,
  `Protocol     ${info.protocol}`,
  `Bank's key   ${info.fingerprint}`,
  `Terminal     ${info.terminal}`,
  `Since        ${info.startedAt}; ends after ${info.idleSeconds} s without a request`,
];

/** A star marks the session that asks. */
export const sessionLines = ({ current, sessions }: Result<"session.list">): string[] =>
  sessions.map(({ session, terminal, protocol, startedAt, lastActiveAt }) => {
    const times = [startedAt, lastActiveAt].map((at) => at.slice(0, 19).replace("T", " "));
    const mark = session === current ? "*" : " ";
    return [mark, session, protocol.padEnd(7), ...times, terminal].join("  ");
  });

export const secretLines = ({ secret, uri }: Result<"auth.beginFactor">): string[] => [
  `Secret  ${secret.match(/.{1,4}/g)?.join(" ")}`,
  `URI     ${uri}`,
];

export const recoveryLines = ({ recoveryCodes }: Result<"auth.enrolFactor">): string[] => [
  "The second factor is set: each login needs a code from now on.",
  "",
  "Each of these recovery codes stands in for one code, once. Write them down, for they are",
  "not shown again:",
  "",
  ...recoveryCodes.map((code) => `  ${code}`),
  "",
];
