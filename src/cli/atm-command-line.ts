/** What a customer types at the terminal ATM: words as a wish, and amounts as money. Pure. */

import { cents, type Cents } from "../bank/money.ts";
import { HISTORY_LIMIT_MAX } from "../protocol/methods.ts";
import { CommandFailed, EXIT } from "./exit.ts";

/** A wish whose passwords are still to be fetched: from the file, if one is named. */
export type Typed =
  | { type: "sign-up" | "log-in"; username: string; file?: string }
  | { type: "password"; file?: string }
  | { type: "deposit" | "withdraw"; amount: Cents; key?: string }
  | { type: "transfer"; to: string; amount: Cents; memo?: string; key?: string }
  | { type: "history"; limit?: number; before?: string }
  | { type: "confirm"; file?: string }
  | { type: "log-out"; everywhere?: true }
  | { type: "balance" | "info" | "sessions" | "help" | "quit" };

/** How each is typed; the order is the help's. */
export const USAGES = {
  "sign-up": "sign-up NAME [PASSWORD-FILE]",
  "log-in": "log-in NAME [PASSWORD-FILE]",
  balance: "balance",
  deposit: "deposit AMOUNT [--key KEY]",
  withdraw: "withdraw AMOUNT [--key KEY]",
  transfer: "transfer NAME AMOUNT [MEMO …] [--key KEY]",
  history: "history [HOW-MANY [BEFORE-ID]]",
  password: "password [NEW-PASSWORD-FILE]",
  info: "info",
  sessions: "sessions",
  confirm: "confirm [PASSWORD-FILE]",
  "log-out": "log-out [--everywhere]",
  help: "help",
  quit: "quit",
} as const satisfies Record<Typed["type"], string>;

const AMOUNT = /^\$?(\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.(\d\d))?$/;
const IDEMPOTENCY_KEY = /^[\w-]{1,64}$/;

/** Dollars, with cents or without: `20`, `20.50`, `$1,000`; null for other texts, and for 0. */
export function parseAmount(text: string): Cents | null {
  const [, whole, rest = "0"] = AMOUNT.exec(text) ?? [];
  if (whole === undefined) return null;
  const amount = Number(whole.replaceAll(",", "")) * 100 + Number(rest);
  return amount === 0 ? null : cents(amount);
}

/** The words of a line; double quotes keep one with spaces together. */
export const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");

/** @throws CommandFailed that says how the command is typed. */
export function parseWish(words: readonly string[]): Typed {
  const [name = ""] = words;
  if (!isName(name)) {
    throw new CommandFailed(EXIT.usage, `There is no ${name || "empty command"}: try help.`);
  }
  const { key, rest } = withoutKey(words.slice(1));
  const typed = wishOf(name, rest, key);
  if (typed === null) throw new CommandFailed(EXIT.usage, `It is typed: ${USAGES[name]}`);
  return typed;
}

const isName = (name: string): name is Typed["type"] => Object.hasOwn(USAGES, name);

function wishOf(
  type: Typed["type"],
  words: readonly string[],
  key: string | undefined,
): Typed | null {
  const keyed = key === undefined ? {} : { key };
  const takesKey = type === "deposit" || type === "withdraw" || type === "transfer";
  if (key !== undefined && (!takesKey || !IDEMPOTENCY_KEY.test(key))) return null;
  switch (type) {
    case "sign-up":
    case "log-in": {
      const [username, file] = words;
      if (username === undefined || words.length > 2) return null;
      return { type, username, ...(file !== undefined && { file }) };
    }
    case "log-out":
      if (words.length === 0) return { type };
      return words.length === 1 && words[0] === "--everywhere" ? { type, everywhere: true } : null;
    case "confirm":
    case "password": {
      const [file] = words;
      return words.length > 1 ? null : { type, ...(file !== undefined && { file }) };
    }
    case "deposit":
    case "withdraw": {
      const amount = parseAmount(words[0] ?? "");
      return amount === null || words.length > 1 ? null : { type, amount, ...keyed };
    }
    case "transfer": {
      const [to, typedAmount = "", ...memo] = words;
      const amount = parseAmount(typedAmount);
      if (to === undefined || amount === null) return null;
      return { type, to, amount, ...keyed, ...(memo.length > 0 && { memo: memo.join(" ") }) };
    }
    case "history":
      return historyOf(words);
    default:
      return words.length === 0 ? { type } : null;
  }
}

function historyOf(words: readonly string[]): Typed | null {
  const [limit, before] = words;
  if (limit === undefined) return { type: "history" };
  const count = /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
  if (count < 1 || count > HISTORY_LIMIT_MAX || words.length > 2) return null;
  if (before === undefined) return { type: "history", limit: count };
  return /^\d{1,16}$/.test(before) ? { type: "history", limit: count, before } : null;
}

/** Takes `--key KEY` out, wherever it stands. */
function withoutKey(words: readonly string[]): { key?: string; rest: readonly string[] } {
  const at = words.indexOf("--key");
  if (at === -1) return { rest: words };
  return { key: words[at + 1] ?? "", rest: words.toSpliced(at, 2) };
}
