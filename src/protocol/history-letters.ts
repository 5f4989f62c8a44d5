/**
 * A page of an account's history, and how it travels from the thread that has read it: each row as
 * an array of scalars. As objects, with their names, they take three times as long
 * (`node bench/micro/history.ts`).
 */

import type { AccountId, PostingKind, Posted } from "../bank/ledger.ts";
import type { Cents } from "../bank/money.ts";

/** One line of an account's history. */
export type HistoryRow = {
  readonly posting: Posted;
  readonly at: number;
  /** The name of the account on the other side: a customer's, or a vault's terminal. */
  readonly counterparty: string;
};

export type HistoryPage = {
  /** Newest first. */
  readonly rows: readonly HistoryRow[];
  /**
   * The transaction that the next page begins with; null at the end. Without rows it is the last
   * that was passed over as too new: what a query looks at is bounded, and the next one goes on.
   */
  readonly next: number | null;
};

/** A row as the store gives it, and as it travels. */
export type HistoryColumns = readonly [
  ...[id: number, at: number, kind: PostingKind, amount: Cents, memo: string | null],
  ...[debit: AccountId, debitBalance: Cents, debitPrevious: number],
  ...[credit: AccountId, creditBalance: Cents, creditPrevious: number, counterparty: string],
];

type PackedPage = { readonly columns: readonly HistoryColumns[]; readonly next: number | null };

/** Packs a reply if it is a page of history; any other is left as it is. */
export function packPage(reply: unknown): unknown {
  if (!isPage(reply)) return reply;
  const { rows, next } = reply;
  return { columns: rows.map(columnsOf), next } satisfies PackedPage;
}

export function unpackPage(sent: unknown): unknown {
  if (!isPackedPage(sent)) return sent;
  const { columns, next } = sent;
  return { rows: columns.map(historyRowOf), next } satisfies HistoryPage;
}

// Neither by a rest nor by spreading arrays, which would cost half of what is saved.
// oxfmt-ignore
export function historyRowOf(columns: HistoryColumns): HistoryRow {
  const [
    transaction, at, kind, amount, memo,
    debit, debitBalance, debitPrevious,
    credit, creditBalance, creditPrevious, counterparty,
  ] = columns;
  const posting: Posted = {
    type: "posted", kind, memo, transaction, amount,
    debit: { account: debit, balance: debitBalance, previous: debitPrevious },
    credit: { account: credit, balance: creditBalance, previous: creditPrevious },
  };
  return { posting, at, counterparty };
}

// oxfmt-ignore
function columnsOf({ posting, at, counterparty }: HistoryRow): HistoryColumns {
  const { transaction, kind, amount, memo, debit, credit } = posting;
  return [
    transaction, at, kind, amount, memo,
    debit.account, debit.balance, debit.previous,
    credit.account, credit.balance, credit.previous, counterparty,
  ];
}

const isPage = (reply: unknown): reply is HistoryPage =>
  typeof reply === "object" && reply !== null && "rows" in reply;

const isPackedPage = (sent: unknown): sent is PackedPage =>
  typeof sent === "object" && sent !== null && "columns" in sent;
