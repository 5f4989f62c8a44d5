/** What a customer types at the terminal ATM: words as a wish, and amounts as money. Pure. */

import { readCode } from "../bank/factor-code.ts";
import { cents, type Cents } from "../bank/money.ts";
import { HISTORY_LIMIT_MAX } from "../protocol/methods.ts";
import { CommandFailed, EXIT } from "./exit.ts";
import { nearest } from "./nearest.ts";

/** A wish whose passwords are still to be fetched: from the file, if one is named. */
export type Typed =
  | { type: "sign-up"; username: string; file?: string }
  | { type: "log-in"; username: string; file?: string; code?: string }
  | { type: "password"; file?: string; code?: string }
  | { type: "confirm"; file?: string; code?: string }
  | { type: "factor remove"; file?: string; code?: string }
  | { type: "deposit" | "withdraw"; amount: Cents; key?: string }
  | { type: "transfer"; to: string; amount: Cents; memo?: string; key?: string }
  | { type: "history"; limit?: number; before?: string }
  | { type: "factor begin"; file?: string }
  | { type: "factor enrol"; file?: string; withoutQr?: true }
  | { type: "factor enrol"; code: string }
  | { type: "sessions end"; session: string }
  | { type: "log-out"; everywhere?: true }
  | { type: "balance" | "info" | "sessions" | "factor status" | "help" | "quit" };

/** How each is typed; the order is the help's. */
export const USAGES = {
  "sign-up": "sign-up NAME [PASSWORD-FILE]",
  "log-in": "log-in NAME [PASSWORD-FILE] [--code CODE]",
  balance: "balance",
  deposit: "deposit AMOUNT [--key KEY]",
  withdraw: "withdraw AMOUNT [--key KEY]",
  transfer: "transfer NAME AMOUNT [MEMO …] [--key KEY]",
  history: "history [HOW-MANY [BEFORE-ID]]",
  password: "password [NEW-PASSWORD-FILE] [--code CODE]",
  confirm: "confirm [PASSWORD-FILE] [--code CODE]",
  "factor status": "factor status",
  "factor begin": "factor begin [PASSWORD-FILE]",
  "factor enrol": "factor enrol [PASSWORD-FILE] [--no-qr] | --code CODE",
  "factor remove": "factor remove [PASSWORD-FILE] [--code CODE]",
  info: "info",
  sessions: "sessions",
  "sessions end": "sessions end SESSION",
  "log-out": "log-out [--everywhere]",
  help: "help",
  quit: "quit",
} as const satisfies Record<Typed["type"], string>;

/** What each does, for the help. */
export const MEANINGS: Record<Typed["type"], string> = {
  "sign-up": "open an account",
  "log-in": "begin as this customer",
  balance: "see what you have",
  deposit: "pay in",
  withdraw: "take out",
  transfer: "send to another customer",
  history: "what was moved, the latest first",
  password: "change your password",
  confirm: "give it again, for large sums in the next minutes",
  "factor status": "whether a code is needed beside your password",
  "factor begin": "get a secret for an authenticator, in a script",
  "factor enrol": "turn a second factor on",
  "factor remove": "turn it off",
  info: "what the bank says of this session",
  sessions: "where you are logged in",
  "sessions end": "end one of those",
  "log-out": "end this session, or all of them",
  help: "this",
  quit: "leave",
};

const AMOUNT = /^\$?(\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.(\d\d))?$/;
const IDEMPOTENCY_KEY = /^[\w-]{1,64}$/;
const SESSION = /^[\da-f]{32}$/;

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
  const [first = "", second = ""] = words;
  const name = [`${first} ${second}`, first].find(isName);
  if (name === undefined) throw new CommandFailed(EXIT.usage, unknownName(first));
  const typed = wishOf(name, words.slice(name.split(" ").length));
  if (typed === null) throw new CommandFailed(EXIT.usage, howTyped(name));
  return typed;
}

/** An amount is what is mistyped most. */
const howTyped = (name: Typed["type"]): string =>
  `It is typed: ${USAGES[name]}${USAGES[name].includes("AMOUNT") ? AMOUNT_HINT : ""}`;

const AMOUNT_HINT = "\nAMOUNT is in dollars, such as 20 or 12.50, and more than 0.";

const isName = (name: string): name is Typed["type"] => Object.hasOwn(USAGES, name);

function unknownName(first: string): string {
  const longer = Object.keys(USAGES).filter((name) => name.startsWith(`${first} `));
  if (longer.length > 0) return `It is one of: ${longer.join(", ")}`;
  const meant = nearest(first, Object.keys(USAGES));
  const hint = meant === null ? "try help" : `did you mean ${meant}? Or try help`;
  return `There is no ${first || "empty command"}: ${hint}.`;
}

function wishOf(type: Typed["type"], words: readonly string[]): Typed | null {
  switch (type) {
    case "sign-up":
    case "log-in":
      return admissionOf(type, words);
    case "password":
    case "confirm":
    case "factor remove": {
      const { value: code, rest } = withOption("--code", words, readCode);
      return code === null ? null : withFile({ type, ...(code !== undefined && { code }) }, rest);
    }
    case "deposit":
    case "withdraw": {
      const { value: key, rest } = withOption("--key", words, parseKey);
      const amount = parseAmount(rest[0] ?? "");
      if (key === null || amount === null || rest.length > 1) return null;
      return { type, amount, ...(key !== undefined && { key }) };
    }
    case "transfer":
      return transferOf(words);
    case "history":
      return historyOf(words);
    case "factor begin":
      return withFile({ type }, words);
    case "factor enrol":
      return enrolmentOf(words);
    case "sessions end": {
      const [session = ""] = words;
      return words.length === 1 && SESSION.test(session) ? { type, session } : null;
    }
    case "log-out":
      if (words.length === 0) return { type };
      return words.length === 1 && words[0] === "--everywhere" ? { type, everywhere: true } : null;
    default:
      return words.length === 0 ? { type } : null;
  }
}

function admissionOf(type: "sign-up" | "log-in", words: readonly string[]): Typed | null {
  const { value: code, rest } = withOption("--code", words, readCode);
  const [username, ...files] = rest;
  if (code === null || username === undefined) return null;
  if (type === "sign-up") return code === undefined ? withFile({ type, username }, files) : null;
  return withFile({ type, username, ...(code !== undefined && { code }) }, files);
}

function transferOf(words: readonly string[]): Typed | null {
  const { value: key, rest } = withOption("--key", words, parseKey);
  const [to, typedAmount = "", ...memo] = rest;
  const amount = parseAmount(typedAmount);
  if (key === null || to === undefined || amount === null) return null;
  return {
    ...{ type: "transfer", to, amount },
    ...(key !== undefined && { key }),
    ...(memo.length > 0 && { memo: memo.join(" ") }),
  };
}

function enrolmentOf(words: readonly string[]): Typed | null {
  const type = "factor enrol";
  const { value: code, rest } = withOption("--code", words, readCode);
  if (code === null) return null;
  if (code !== undefined) return rest.length === 0 ? { type, code } : null;
  const files = words.filter((word) => word !== "--no-qr");
  return withFile({ type, ...(files.length < words.length && { withoutQr: true }) }, files);
}

function historyOf(words: readonly string[]): Typed | null {
  const [limit, before] = words;
  if (limit === undefined) return { type: "history" };
  const count = /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
  if (count < 1 || count > HISTORY_LIMIT_MAX || words.length > 2) return null;
  if (before === undefined) return { type: "history", limit: count };
  return /^\d{1,16}$/.test(before) ? { type: "history", limit: count, before } : null;
}

const withFile = <T extends Typed>(typed: T, files: readonly string[]): T | null => {
  const [file] = files;
  if (files.length > 1) return null;
  return file === undefined ? typed : { ...typed, file };
};

const parseKey = (text: string): string | null => (IDEMPOTENCY_KEY.test(text) ? text : null);

/** Takes an option and its value out, wherever they stand; null for a value that cannot be. */
function withOption(
  name: "--key" | "--code",
  words: readonly string[],
  parse: (text: string) => string | null,
): { value?: string | null; rest: readonly string[] } {
  const at = words.indexOf(name);
  if (at === -1) return { rest: words };
  return { value: parse(words[at + 1] ?? ""), rest: words.toSpliced(at, 2) };
}
