/**
 * The ledger: the one writer of the books. It owns the balances and the store, takes requests a
 * batch at a time, and gives no reply before the commit that holds what the reply says.
 */

import {
  apply,
  decide,
  type AccountId,
  type Books,
  type Command,
  type Event,
  type Posted,
  type Rejection,
} from "../bank/ledger.ts";
import type { Cents } from "../bank/money.ts";
import { contentOf, isChange } from "./change.ts";
import { auditOf } from "./ledger-audit.ts";
import { StoreFull, type Entry, type Outcome, type Store } from "./store.ts";

/** While the store is full, one batch in this time tries whether there is room again. */
const FULL_RETRY_MS = 1_000;
/** How often the attempts of lockouts that are over are dropped. */
const FORGET_EVERY_MS = 10 * 60_000;

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
  | { type: "note"; who: string; action: string; outcome: string; origin: string };

export type LedgerReply =
  | { type: "signed_up" }
  /** `passwordHash` is null for a name that nobody has. */
  | { type: "login_begun"; passwordHash: string | null }
  | { type: "logged_in"; account: AccountId; vault: AccountId }
  | { type: "login_failed" }
  /** `balance` is that of the account that asked; `credited` names the receiver of a transfer. */
  | {
      type: "posted";
      transaction: number;
      amount: Cents;
      balance: Cents;
      credited: Credited | null;
    }
  | { type: "balance_read"; balance: Cents }
  | { type: "rejected"; rejection: Rejection }
  /** The store is full: nothing was done. */
  | { type: "read_only" }
  | { type: "done" };

/** A customer whose account has grown by another's doing; told once, not for a retry. */
export type Credited = { account: AccountId; balance: Cents };

export class Ledger {
  readonly #store: Store;
  #books: Books;
  #lastAt = 0;
  #forgetAt = 0;
  /** Not before this time is the store tried again; 0 while it has room. */
  #fullUntil = 0;
  /** The outcomes of the batch in hand, which the store does not have yet; by account and key. */
  readonly #fresh = new Map<string, Outcome>();

  /** Continues from what the store holds. */
  constructor(store: Store) {
    this.#store = store;
    this.#books = store.load();
    this.#lastAt = store.lastAt();
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
    this.#fresh.clear();
    const entries = batch.map((request) => this.#perform(request, at));
    try {
      this.#store.append([...entries, ...this.#forgetAttempts(at)]);
    } catch (error) {
      if (!(error instanceof StoreFull)) throw error;
      this.#fresh.clear();
      this.#books = this.#store.load();
      this.#fullUntil = at + FULL_RETRY_MS;
      return batch.map((request) => this.#refuseWrites(request, at));
    }
    this.#fullUntil = 0;
    return entries.map(replyOf);
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
    const first = this.#firstOutcome(request);
    if (first !== null) return this.#repeat(request, first, at);
    const decision = decide(this.#books, request.command, at);
    const audit = auditOf(request, decision);
    if (!decision.ok) {
      const { rejection } = decision;
      const outcome = this.#keep(request, { rejection });
      return { at, event: null, audit, outcome, reply: { type: "rejected", rejection } };
    }
    const { event } = decision;
    apply(this.#books, event);
    const { transaction } = event.type === "posted" ? event : { transaction: null };
    const outcome = transaction === null ? null : this.#keep(request, { transaction });
    return { at, event, audit, outcome, reply: this.#replyTo(event, request.command) };
  }

  #firstOutcome({ command, idempotencyKey }: CommandRequest): Outcome | null {
    if (idempotencyKey === undefined || !isChange(command)) return null;
    const { account } = command;
    const fresh = this.#fresh.get(`${account} ${idempotencyKey}`);
    return fresh ?? this.#store.outcome(account, idempotencyKey);
  }

  /** Answers a change that was asked for before; nothing moves, and the audit has it already. */
  #repeat(request: CommandRequest, { content, ended }: Outcome, at: number): PerformedEntry {
    if (content !== contentOf(request.command)) {
      const rejection = "idempotency_conflict";
      const audit = auditOf(request, { ok: false, rejection });
      return { at, event: null, audit, reply: { type: "rejected", rejection } };
    }
    const unchanged = { at, event: null, audit: null };
    if ("rejection" in ended) {
      return { ...unchanged, reply: { type: "rejected", rejection: ended.rejection } };
    }
    const { transaction } = ended;
    const reply = (): LedgerReply => {
      const posted = this.#replyToPosting(this.#store.posting(transaction), request.command);
      return { ...posted, credited: null };
    };
    return { ...unchanged, reply };
  }

  /** What is to be kept of a change that has a key. */
  #keep({ command, idempotencyKey: key }: CommandRequest, ended: Outcome["ended"]): Outcome | null {
    if (key === undefined || !isChange(command)) return null;
    const { account } = command;
    const outcome: Outcome = { account, key, content: contentOf(command), ended };
    this.#fresh.set(`${account} ${key}`, outcome);
    return outcome;
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
      case "posted":
        return this.#replyToPosting(event, command);
      case "balance_read":
        return { type: "balance_read", balance: event.balance };
      case "attempts_expired":
      case "password_changed":
        return { type: "done" };
    }
  }

  #replyToPosting(posted: Posted, command: Command): LedgerReply & { type: "posted" } {
    const { kind, transaction, amount, debit, credit } = posted;
    const { balance } = command.type === "deposit" ? credit : debit;
    const { account, balance: creditBalance } = credit;
    const credited = kind === "transfer" ? { account, balance: creditBalance } : null;
    return { type: "posted", transaction, amount, balance, credited };
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
    if (request.type === "note") return { type: "read_only" };
    const first = this.#firstOutcome(request);
    if (first !== null) return replyOf(this.#repeat(request, first, at));
    if (request.command.type === "balance") {
      const decision = decide(this.#books, request.command, at);
      if (!decision.ok) return { type: "rejected", rejection: decision.rejection };
      if (decision.event.type === "balance_read") {
        return { type: "balance_read", balance: decision.event.balance };
      }
    }
    return { type: "read_only" };
  }
}

type CommandRequest = LedgerRequest & { type: "command" };

type PerformedEntry = Entry & { readonly reply: LedgerReply | (() => LedgerReply) };

const replyOf = ({ reply }: PerformedEntry): LedgerReply =>
  typeof reply === "function" ? reply() : reply;
