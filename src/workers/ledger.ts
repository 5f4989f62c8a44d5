/**
 * The ledger: the one writer of the books. It owns the balances and the store, takes requests a
 * batch at a time, and gives no reply before the commit that holds what the reply says.
 */

import type { AuditEntry } from "../bank/audit.ts";
import {
  apply,
  decide,
  type AccountId,
  type Books,
  type Command,
  type Decision,
  type Event,
  type LoginOutcome,
  type Rejection,
} from "../bank/ledger.ts";
import type { Cents } from "../bank/money.ts";
import { StoreFull, type Entry, type Store } from "./store.ts";

/** While the store is full, one batch in this time tries whether there is room again. */
const FULL_RETRY_MS = 1_000;
/** How often the attempts of lockouts that are over are dropped. */
const FORGET_EVERY_MS = 10 * 60_000;

/** `who` is the user's name, or the peer's address before a login; `origin` always the address. */
export type LedgerRequest =
  | { type: "command"; command: Command; who: string; origin: string }
  | { type: "note"; who: string; action: string; outcome: string; origin: string };

export type LedgerReply =
  | { type: "signed_up" }
  /** `passwordHash` is null for a name that nobody has. */
  | { type: "login_begun"; passwordHash: string | null }
  | { type: "logged_in"; account: AccountId; vault: AccountId }
  | { type: "login_failed" }
  | { type: "posted"; transaction: number; amount: Cents; balance: Cents }
  | { type: "balance_read"; balance: Cents }
  | { type: "rejected"; rejection: Rejection }
  /** The store is full: nothing was done. */
  | { type: "read_only" }
  | { type: "done" };

export class Ledger {
  readonly #store: Store;
  #books: Books;
  #lastAt = 0;
  #forgetAt = 0;
  /** Not before this time is the store tried again; 0 while it has room. */
  #fullUntil = 0;

  /** Continues from what the store holds. */
  constructor(store: Store) {
    this.#store = store;
    this.#books = store.load();
  }

  /**
   * Does a batch at the time `now` (ms since the epoch) and returns its replies, in order. What
   * they say is durable.
   * @throws whatever the store throws but StoreFull; the ledger is then no longer to be used.
   */
  commit(batch: readonly LedgerRequest[], now: number): LedgerReply[] {
    const at = Math.max(now, this.#lastAt); // The journal's time never runs backwards.
    this.#lastAt = at;
    if (at < this.#fullUntil) return batch.map((request) => this.#refuseWrites(request, at));
    const entries = batch.map((request) => this.#perform(request, at));
    try {
      this.#store.append([...entries, ...this.#forgetAttempts(at)]);
    } catch (error) {
      if (!(error instanceof StoreFull)) throw error;
      this.#books = this.#store.load();
      this.#fullUntil = at + FULL_RETRY_MS;
      return batch.map((request) => this.#refuseWrites(request, at));
    }
    this.#fullUntil = 0;
    return entries.map(({ reply }) => (typeof reply === "function" ? reply() : reply));
  }

  /** Whether changes are refused for want of room. */
  get isFull(): boolean {
    return this.#fullUntil > 0;
  }

  close(): void {
    this.#store.close();
  }

  #perform(request: LedgerRequest, at: number): PerformedEntry {
    if (request.type === "note") {
      const { who, action, outcome, origin } = request;
      const audit = { who, action, outcome, origin, amount: null, transaction: null };
      return { at, event: null, audit, reply: { type: "done" } };
    }
    const decision = decide(this.#books, request.command, at);
    if (!decision.ok) {
      const { rejection } = decision;
      const reply: LedgerReply = { type: "rejected", rejection };
      return { at, event: null, audit: auditOf(request, decision), reply };
    }
    apply(this.#books, decision.event);
    const reply = this.#replyTo(decision.event, request.command);
    return { at, event: decision.event, audit: auditOf(request, decision), reply };
  }

  /** A reply that reads the store is made after the commit, when the store has this batch too. */
  #replyTo(event: Event, command: Command): LedgerReply | (() => LedgerReply) {
    switch (event.type) {
      case "signed_up":
        return { type: "signed_up" };
      case "login_begun":
        return () => ({ type: "login_begun", passwordHash: this.#passwordHash(event.account) });
      case "logged_in":
        return { type: "logged_in", account: event.account, vault: event.vault };
      case "login_failed":
        return { type: "login_failed" };
      case "posted": {
        const { transaction, amount, debit, credit } = event;
        const { balance } = command.type === "deposit" ? credit : debit;
        return { type: "posted", transaction, amount, balance };
      }
      case "balance_read":
        return { type: "balance_read", balance: event.balance };
      case "attempts_expired":
        return { type: "done" };
    }
  }

  #passwordHash(account: AccountId | null): string | null {
    return account === null ? null : this.#store.passwordHash(account);
  }

  #forgetAttempts(at: number): Entry[] {
    if (at < this.#forgetAt) return [];
    this.#forgetAt = at + FORGET_EVERY_MS;
    const decision = decide(this.#books, { type: "forget_attempts" }, at);
    if (!decision.ok) return [];
    apply(this.#books, decision.event);
    return [{ at, event: decision.event, audit: null }];
  }

  /** Reads go on while the store is full, unaudited; whatever would have to be kept is refused. */
  #refuseWrites(request: LedgerRequest, at: number): LedgerReply {
    if (request.type === "command" && request.command.type === "balance") {
      const decision = decide(this.#books, request.command, at);
      if (!decision.ok) return { type: "rejected", rejection: decision.rejection };
      if (decision.event.type === "balance_read") {
        return { type: "balance_read", balance: decision.event.balance };
      }
    }
    return { type: "read_only" };
  }
}

type PerformedEntry = Entry & { readonly reply: LedgerReply | (() => LedgerReply) };

/** What the audit says of a command: one entry each, but none for a login that has only begun. */
function auditOf(
  { command, who, origin }: LedgerRequest & { type: "command" },
  decision: Decision,
): Omit<AuditEntry, "sequence" | "at"> | null {
  const posted = decision.ok && decision.event.type === "posted" ? decision.event : null;
  const transaction = posted?.transaction ?? null;
  const outcome = decision.ok ? "ok" : decision.rejection;
  switch (command.type) {
    case "sign_up":
      return { who, action: "signup", outcome, amount: null, transaction, origin };
    case "begin_login":
      if (decision.ok) return null;
      return { who, action: "login", outcome, amount: null, transaction, origin };
    case "end_login": {
      const ended = decision.ok ? LOGIN_OUTCOMES[command.outcome] : outcome;
      return { who, action: "login", outcome: ended, amount: null, transaction, origin };
    }
    case "deposit":
    case "withdraw":
      return { who, action: command.type, outcome, amount: command.amount, transaction, origin };
    case "balance":
      return { who, action: "balance", outcome, amount: null, transaction, origin };
    case "forget_attempts":
      return null;
  }
}

const LOGIN_OUTCOMES: Record<LoginOutcome, string> = {
  authenticated: "ok",
  wrong_password: "failed",
  not_checked: "busy",
};
