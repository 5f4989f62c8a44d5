/** What the bank says in the classic protocol: the texts of its replies, and back. */
import { formatDollars, parseDollars } from "../bank/money.ts";
import type { Cents } from "../bank/money.ts";
import { ProtocolError } from "./error.ts";

/** What the bank says before login, in bare text. */
export const SIGNUP_SUCCESSFUL = "Signup Successful";
export const USERNAME_EXISTS = "Username already exists";
export const AUTHENTICATED = "Authenticated";
export const AUTHENTICATION_FAILED = "Authentication Failed";

/**
 * What it may say before login, bare, and after it, sealed: one of these with a detail behind it.
 */
export const INVALID_REQUEST = "Invalid request: ";
export const SERVICE_BUSY = "Service busy: ";
const REPLAY_REJECTED = "Replay rejected: ";
const INSUFFICIENT_FUNDS = "Insufficient funds";
const MAC_FAILED = "MAC verification failed";

/** Longer than any text that the bank sends before login. */
export const TEXT_BYTES_MAX = 1024;

const decoder = new TextDecoder();

export type Reply =
  | { type: "deposited" | "withdrew"; amount: Cents; balance: Cents }
  | { type: "balance"; balance: Cents }
  | { type: "insufficient_funds" }
  | { type: "mac_failed" }
  | { type: "invalid_request"; detail: string }
  | { type: "replay_rejected"; detail: string }
  | { type: "busy"; detail: string };

/** The text of a reply. A detail is for people; it must not hold anything that came from a peer. */
export function formatReply(reply: Reply): string {
  switch (reply.type) {
    case "deposited":
      return moved("Deposited", reply.amount, reply.balance);
    case "withdrew":
      return moved("Withdrew", reply.amount, reply.balance);
    case "balance":
      return `Current Balance: ${formatDollars(reply.balance)}`;
    case "insufficient_funds":
      return INSUFFICIENT_FUNDS;
    case "mac_failed":
      return MAC_FAILED;
    case "invalid_request":
      return INVALID_REQUEST + reply.detail;
    case "replay_rejected":
      return REPLAY_REJECTED + reply.detail;
    case "busy":
      return SERVICE_BUSY + reply.detail;
  }
}

const moved = (verb: string, amount: Cents, balance: Cents): string =>
  `${verb} ${formatDollars(amount)}. New Balance: ${formatDollars(balance)}`;

const MOVED = /^(Deposited|Withdrew) (\$[\d.]+)\. New Balance: (-?\$[\d.]+)$/;
const BALANCE = /^Current Balance: (-?\$[\d.]+)$/;

/** @throws ProtocolError `bad_reply` for a text that `formatReply` does not give. */
export function parseReply(text: string): Reply {
  if (text === INSUFFICIENT_FUNDS) return { type: "insufficient_funds" };
  if (text === MAC_FAILED) return { type: "mac_failed" };
  const [, verb, amount, newBalance] = MOVED.exec(text) ?? [];
  if (verb !== undefined) {
    const type = verb === "Deposited" ? "deposited" : "withdrew";
    return { type, amount: moneyOf(amount), balance: moneyOf(newBalance) };
  }
  const [, balance] = BALANCE.exec(text) ?? [];
  if (balance !== undefined) return { type: "balance", balance: moneyOf(balance) };
  return parseRefusal(text);
}

function parseRefusal(text: string): Reply {
  for (const [prefix, type] of [
    [INVALID_REQUEST, "invalid_request"],
    [REPLAY_REJECTED, "replay_rejected"],
    [SERVICE_BUSY, "busy"],
  ] as const) {
    if (text.startsWith(prefix)) return { type, detail: text.slice(prefix.length) };
  }
  throw new ProtocolError("bad_reply");
}

function moneyOf(text: string | undefined): Cents {
  const amount = parseDollars(text ?? "");
  if (amount === null) throw new ProtocolError("bad_reply");
  return amount;
}

/**
 * The refusal that a bank sends unasked, before it hangs up on a new line; null for other bytes.
 */
export function readRefusal(bytes: Uint8Array): string | null {
  const text = decoder.decode(bytes.subarray(0, TEXT_BYTES_MAX));
  return isRefusal(text) ? text : null;
}

export const isRefusal = (text: string): boolean =>
  text.startsWith(INVALID_REQUEST) || text.startsWith(SERVICE_BUSY);
