/** The books as of one commit, read in order: what is verified, and what is backed up. */

import type { AccountKind, PostingKind } from "../bank/ledger.ts";

export type AccountRow = {
  readonly id: number;
  readonly kind: AccountKind;
  readonly name: string;
  readonly balance: number;
  readonly lastTransaction: number;
};

export type JournalRow = {
  readonly id: number;
  readonly at: number;
  readonly kind: PostingKind;
  readonly amount: number;
  readonly debit: number;
  readonly debitBalance: number;
  readonly debitPrevious: number;
  readonly credit: number;
  readonly creditBalance: number;
  readonly creditPrevious: number;
  /** Its place in the audit; 0 before there was one in the journal. */
  readonly sequence: number;
};

/** Whether a row is its own audit row. An adjustment has another one: the operator's. */
export const isOwnAudit = ({ kind, sequence }: JournalRow): boolean =>
  sequence > 0 && kind !== "adjustment";

export type AuditRow = {
  readonly sequence: number;
  readonly at: number;
  readonly who: string;
  readonly action: string;
  readonly outcome: string;
  readonly amount: number | null;
  readonly transaction: number | null;
  /** Null also before there was one in the audit. */
  readonly object: string | null;
};

export type CredentialRow = { readonly account: number; readonly passwordHash: string };

export type StandingRow = {
  readonly account: number;
  /** With spaces in between. */
  readonly roles: string;
  readonly disabled: boolean;
  readonly locked: boolean;
  /** As it is stored: JSON. */
  readonly factor: string | null;
};

export type ProposalRow = {
  readonly id: number;
  readonly proposer: number;
  readonly account: number;
  readonly amount: number;
  readonly state: string;
};

/** What became of a change with a key, where no journal row says it: beside what it names. */
export type OutcomeRow = {
  readonly id: number;
  readonly account: number;
  readonly content: string;
  readonly transaction: number | null;
  readonly rejection: string | null;
  readonly kind: PostingKind | null;
  readonly amount: number | null;
  readonly debit: number | null;
  readonly credit: number | null;
};

/** How far the books are: two with the same head and balances have the same history. */
export type Head = {
  readonly accounts: number;
  readonly lastTransaction: number;
  readonly lastAudit: number;
};

/**
 * Each walk begins anew, and reads a row at a time.
 * @throws StoreUnusable where the database itself is damaged, or holds a number that no bank writes
 */
export interface BooksSnapshot {
  head(): Head;
  /** In the order of their numbers, as the others are. */
  accounts(): Iterable<AccountRow>;
  /** The rows behind the one with this number; all, whatever their numbers, without one. */
  journal(after?: number): Iterable<JournalRow>;
  /** Those that are no rows of the journal. */
  audit(): Iterable<AuditRow>;
  outcomes(): Iterable<OutcomeRow>;
  credentials(): Iterable<CredentialRow>;
  standings(): Iterable<StandingRow>;
  proposals(): Iterable<ProposalRow>;
  /** What is wrong with the database below its rows, in SQLite's words; empty if nothing is. */
  storageFaults(): string[];
}
