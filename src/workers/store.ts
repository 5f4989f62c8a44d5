/** The store: where the books, the journal and the audit are kept. One writer; readers apart. */

import type { AuditEntry, Audited } from "../bank/audit.ts";
import type { AccountId, Books, Event, Posted, PostingKind, Rejection } from "../bank/ledger.ts";
import type { Cents } from "../bank/money.ts";

/** One request's share of a batch: what it changed, and what the audit says of it. */
export type Entry = {
  readonly at: number;
  readonly event: Event | null;
  readonly audit: Audited | null;
  /** Of a change that its client may ask for again; the audit tells of it, or its posting does. */
  readonly outcome?: Outcome | null;
  /** Of a note that is taken once. */
  readonly notedKey?: string;
};

/** How a change with an idempotency key ended, the first time. */
export type Outcome = {
  readonly account: AccountId;
  readonly key: string;
  /** What was asked for, to tell a retry from another change under the same key. */
  readonly content: string;
  readonly ended: { transaction: number } | { rejection: Rejection };
};

/** The writer's side. Only the ledger thread holds it. */
export interface Store {
  /** The books as of the last commit. */
  load(): Books;
  /** The time of the last commit, in ms since the epoch; 0 before the first. */
  lastAt(): number;
  /** Whether the audit's latest start or stop is a stop, or there was never a start. */
  wasStopped(): boolean;
  /**
   * Makes a batch durable, all of it or nothing, before it returns.
   * @throws StoreFull if there is no room: nothing was written, and the store may be used on.
   * @throws Error for anything else: what is on the disk is then uncertain, so open it anew.
   */
  append(batch: readonly Entry[]): void;
  /** The hash that an account's password is checked against. */
  passwordHash(account: AccountId): string | null;
  /** The outcome of a change that was committed, unless it is too long ago. */
  outcome(account: AccountId, key: string): Outcome | null;
  /** Whether an entry with this key was committed, however long ago. */
  isNoted(key: string): boolean;
  /** The posting with this number. @throws Error if there is none. */
  posting(transaction: number): Posted;
  close(): void;
}

export type HistoryQuery = {
  readonly account: AccountId;
  /** What is older than this transaction, which is one of the account's; null for its latest. */
  readonly before: number | null;
  /** Nothing after this time, in ms since the epoch; null for no bound. */
  readonly until: number | null;
  readonly limit: number;
};

/** One change of an account's balance, as that account saw it. */
export type HistoryRow = {
  readonly transaction: number;
  readonly at: number;
  readonly kind: PostingKind;
  readonly isCredit: boolean;
  readonly amount: Cents;
  /** Right after it. */
  readonly balance: Cents;
  readonly memo: string | null;
  /** The name of the other account; null where it is no customer's. */
  readonly counterparty: string | null;
};

export type HistoryRows = {
  /** Newest first. */
  readonly rows: readonly HistoryRow[];
  /**
   * The last transaction that was looked at, if there are older ones; null at the end. It may be
   * one that was passed over as too new: what a query looks at is bounded, and the next goes on.
   */
  readonly next: number | null;
};

/** A page of the audit, the newest first: those before an entry, or the latest. */
export type AuditQuery = { readonly before: number | null; readonly limit: number };

/** What the audit files are written from. */
export interface AuditReader {
  /** Audit entries with a sequence number above `sequence`, in order, at most `limit`. */
  auditAfter(sequence: number, limit: number): AuditEntry[];
  /** The number of the latest audit entry, 0 before the first. */
  auditLast(): number;
  /** One audit entry, or null if there is none with that number. */
  auditAt(sequence: number): AuditEntry | null;
}

/** A reader's side of the store, never in the writer's way. */
export interface StoreReader extends AuditReader {
  /** A page of an account's history; null if `before` is no transaction of the account. */
  history(query: HistoryQuery): HistoryRows | null;
  /** Reads some of what a page of history begins with. @returns whether that was all. */
  readAhead(): boolean;
  /** A page of the audit, the newest first. */
  auditPage(query: AuditQuery): AuditEntry[];
  /** Every stored password hash, in the order of the accounts. */
  passwordHashes(): Iterable<string>;
  close(): void;
}

/** The disk, or the space allowed to the bank, is full. */
export class StoreFull extends Error {
  override readonly name = "StoreFull";
}

/** `unreachable`: the disk, or the right to it, fails; the data may be as good as ever. */
type Unusable = "in_use" | "damaged" | "newer_version" | "older_version" | "unreachable";

/** The store cannot be used at all; the message says why, for the operator. */
export class StoreUnusable extends Error {
  override readonly name = "StoreUnusable";
  readonly reason: Unusable;
  constructor(reason: Unusable, message: string) {
    super(message);
    this.reason = reason;
  }
}
