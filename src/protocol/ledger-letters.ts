/**
 * What the ledger is asked, and what it answers; and how both travel to its thread and back. What
 * there is much of travels as an array of scalars: an object of the same content, with its names,
 * takes more than twice as long (`node bench/micro/ledger.ts`). Whatever is rare travels as it is.
 */

import type { Noted } from "../bank/audit-vocabulary.ts";
import type { AccountId, Command, Rejection } from "../bank/ledger.ts";
import type { Cents } from "../bank/money.ts";
import type { Answered } from "../bank/operations.ts";
import type { Factor, Role, Standing } from "../bank/standing.ts";

/** `who` is the user's name, or the peer's address before a login; `origin` always the address. */
export type LedgerRequest =
  | {
      type: "command";
      command: Command;
      who: string;
      origin: string;
      /** Of a change: asked for again under the same key, it gets its first outcome. */
      idempotencyKey?: string;
    }
  | LedgerNote
  /** The bank starts; whether it was stopped before, the audit tells. */
  | { type: "opened"; origin: string; object: string };

/** What nobody commands and the ledger writes down all the same. */
export type LedgerNote = Noted & {
  type: "note";
  who: string;
  origin: string;
  /** Left out where it is `who` itself. */
  object?: string;
  /** It is taken once under it, however often it is told. */
  key?: string;
};

export type LedgerReply =
  | { type: "signed_up" }
  /** `passwordHash` is null for a name that nobody has. */
  | { type: "login_begun"; passwordHash: string | null; standing: Standing }
  | {
      type: "logged_in";
      account: AccountId;
      vault: AccountId;
      roles: readonly Role[];
      hasFactor: boolean;
    }
  | { type: "login_failed" }
  /** The sealed secret that the code is to be checked against. */
  | { type: "factor_begun"; account: AccountId; factor: Factor }
  | { type: "factor_ended"; proven: boolean }
  /** `balance` is that of the account that asked; `credited` names the receiver of a transfer. */
  | {
      type: "posted";
      transaction: number;
      amount: Cents;
      balance: Cents;
      credited: Credited | null;
    }
  | { type: "balance_read"; balance: Cents }
  /** What an operator has asked for, or has put before another. */
  | { type: "answered"; answer: Exclude<Answered, { type: "proposed_before" }> }
  | { type: "proposed"; proposal: number }
  /** Whoever is logged in there is so as somebody that the account is no more. */
  | { type: "standing_changed"; account: AccountId }
  | { type: "rejected"; rejection: Rejection }
  /** The store is full: nothing was done. */
  | { type: "read_only" }
  | { type: "done" };

/** A customer whose account has grown by another's doing; told once, not for a retry. */
export type Credited = { account: AccountId; balance: Cents };

type Key = string | null;
type PackedRequest =
  | [type: "deposit" | "withdraw", string, string, Key, AccountId, vault: AccountId, Cents]
  | [type: "transfer", string, string, Key, AccountId, to: string, Cents, memo: string | null]
  | [type: "balance", string, string, Key, AccountId];

export function packRequest(request: LedgerRequest): unknown {
  if (request.type !== "command") return request;
  const { command, who, origin, idempotencyKey: key = null } = request;
  const packed = packCommand(command, who, origin, key);
  return packed ?? request;
}

function packCommand(
  command: Command,
  who: string,
  origin: string,
  key: Key,
): PackedRequest | null {
  switch (command.type) {
    case "deposit":
    case "withdraw": {
      const { type, account, vault, amount } = command;
      return [type, who, origin, key, account, vault, amount];
    }
    case "transfer": {
      const { account, to, amount, memo } = command;
      return ["transfer", who, origin, key, account, to, amount, memo];
    }
    case "balance":
      return ["balance", who, origin, key, command.account];
    default:
      return null;
  }
}

export function unpackRequest(sent: unknown): LedgerRequest {
  if (!Array.isArray(sent)) return sent as LedgerRequest;
  const packed = sent as PackedRequest;
  const [, who, origin, idempotencyKey] = packed;
  const command = unpackCommand(packed);
  return idempotencyKey === null
    ? { type: "command", command, who, origin }
    : { type: "command", command, who, origin, idempotencyKey };
}

function unpackCommand(packed: PackedRequest): Command {
  switch (packed[0]) {
    case "deposit":
    case "withdraw":
      return { type: packed[0], account: packed[4], vault: packed[5], amount: packed[6] };
    case "transfer": {
      const [, , , , account, to, amount, memo] = packed;
      return { type: "transfer", account, to, amount, memo };
    }
    case "balance":
      return { type: "balance", account: packed[4] };
  }
}

type PackedReply =
  | [type: "posted", transaction: number, Cents, balance: Cents]
  | [type: "posted", number, Cents, Cents, credited: AccountId, creditedBalance: Cents]
  | [type: "balance_read", Cents];

export function packReply(reply: LedgerReply): unknown {
  if (reply.type === "balance_read") return ["balance_read", reply.balance] satisfies PackedReply;
  if (reply.type !== "posted") return reply;
  const { transaction, amount, balance, credited } = reply;
  const packed: PackedReply =
    credited === null
      ? ["posted", transaction, amount, balance]
      : ["posted", transaction, amount, balance, credited.account, credited.balance];
  return packed;
}

export function unpackReply(sent: unknown): LedgerReply {
  if (!Array.isArray(sent)) return sent as LedgerReply;
  const packed = sent as PackedReply;
  if (packed[0] === "balance_read") return { type: "balance_read", balance: packed[1] };
  const [type, transaction, amount, balance, account, creditedBalance] = packed;
  const isCredited = account !== undefined && creditedBalance !== undefined;
  const credited = isCredited ? { account, balance: creditedBalance } : null;
  return { type, transaction, amount, balance, credited };
}
