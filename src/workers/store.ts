/** The store: where the books, the journal and the audit are kept. One writer; readers apart. */

import type { AuditEntry } from "../bank/audit.ts";
import type { AccountId, Books, Event } from "../bank/ledger.ts";

/** One request's share of a batch: what it changed, and what the audit says of it. */
export type Entry = {
  readonly at: number;
  readonly event: Event | null;
  readonly audit: Omit<AuditEntry, "sequence" | "at"> | null;
};

/** The writer's side. Only the ledger thread holds it. */
export interface Store {
  /** The books as of the last commit. */
  load(): Books;
  /**
   * Makes a batch durable, all of it or nothing, before it returns.
   * @throws StoreFull if there is no room: nothing was written, and the store may be used on.
   * @throws Error for anything else: what is on the disk is then uncertain, so open it anew.
   */
  append(batch: readonly Entry[]): void;
  /** The hash that an account's password is checked against. */
  passwordHash(account: AccountId): string | null;
  close(): void;
}

/** A reader's side, never in the writer's way. */
export interface StoreReader {
  /** Audit entries with a sequence number above `sequence`, in order, at most `limit`. */
  auditAfter(sequence: number, limit: number): AuditEntry[];
  /** One audit entry, or null if there is none with that number. */
  auditAt(sequence: number): AuditEntry | null;
  close(): void;
}

/** The disk, or the space allowed to the bank, is full. */
export class StoreFull extends Error {
  override readonly name = "StoreFull";
}

/** The store cannot be used at all; the message says why, for the operator. */
export class StoreUnusable extends Error {
  override readonly name = "StoreUnusable";
  readonly reason: "in_use" | "damaged" | "newer_version";
  constructor(reason: "in_use" | "damaged" | "newer_version", message: string) {
    super(message);
    this.reason = reason;
  }
}
