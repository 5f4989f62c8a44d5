/**
 * The ledger: the one writer of the books. It owns the balances and the store, takes requests a
 * batch at a time, and gives no reply before the commit that holds what the reply says.
 */

import type { Audited } from "../bank/audit.ts";
import { THE_BANK } from "../bank/audit-vocabulary.ts";
import {
  apply,
  decide,
  type AccountId,
  type Books,
  type Command,
  type Decision,
  type Event,
  type Posted,
} from "../bank/ledger.ts";
import { endsSessions } from "../bank/operations.ts";
import { standingOf } from "../bank/standing.ts";
import { undoOf, type Undo } from "../bank/undo.ts";
import type { LedgerReply, LedgerRequest } from "../protocol/ledger-letters.ts";
import { askerOf, contentOf, isChange } from "./change.ts";
import { auditOf, auditOfNote, postedOf } from "./ledger-audit.ts";
import { StoreFull, type Entry, type Outcome, type Store } from "./store.ts";

/** While the store is full, one batch in this time tries whether there is room again. */
const FULL_RETRY_MS = 1_000;
/** How often the attempts of lockouts that are over are dropped. */
const FORGET_EVERY_MS = 10 * 60_000;

export type { LedgerNote, LedgerReply, LedgerRequest } from "../protocol/ledger-letters.ts";

export class Ledger {
  readonly #store: Store;
  readonly #books: Books;
  #lastAt = 0;
  /** By the monotonic clock, as the next one: a clock set back must not make them wait. */
  #forgetAt = Number.NEGATIVE_INFINITY;
  /** Not before this time is the store tried again; null while it has room. */
  #fullUntil: number | null = null;
  /** The outcomes of the batch in hand, which the store does not have yet: by key, of anybody. */
  readonly #fresh = new Map<string, Outcome[]>();
  /** The keys of its notes, likewise. */
  readonly #freshNotes = new Set<string>();
  /** The passwords of the batch in hand, which the store does not have yet. */
  readonly #freshHashes = new Map<AccountId, string>();
  /**
   * By account, the hash before an upgrade: of the same password, so whoever was checked against it
   * meanwhile was right. Nobody is, after a restart. An account has its hash upgraded seldom.
   */
  readonly #replacedHashes = new Map<AccountId, string>();
  /** The way back from the batch in hand, the first step last. */
  readonly #undos: Undo[] = [];

  /** Continues from what the store holds. */
  constructor(store: Store) {
    this.#store = store;
    this.#books = store.load();
    this.#lastAt = store.lastAt();
  }

  /**
   * Does a batch at the time `now` (ms since the epoch) and returns its replies, in order. What
   * they say is durable.
   * @param monotonicNow The time by which the ledger waits: ms since whenever, never running back.
   * @throws whatever the store throws but StoreFull; the ledger is then no longer to be used.
   */
  commit(batch: readonly LedgerRequest[], now: number, monotonicNow = now): LedgerReply[] {
    if (this.#fullUntil !== null && monotonicNow < this.#fullUntil) {
      return batch.map((request) => this.#refuseWrites(request, now));
    }
    const time = { now, at: Math.max(now, this.#lastAt) };
    this.#lastAt = time.at;
    const entries = batch.map((request) => this.#perform(request, time));
    const isForgetting = monotonicNow >= this.#forgetAt;
    try {
      this.#store.append(isForgetting ? [...entries, this.#forgetAttempts(time)] : entries);
    } catch (error) {
      if (!(error instanceof StoreFull)) throw error;
      for (const undo of this.#undos.toReversed()) undo();
      this.#endBatch();
      this.#fullUntil = monotonicNow + FULL_RETRY_MS;
      return batch.map((request) => this.#refuseWrites(request, now));
    }
    this.#endBatch();
    this.#fullUntil = null;
    if (isForgetting) this.#forgetAt = monotonicNow + FORGET_EVERY_MS;
    return entries.map(replyOf);
  }

  /** Whether changes are refused for want of room. */
  get isFull(): boolean {
    return this.#fullUntil !== null;
  }

  close(): void {
    this.#store.close();
  }

  #perform(asked: LedgerRequest, { now, at }: Time): PerformedEntry {
    const request = this.#judged(asked);
    if (request.type === "note") return this.#takeNote(request, at);
    if (request.type === "opened") {
      return { at, event: null, audit: this.#auditOfStart(request), reply: { type: "done" } };
    }
    const first = this.#firstOutcome(request);
    if (first !== null) return this.#repeat(request, first, at);
    if (this.#isTooLate(request.command)) {
      return { at, event: null, audit: null, reply: { type: "done" } };
    }
    const decision: Decision = this.#isBegunBefore(request.command)
      ? { ok: false, rejection: "no_factor" }
      : decide(this.#books, request.command, now);
    const audit = auditOf(request, decision);
    if (!decision.ok) {
      const { rejection } = decision;
      const outcome = this.#keep(request, { rejection });
      return { at, event: null, audit, outcome, reply: { type: "rejected", rejection } };
    }
    const { event } = decision;
    this.#apply(event);
    const transaction = postedOf(event)?.transaction ?? null;
    const outcome = transaction === null ? null : this.#keep(request, { transaction });
    return { at, event, audit, outcome, reply: this.#replyTo(event, request.command) };
  }

  #takeNote(note: LedgerRequest & { type: "note" }, at: number): PerformedEntry {
    const taken = { at, event: null, audit: auditOfNote(note), reply: { type: "done" } } as const;
    const { key } = note;
    if (key === undefined) return taken;
    if (this.#freshNotes.has(key) || this.#store.isNoted(key)) return { ...taken, audit: null };
    this.#freshNotes.add(key);
    return { ...taken, notedKey: key };
  }

  #auditOfStart({ origin, object }: LedgerRequest & { type: "opened" }): Audited {
    const outcome = this.#store.wasStopped() ? "ok" : "no_stop_on_record";
    return auditOfNote({ type: "note", action: "start", who: THE_BANK, origin, object, outcome });
  }

  /** A password that was changed while it was checked is a wrong one, however it was found. */
  #judged(request: LedgerRequest): LedgerRequest {
    if (request.type !== "command") return request;
    const { command } = request;
    if (command.type !== "end_login" && command.type !== "change_password") return request;
    if (command.checkedHash === undefined) return request;
    const { customers, accounts } = this.#books;
    const id = "account" in command ? command.account : (customers.get(command.username) ?? null);
    if (this.#isHashOf(id, command.checkedHash)) return request;
    const outcome = "wrong_password";
    if (command.type === "end_login") return { ...request, command: { ...command, outcome } };
    const username = accounts[command.account]?.name;
    if (username === undefined) return request;
    const { terminal } = command;
    const purpose = "change_password";
    return { ...request, command: { type: "end_login", username, terminal, outcome, purpose } };
  }

  /** A second factor that was begun behind a password which is another now is to be begun anew. */
  #isBegunBefore(command: Command): boolean {
    if (command.type !== "enrol_factor" || command.checkedHash === undefined) return false;
    const account = this.#books.customers.get(command.username) ?? null;
    return !this.#isHashOf(account, command.checkedHash);
  }

  #isHashOf(account: AccountId | null, hash: string | null): boolean {
    if (hash === this.#passwordHash(account)) return true;
    return account !== null && hash !== null && hash === this.#replacedHashes.get(account);
  }

  /** A password that was changed meanwhile has a hash of its own. */
  #isTooLate(command: Command): boolean {
    if (command.type !== "upgrade_hash") return false;
    return command.checkedHash !== this.#passwordHash(command.account);
  }

  #apply(event: Event): void {
    this.#undos.push(undoOf(this.#books, event));
    apply(this.#books, event);
    if (event.type === "hash_upgraded") {
      const replaced = this.#passwordHash(event.account);
      if (replaced !== null) this.#replacedHashes.set(event.account, replaced);
      this.#freshHashes.set(event.account, event.passwordHash);
    } else if (event.type === "signed_up" || event.type === "password_changed") {
      this.#replacedHashes.delete(event.account);
      this.#freshHashes.set(event.account, event.passwordHash);
    }
  }

  /** What was remembered of the batch in hand is in the store now, or not to be. */
  #endBatch(): void {
    this.#fresh.clear();
    this.#freshNotes.clear();
    this.#freshHashes.clear();
    this.#undos.length = 0;
  }

  #firstOutcome({ command, idempotencyKey }: CommandRequest): Outcome | null {
    if (idempotencyKey === undefined || !isChange(command)) return null;
    const account = askerOf(command);
    const fresh = this.#fresh.get(idempotencyKey)?.find((outcome) => outcome.account === account);
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
    const account = askerOf(command);
    const outcome: Outcome = { account, key, content: contentOf(command), ended };
    const others = this.#fresh.get(key);
    if (others === undefined) this.#fresh.set(key, [outcome]);
    else others.push(outcome);
    return outcome;
  }

  /** A reply that reads the store is made after the commit, when the store has this batch too. */
  #replyTo(event: Event, command: Command): LedgerReply | (() => LedgerReply) {
    switch (event.type) {
      case "signed_up":
        return { type: "signed_up" };
      case "login_begun":
        return () => this.#replyToBeginning(event.account);
      case "logged_in": {
        const { account, vault } = event;
        const { roles, factor } = standingOf(this.#books, account);
        return { type: "logged_in", account, vault, roles, hasFactor: factor !== null };
      }
      case "login_failed":
        return { type: "login_failed" };
      case "posted":
        return this.#replyToPosting(event, command);
      case "balance_read":
        return { type: "balance_read", balance: event.balance };
      case "factor_tried": {
        const { account, factor, verdict, standing } = event;
        if (verdict === "begun") return { type: "factor_begun", account, factor };
        return { type: "factor_ended", proven: standing !== null };
      }
      case "adjusted":
        return this.#replyToPosting(event.posted, command);
      case "proposed":
        return { type: "proposed", proposal: event.proposal.id };
      case "standing_changed":
        return command.type === "operate" && endsSessions(command.operation)
          ? { type: "standing_changed", account: event.account }
          : { type: "done" };
      case "answered":
        return event.answer.type === "proposed_before"
          ? { type: "proposed", proposal: event.answer.proposal }
          : { type: "answered", answer: event.answer };
      case "proposal_rejected":
      case "unlocked":
      case "sign_up_begun":
      case "attempts_expired":
      case "password_changed":
      case "hash_upgraded":
        return { type: "done" };
    }
  }

  #replyToBeginning(account: AccountId | null): LedgerReply {
    const passwordHash = this.#passwordHash(account);
    return { type: "login_begun", passwordHash, standing: standingOf(this.#books, account) };
  }

  #replyToPosting(posted: Posted, command: Command): LedgerReply & { type: "posted" } {
    const { kind, transaction, amount, debit, credit } = posted;
    const isBanks = kind === "adjustment" && isOfBank(this.#books, debit.account);
    const { balance } = command.type === "deposit" || isBanks ? credit : debit;
    const { account, balance: creditBalance } = credit;
    const isTold = kind === "transfer" || isBanks;
    const credited = isTold ? { account, balance: creditBalance } : null;
    return { type: "posted", transaction, amount, balance, credited };
  }

  #passwordHash(account: AccountId | null): string | null {
    if (account === null) return null;
    return this.#freshHashes.get(account) ?? this.#store.passwordHash(account);
  }

  #forgetAttempts({ now, at }: Time): Entry {
    const decision = decide(this.#books, { type: "forget_attempts" }, now);
    if (!decision.ok) return { at, event: null, audit: null };
    this.#apply(decision.event);
    return { at, event: decision.event, audit: null };
  }

  /** Reads go on while the store is full, unaudited; whatever would have to be kept is refused. */
  #refuseWrites(request: LedgerRequest, now: number): LedgerReply {
    if (request.type !== "command") return { type: "read_only" };
    const first = this.#firstOutcome(request);
    if (first !== null) return replyOf(this.#repeat(request, first, now));
    const { command } = request;
    const end = endOfTry(command, this.#books);
    if (end !== null) this.#endAttempt(end, now);
    if (command.type === "balance") {
      const decision = decide(this.#books, command, now);
      if (!decision.ok) return { type: "rejected", rejection: decision.rejection };
      if (decision.event.type === "balance_read") {
        return { type: "balance_read", balance: decision.event.balance };
      }
    }
    return { type: "read_only" };
  }

  /**
   * A try whose end cannot be stored is over all the same, or it would keep its place among the
   * pending ones and lock an honest customer out. If the bank goes down now, it counts as wrong.
   */
  #endAttempt(end: Command, now: number): void {
    const decision = decide(this.#books, end, now);
    if (decision.ok) apply(this.#books, decision.event);
  }
}

/** `now` as the clock has it, and `at` for the journal, whose time never runs backwards. */
type Time = { readonly now: number; readonly at: number };

type CommandRequest = LedgerRequest & { type: "command" };

type PerformedEntry = Entry & { readonly reply: LedgerReply | (() => LedgerReply) };

const isOfBank = ({ accounts }: Books, account: AccountId): boolean =>
  accounts[account]?.kind === "bank";

/** How a try of a password or a code ends where nothing can be kept: none has succeeded by it. */
function endOfTry(command: Command, { accounts }: Books): Command | null {
  switch (command.type) {
    case "end_login":
      return command.outcome === "authenticated" ? { ...command, outcome: NOT_CHECKED } : command;
    case "end_factor":
      return command.outcome === "wrong_code" ? command : { ...command, outcome: NOT_CHECKED };
    case "change_password": {
      const username = accounts[command.account]?.name;
      if (username === undefined) return null;
      const { terminal } = command;
      return { type: "end_login", username, terminal, outcome: NOT_CHECKED };
    }
    default:
      return null;
  }
}

const NOT_CHECKED = "not_checked";

const replyOf = ({ reply }: PerformedEntry): LedgerReply =>
  typeof reply === "function" ? reply() : reply;
