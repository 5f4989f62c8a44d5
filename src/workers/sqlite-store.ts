/**
 * The embedded store: one SQLite file in WAL mode, written by the ledger thread alone.
 *
 * A batch is one transaction with `synchronous=FULL`, so that `append` returns only when the
 * change is on the disk. Rows are appended in order; balances are written now and then
 * (./sqlite-balances.ts). There is no secondary index on the journal: a row names the previous row
 * of both its accounts, so that an account's history is a walk of primary keys. A change costs one
 * row: what the audit says of it, and the key that it was asked for under, are columns of it.
 */

import type { DatabaseSync } from "node:sqlite";
import {
  accountsOf,
  emptyBooks,
  sumOfBalances,
  type AccountId,
  type AccountKind,
  type Books,
  type Event,
  type Posted,
} from "../bank/ledger.ts";
import { setAttempts } from "../bank/attempts-by-name.ts";
import type { CounterChange } from "../bank/login-attempts.ts";
import type { Cents } from "../bank/money.ts";
import { ADJUSTMENTS } from "../bank/adjustments.ts";
import { setProposal, type Proposal } from "../bank/proposals.ts";
import { isOrdinary, type Standing } from "../bank/standing.ts";
import { postedOf } from "./ledger-audit.ts";
import {
  isFull,
  lockFolder,
  openForReading,
  openFrozen,
  openForWriting,
  translated,
  versionOf,
} from "./sqlite-connection.ts";
import { SqliteBalances } from "./sqlite-balances.ts";
import { SqliteOutcomes, keyInJournal } from "./sqlite-outcomes.ts";
import { SqliteReader } from "./sqlite-reader.ts";
import { postingOf, proposalOf, standingColumns, standingOfRow } from "./sqlite-rows.ts";
import { SCHEMA_VERSION } from "./sqlite-schema.ts";
import { numberOf, pagesOf, prepareStatements, type Statements } from "./sqlite-statements.ts";
import { JournalTail } from "./sqlite-tail.ts";
import {
  StoreFull,
  StoreUnusable,
  type Entry,
  type Outcome,
  type Store,
  type StoreReader,
} from "./store.ts";

/** Rows that may follow a stop: of commands that the owner gives a bank that does not run. */
const AFTER_STOP_MAX = 1_000;

export type SqliteStoreOptions = {
  /** Where `bank.sqlite` is kept. The folder exists. */
  folder: string;
  /** The most that the file may grow to, in bytes; at that size the store is full. */
  bytesMax?: number | undefined;
  /** How many outcomes of changes with a key are kept. */
  outcomesMax?: number;
  /** After how many postings the balances are written again. */
  sweepPostings?: number;
};

/** Opens the store of a folder, or makes one. @throws StoreUnusable */
export function openSqliteStore(options: SqliteStoreOptions): Store {
  const lock = lockFolder(options.folder);
  try {
    const database = openForWriting(options.folder, options.bytesMax);
    return new SqliteStore(database, lock, options);
  } catch (error) {
    lock.close();
    throw translated(error, options.folder);
  }
}

/** Opens a folder's store for reading, beside its writer or without one. @throws StoreUnusable */
export const openSqliteReader = (folder: string): StoreReader =>
  readerOf(openForReading(folder), folder);

/** The same of a backup, of which nobody writes: it is left as it is. @throws StoreUnusable */
export const openFrozenReader = (folder: string): StoreReader =>
  readerOf(openFrozen(folder), folder);

function readerOf(database: DatabaseSync, folder: string): StoreReader {
  try {
    if (versionOf(database) < SCHEMA_VERSION) {
      const mend = "start the bank once to bring it up to date";
      throw new StoreUnusable("older_version", `${folder} is of an older Secure ATM: ${mend}`);
    }
    return new SqliteReader(database);
  } catch (error) {
    database.close();
    throw translated(error, folder);
  }
}

class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #lock: DatabaseSync;
  readonly #statements: Statements;
  readonly #outcomes: SqliteOutcomes;
  readonly #balances: SqliteBalances;
  #auditSequence: number;

  constructor(database: DatabaseSync, lock: DatabaseSync, options: SqliteStoreOptions) {
    this.#database = database;
    this.#lock = lock;
    this.#statements = prepareStatements(database);
    this.#auditSequence = numberOf(this.#statements.lastAudit, "last");
    this.#outcomes = new SqliteOutcomes(database, options.outcomesMax);
    this.#balances = new SqliteBalances(database, options.sweepPostings);
    this.#settle(); // Else the tail would grow under a bank that is killed again and again.
  }

  load(): Books {
    const books = emptyBooks();
    const tail = new JournalTail(this.#database);
    tail.readOn(); // Where there was no room to settle, there is one.
    for (const page of pagesOf<AccountColumns>(this.#statements.accounts)) {
      for (const [id, kindAsRead, name, ...written] of page) {
        // One string for all customers, and not one each.
        const kind = kindAsRead === "customer" ? "customer" : kindAsRead;
        const latest = tail.latest(id, { balance: written[0], lastTransaction: written[1] });
        const balance = latest.balance as Cents;
        books.accounts[id] = { id, kind, name, balance, lastTransaction: latest.lastTransaction };
        accountsOf(books, kind).set(name, id);
      }
    }
    for (const row of this.#statements.attempts.iterate()) {
      // A try that was pending when the bank went down may have been a guess.
      const failures = (row["failures"] as number) + (row["pending"] as number);
      const lastAt = row["last_at"] as number;
      setAttempts(books, row["key"] as string, { failures, pending: 0, lastAt });
    }
    for (const row of this.#statements.knownTerminals.iterate()) {
      const terminals = JSON.parse(row["terminals"] as string) as string[];
      books.knownTerminals.set(row["account"] as AccountId, terminals);
    }
    for (const row of this.#statements.standings.iterate()) {
      books.standings.set(row["account"] as AccountId, standingOfRow(row));
    }
    for (const row of this.#statements.proposals.iterate()) {
      const proposal = proposalOf(row);
      setProposal(books, proposal);
    }
    books.lastTransaction = numberOf(this.#statements.lastTransaction, "last");
    if (sumOfBalances(books) !== 0) {
      throw new StoreUnusable("damaged", "the balances do not sum to zero");
    }
    return books;
  }

  lastAt(): number {
    return numberOf(this.#statements.lastAudit, "at");
  }

  wasStopped(): boolean {
    const from = this.#auditSequence - AFTER_STOP_MAX;
    const last = this.#statements.lastStartOrStop.get(from)?.["action"];
    return last === undefined ? from <= 0 : last === "stop";
  }

  append(batch: readonly Entry[]): void {
    const { postings } = this.#statements;
    let places: number[];
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      places = batch.map((entry) => this.#writeEntry(entry));
      this.#outcomes.write(batch, places);
      this.#balances.write(batch);
      postings.flush();
      this.#database.exec("COMMIT");
    } catch (error) {
      if (!isFull(error)) throw error;
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      postings.drop();
      this.#balances.drop();
      this.#auditSequence = numberOf(this.#statements.lastAudit, "last");
      throw new StoreFull("the disk is full, or the bank's share of it");
    }
    this.#outcomes.remember(batch, places);
    this.#balances.remember(batch);
  }

  outcome(account: AccountId, key: string): Outcome | null {
    return this.#outcomes.find(account, key);
  }

  isNoted(key: string): boolean {
    return this.#statements.noted.get(key) !== undefined;
  }

  posting(transaction: number): Posted {
    const row = this.#statements.posting.get(transaction);
    if (row === undefined) throw new Error(`there is no transaction ${transaction}`);
    return postingOf(row);
  }

  passwordHash(account: AccountId): string | null {
    const row = this.#statements.passwordHash.get(account);
    return row === undefined ? null : (row["password_hash"] as string);
  }

  /** Writes the balances, so that the next start need not read the journal for them. */
  close(): void {
    try {
      if (!this.#database.isTransaction) this.#settle();
    } finally {
      this.#database.close();
      this.#lock.close();
    }
  }

  /** Nothing is lost where there is no room for it: the journal says what the balances are. */
  #settle(): void {
    if (this.#balances.isSettled) return;
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      this.#balances.writeAll();
      this.#database.exec("COMMIT");
    } catch (error) {
      if (!isFull(error)) throw error;
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      this.#balances.drop();
      return;
    }
    this.#balances.settled();
  }

  /**
   * A customer's posting is its own audit row, and holds the key that it was asked for under.
   * @returns its place in the audit, or that of the one before if it has none.
   */
  #writeEntry(entry: Entry): number {
    const { at, event, audit, outcome, notedKey } = entry;
    const posted = postedOf(event);
    const isOwnAudit = event?.type === "posted";
    if (event !== null) this.#write(event, at);
    if (posted !== null || audit !== null) this.#auditSequence += 1;
    if (posted !== null) {
      this.#writePosting(posted, at, audit?.origin ?? null, keyInJournal(event, outcome));
    }
    if (audit !== null && !isOwnAudit) this.#writeAudit(audit, at);
    if (notedKey !== undefined) this.#statements.insertNoted.run(notedKey);
    return this.#auditSequence;
  }

  /** All of an event but what it has posted. */
  #write(event: Event, at: number): void {
    const { insertCredentials, deleteAttempts } = this.#statements;
    switch (event.type) {
      case "signed_up":
        this.#openAccount(event.account, "customer", event.username, at);
        insertCredentials.run(event.account, event.passwordHash);
        return;
      case "sign_up_begun":
      case "login_begun":
      case "login_failed":
        this.#writeAttempts(event.attempts);
        return;
      case "logged_in":
        if (event.opens !== null) this.#openAccount(event.vault, "vault", event.opens, at);
        if (event.knownTerminals !== null) {
          const terminals = JSON.stringify(event.knownTerminals);
          this.#statements.setKnownTerminals.run(event.account, terminals);
        }
        this.#writeAttempts(event.attempts);
        return;
      case "attempts_expired":
        for (const key of event.keys) deleteAttempts.run(key);
        return;
      case "unlocked":
        for (const key of event.keys) deleteAttempts.run(key);
        this.#writeStanding(event.account, event.standing);
        return;
      case "password_changed":
        this.#statements.setPassword.run(event.passwordHash, event.account);
        this.#writeAttempts(event.attempts);
        return;
      case "factor_tried":
        this.#writeAttempts(event.attempts);
        if (event.standing !== null) this.#writeStanding(event.account, event.standing);
        return;
      case "standing_changed":
        this.#writeStanding(event.account, event.standing);
        return;
      case "hash_upgraded":
        this.#statements.setPassword.run(event.passwordHash, event.account);
        return;
      case "proposed":
        this.#writeProposal(event.proposal);
        return;
      case "proposal_rejected":
        this.#statements.setProposal.run("rejected", event.id);
        return;
      case "adjusted":
        if (event.opens !== null) this.#openAccount(event.opens, "bank", ADJUSTMENTS, at);
        if (event.approves !== null) this.#statements.setProposal.run("approved", event.approves);
        return;
      case "posted":
      case "answered":
      case "balance_read":
        return;
    }
  }

  #openAccount(account: AccountId, kind: AccountKind, name: string, at: number): void {
    this.#statements.insertAccount.run(account);
    this.#statements.insertHolder.run(account, kind, name, at);
  }

  #writeAttempts(changes: readonly CounterChange[]): void {
    for (const { key, attempts } of changes) {
      if (attempts === null) this.#statements.deleteAttempts.run(key);
      else {
        const { failures, pending, lastAt } = attempts;
        this.#statements.setAttempts.run(key, failures, pending, lastAt);
      }
    }
  }

  #writeStanding(account: AccountId, standing: Standing): void {
    if (isOrdinary(standing)) this.#statements.deleteStanding.run(account);
    else this.#statements.setStanding.run(account, ...standingColumns(standing));
  }

  #writePosting(posted: Posted, at: number, origin: string | null, key: string | null): void {
    const { transaction, kind, amount, debit, credit, memo } = posted;
    // Not by spreading arrays: there is no line that runs oftener.
    // oxfmt-ignore
    this.#statements.postings.add(
      transaction, at, kind, amount,
      debit.account, debit.balance, debit.previous,
      credit.account, credit.balance, credit.previous, memo,
      this.#auditSequence, origin, key,
    );
  }

  #writeProposal({ id, proposer, account, amount, reason, key, state }: Proposal): void {
    this.#statements.insertProposal.run(id, proposer, account, amount, reason, key, state);
  }

  #writeAudit(audit: NonNullable<Entry["audit"]>, at: number): void {
    const { who, action, outcome, amount, transaction, origin, object } = audit;
    const sequence = this.#auditSequence;
    this.#statements.insertAudit.run(
      ...[sequence, at, who, action, outcome, amount, transaction, origin, object],
    );
  }
}

type AccountColumns = [
  ...[id: AccountId, kind: AccountKind, name: string],
  ...[balance: Cents, lastTransaction: number],
];
