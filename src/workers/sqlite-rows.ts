/** What the rows of the embedded store mean. STRICT tables hold their columns to these types. */

import type { AuditEntry } from "../bank/audit.ts";
import type { AccountId, Posted, PostingKind, Rejection } from "../bank/ledger.ts";
import type { Proposal } from "../bank/proposals.ts";
import type { Cents } from "../bank/money.ts";
import { ROLES, type Standing } from "../bank/standing.ts";
import type { Outcome } from "./store.ts";

export type Row = Record<string, unknown>;

export const postingOf = (row: Row): Posted => ({
  type: "posted",
  kind: row["kind"] as PostingKind,
  memo: row["memo"] as string | null,
  transaction: row["id"] as number,
  amount: row["amount"] as Cents,
  debit: {
    account: row["debit"] as AccountId,
    balance: row["debit_balance"] as Cents,
    previous: row["debit_previous"] as number,
  },
  credit: {
    account: row["credit"] as AccountId,
    balance: row["credit_balance"] as Cents,
    previous: row["credit_previous"] as number,
  },
});

export const proposalOf = (row: Row): Proposal => ({
  id: row["id"] as number,
  proposer: row["proposer"] as AccountId,
  account: row["account"] as AccountId,
  amount: row["amount"] as Cents,
  reason: row["reason"] as string,
  key: row["key"] as string,
  state: row["state"] as Proposal["state"],
});

/** What `auditEntryOf` reads, in its order. */
export const AUDIT_COLUMNS =
  "sequence, at, who, action, outcome, amount, journal_id, origin, object";

/** @param row The columns as an array: as an object it costs more than its page and its seal. */
export function auditEntryOf(row: readonly unknown[]): AuditEntry {
  const [sequence, at, who, action, outcome, amount, transaction, origin, object] = row;
  return {
    sequence: sequence as number,
    at: at as number,
    who: who as string,
    action: action as string,
    outcome: outcome as string,
    amount: amount as Cents | null,
    transaction: transaction as number | null,
    origin: origin as string,
    object: object as string | null,
  };
}

export function outcomeOf(row: Row): Outcome {
  const transaction = row["journal_id"] as number | null;
  const rejection = row["rejection"] as Rejection;
  return {
    account: row["account"] as AccountId,
    key: row["key"] as string,
    content: row["content"] as string,
    ended: transaction === null ? { rejection } : { transaction },
  };
}

export const standingOfRow = (row: Row): Standing => ({
  roles: ROLES.filter((role) => (row["roles"] as string).split(" ").includes(role)),
  disabled: row["disabled"] === 1,
  locked: row["locked"] === 1,
  factor: JSON.parse((row["factor"] as string | null) ?? "null") as Standing["factor"],
});

/** The columns after the account's. */
export const standingColumns = ({ roles, disabled, locked, factor }: Standing) =>
  [
    ...([roles.join(" "), disabled ? 1 : 0] as const),
    ...([factor === null ? null : JSON.stringify(factor), locked ? 1 : 0] as const),
  ] as const;
