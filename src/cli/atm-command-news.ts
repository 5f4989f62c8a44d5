/** What the terminal ATM says unasked: the bank's news, and the state of the line. */

import { formatDollars } from "../bank/money.ts";
import type { News } from "../client/modern-client.ts";
import type { SessionState } from "../client/modern-session.ts";
import type { SessionOver } from "../client/modern-errors.ts";
import { NEW_LINE_NEEDS_CODE } from "./atm-command-failure.ts";

export function newsLine(news: News): string {
  switch (news.method) {
    case "session.expiring":
      return expiryLine(news.params);
    case "account.credited": {
      const { amount, from, balance, memo } = news.params;
      const note = memo === undefined ? "" : ` ("${memo}")`;
      return `${from} sent you ${formatDollars(amount)}${note}. Balance: ${formatDollars(balance)}`;
    }
  }
}

const expiryLine = ({ seconds, limit }: (News & { method: "session.expiring" })["params"]) =>
  limit === "idle"
    ? `WARNING: the session ends in ${seconds} s unless you ask for something.`
    : `WARNING: the session ends in ${seconds} s; log in again to go on.`;

/** Null for what needs no words. */
export function stateLine(state: SessionState): string | null {
  switch (state.type) {
    case "connecting":
    case "secured":
      return null;
    case "checking":
      return "The line was lost: unknown whether it was done, checking …";
    case "offline":
      return "The bank cannot be reached; the next command tries again.";
    case "ended":
      return overLine(state.over);
  }
}

function overLine(over: SessionOver): string | null {
  switch (over.type) {
    case "closed_here":
    case "bank_not_authentic": // The command that met it says so, loudly.
      return null;
    case "closed_by_bank":
      return CLOSING_LINES[over.reason];
    case "breach":
      return "WARNING: somebody meddled with the line. The session is over.";
    case "credentials_needed":
      return NEW_LINE_NEEDS_CODE;
    case "login_refused":
      return "The line was lost, and the bank wants a new login.";
  }
}

const CLOSING_LINES = {
  logout: null,
  idle: "The bank ended the session: nobody had asked for anything.",
  expired: "The session has lasted as long as one may: log in again.",
  draining: "The bank is about to stop.",
  terminal_refused: "The bank serves this ATM no more.",
  breach: "WARNING: the bank ended the session: somebody meddled with the line.",
  ended_elsewhere: "The session was ended elsewhere.",
} as const;
