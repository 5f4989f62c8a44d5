/**
 * The ledger's rules: what a command does to the books, or why it is refused.
 *
 * Double entry: every posting debits one account and credits another by the same amount, so the
 * sum of all balances is always zero. A balance is credits less debits: a customer's is what the
 * bank owes them, an ATM's vault is minus the cash in it. `decide` reads the books and may refuse;
 * `apply` writes them and cannot fail.
 */

import { ADJUSTMENTS } from "./adjustments.ts";
import { setAttempts } from "./attempts-by-name.ts";
import { decideFactor, type FactorCommand, type FactorTried } from "./factor-rules.ts";
import type { AttemptOutcome, Attempts } from "./lockout.ts";
import {
  decideBeginLogin,
  decideBeginSignUp,
  decideChangePassword,
  decideEndLogin,
  decideUpgradeHash,
  decideForgetAttempts,
  decideSignUp,
} from "./logins.ts";
import type { CounterChange } from "./login-attempts.ts";
import { ZERO, cents, type Cents } from "./money.ts";
import {
  decideAppointment,
  decideOperation,
  type Appoint,
  type Operate,
  type OperatorEvent,
  type OperatorRejection,
} from "./operations.ts";
import { decideBalance, decideCash, decideTransfer } from "./postings.ts";
import { setProposal, type Proposal } from "./proposals.ts";
import { setStanding, type Bar, type Standing } from "./standing.ts";

declare const accountBrand: unique symbol;

/** The number of an account: 1, 2, 3 … in the order of opening. */
export type AccountId = number & { readonly [accountBrand]: true };

/** `bank`: an account of the bank's own, named by what it is for. */
export type AccountKind = "customer" | "vault" | "bank";

/** One account of the books. `name` is a user name, or the terminal that a vault belongs to. */
export type Account = {
  readonly id: AccountId;
  readonly kind: AccountKind;
  readonly name: string;
  balance: Cents;
  /** The account's latest transaction, 0 before the first: where its history starts. */
  lastTransaction: number;
};

/** All that the ledger remembers between commands. */
export type Books = {
  /** By number; the place 0 stays empty. */
  readonly accounts: (Account | undefined)[];
  readonly customers: Map<string, AccountId>;
  readonly vaults: Map<string, AccountId>;
  /** By the key of a `Counter`; written by `setAttempts` alone, beside the next one. */
  readonly attempts: Map<string, Attempts>;
  /** The keys of the counters that are about a user name. */
  readonly attemptKeys: Map<string, Set<string>>;
  /** The bank's own accounts. */
  readonly banks: Map<string, AccountId>;
  /** All that were ever made; written by ./proposals.ts alone, beside the next two. */
  readonly proposals: Map<number, Proposal>;
  readonly openProposals: Set<number>;
  /** By proposer and key. */
  readonly proposalsByKey: Map<string, number>;
  /** The terminals that an account has logged in at, the latest to be new last; few each. */
  readonly knownTerminals: Map<AccountId, readonly string[]>;
  /** Of the accounts that are out of the ordinary, which few are. */
  readonly standings: Map<AccountId, Standing>;
  lastTransaction: number;
};

export type Command =
  /** A sign-up is counted for its source, which may have so many in an hour. */
  | { type: "begin_sign_up"; source: string; signUpsMax: number }
  | { type: "sign_up"; username: string; passwordHash: string }
  | { type: "begin_login"; username: string; terminal: string; purpose?: LoginPurpose }
  | {
      type: "end_login";
      username: string;
      terminal: string;
      outcome: LoginOutcome;
      /** Whether the account's second factor was proved: only then is it logged in to. */
      factorProven?: boolean;
      checkedHash?: CheckedHash;
      purpose?: LoginPurpose;
      /** By a protocol that operators do not use. */
      isForCustomers?: true;
    }
  | { type: "deposit"; account: AccountId; vault: AccountId; amount: Cents }
  | { type: "withdraw"; account: AccountId; vault: AccountId; amount: Cents }
  | { type: "transfer"; account: AccountId; to: string; amount: Cents; memo: string | null }
  | {
      type: "change_password";
      account: AccountId;
      terminal: string;
      passwordHash: string;
      factorProven?: boolean;
      checkedHash?: CheckedHash;
    }
  /** The same password, hashed anew: done only while `checkedHash` is still its hash. */
  | { type: "upgrade_hash"; account: AccountId; checkedHash: string; passwordHash: string }
  | { type: "balance"; account: AccountId }
  | Operate
  | Appoint
  | FactorCommand
  | { type: "forget_attempts" };

/** The password was right, and yet: the code was missing, wrong, or locked, or cannot be given. */
export type CodeFailure = "code_required" | "factor_required" | "wrong_code" | "code_locked";

/** The password was right, and is an operator's, whom this protocol is not for. */
export type RoleFailure = "not_permitted";

/** The old password was right, the new one is none that the bank takes. */
export type NewPasswordFailure = "bad_password";

export type LoginOutcome = AttemptOutcome | CodeFailure | RoleFailure | NewPasswordFailure | Bar;

/** Why a login failed, for the audit: its peer is told the same in every case. */
export type LoginFailure = Exclude<LoginOutcome, "authenticated">;

/** What a password is checked for: a login, where nothing else is said. */
export type LoginPurpose =
  | "login"
  | "change_password"
  | "confirm"
  | "begin_factor"
  | "remove_factor";

/**
 * The hash that the password was found right against. If the account has another one by now, the
 * password is a wrong one (src/workers/ledger.ts compares).
 */
export type CheckedHash = string | null;

export type Event =
  | { type: "sign_up_begun"; attempts: Counters }
  | { type: "signed_up"; account: AccountId; username: string; passwordHash: string }
  | { type: "login_begun"; account: AccountId | null; attempts: Counters }
  | {
      type: "logged_in";
      account: AccountId;
      vault: AccountId;
      /** The terminal whose vault is opened by this, if it had none. */
      opens: string | null;
      /** The terminals that the account is known at from now on; null if they are as before. */
      knownTerminals: readonly string[] | null;
      attempts: Counters;
    }
  | { type: "login_failed"; attempts: Counters; reason: LoginFailure }
  | { type: "attempts_expired"; keys: readonly string[] }
  | {
      type: "password_changed";
      account: AccountId;
      passwordHash: string;
      attempts: Counters;
    }
  | { type: "hash_upgraded"; account: AccountId; passwordHash: string }
  | FactorTried
  | { type: "standing_changed"; account: AccountId; standing: Standing }
  | OperatorEvent
  | Posted
  | { type: "balance_read"; account: AccountId; balance: Cents };

export type PostingKind = "deposit" | "withdraw" | "transfer" | "adjustment";
type Counters = readonly CounterChange[];

/** A posting, complete: the journal row is this event and nothing else. */
export type Posted = {
  type: "posted";
  kind: PostingKind;
  /** What the sender wrote to the receiver of a transfer. */
  memo: string | null;
  transaction: number;
  amount: Cents;
  debit: PostingSide;
  credit: PostingSide;
};

/** One side: the balance after it, and the account's transaction before it (0: none). */
export type PostingSide = { account: AccountId; balance: Cents; previous: number };

/** Why a command was refused: a closed list, in the order in which the rules are tried. */
export type Rejection =
  | "username_taken"
  | "locked"
  | "throttled"
  | "too_many_attempts"
  | "unknown_account"
  | "unknown_vault"
  | "account_disabled"
  | "factor_set"
  | "no_factor"
  | "unknown_recipient"
  | "own_account"
  | "amount_not_positive"
  | "amount_too_large"
  | "insufficient_funds"
  | "balance_too_large"
  | "vault_too_large"
  | OperatorRejection
  /** The key of this change belongs to another one (src/workers/ledger.ts). */
  | "idempotency_conflict";

export type Decision = { ok: true; event: Event } | { ok: false; rejection: Rejection };

export const emptyBooks = (): Books => ({
  accounts: [undefined],
  customers: new Map(),
  vaults: new Map(),
  attempts: new Map(),
  attemptKeys: new Map(),
  banks: new Map(),
  proposals: new Map(),
  openProposals: new Set(),
  proposalsByKey: new Map(),
  knownTerminals: new Map(),
  standings: new Map(),
  lastTransaction: 0,
});

/**
 * Decides one command at the time `at` (ms since the epoch), which may run backwards: only the
 * lockout asks for it. Reads the books, changes nothing.
 */
export function decide(books: Books, command: Command, at: number): Decision {
  switch (command.type) {
    case "begin_sign_up":
      return decideBeginSignUp(books, command, at);
    case "sign_up":
      return decideSignUp(books, command);
    case "begin_login":
      return decideBeginLogin(books, command, at);
    case "end_login":
      return decideEndLogin(books, command, at);
    case "deposit":
    case "withdraw":
      return decideCash(books, command);
    case "transfer":
      return decideTransfer(books, command);
    case "change_password":
      return decideChangePassword(books, command, at);
    case "upgrade_hash":
      return decideUpgradeHash(books, command);
    case "balance":
      return decideBalance(books, command);
    case "appoint":
      return decideAppointment(books, command);
    case "operate":
      return decideOperation(books, command, at);
    case "begin_factor":
    case "end_factor":
    case "enrol_factor":
    case "remove_factor":
      return decideFactor(books, command, at);
    case "forget_attempts":
      return decideForgetAttempts(books, at);
  }
}

/** Applies an event that `decide` gave for these very books. */
export function apply(books: Books, event: Event): void {
  switch (event.type) {
    case "signed_up":
      openAccount(books, "customer", event.username, event.account);
      return;
    case "sign_up_begun":
    case "login_begun":
      keepAttempts(books, event.attempts);
      return;
    case "logged_in":
      if (event.opens !== null) openAccount(books, "vault", event.opens, event.vault);
      if (event.knownTerminals !== null) {
        books.knownTerminals.set(event.account, event.knownTerminals);
      }
      keepAttempts(books, event.attempts);
      return;
    case "login_failed":
    case "password_changed":
      keepAttempts(books, event.attempts);
      return;
    case "factor_tried":
      keepAttempts(books, event.attempts);
      if (event.standing !== null) setStanding(books, event.account, event.standing);
      return;
    case "attempts_expired":
      forgetAttempts(books, event.keys);
      return;
    case "standing_changed":
      setStanding(books, event.account, event.standing);
      return;
    case "posted":
      applyPosting(books, event);
      return;
    case "proposed":
      setProposal(books, event.proposal);
      return;
    case "proposal_rejected":
      endProposal(books, event.id, "rejected");
      return;
    case "adjusted":
      if (event.opens !== null) openAccount(books, "bank", ADJUSTMENTS, event.opens);
      if (event.approves !== null) endProposal(books, event.approves, "approved");
      applyPosting(books, event.posted);
      return;
    case "unlocked":
      forgetAttempts(books, event.keys);
      setStanding(books, event.account, event.standing);
      return;
    case "answered":
    case "hash_upgraded": // Hashes are in the store alone.
    case "balance_read":
      return;
  }
}

/**
 * The sum of all balances: zero, always. The sum of a part of them may be too large for a number,
 * so it is made in two, one of millions and one of what is left.
 */
export function sumOfBalances({ accounts }: Books): Cents {
  let millions = 0;
  let rest = 0;
  for (const account of accounts) {
    if (account === undefined) continue;
    const left = account.balance % MILLION;
    millions += (account.balance - left) / MILLION;
    rest += left;
  }
  return cents(millions * MILLION + rest);
}

const MILLION = 1_000_000;

function openAccount(books: Books, kind: AccountKind, name: string, id: AccountId): void {
  books.accounts[id] = { id, kind, name, balance: ZERO, lastTransaction: 0 };
  accountsOf(books, kind).set(name, id);
}

/** The accounts of a kind, by name. */
export function accountsOf(books: Books, kind: AccountKind): Map<string, AccountId> {
  switch (kind) {
    case "customer":
      return books.customers;
    case "vault":
      return books.vaults;
    case "bank":
      return books.banks;
  }
}

function endProposal(books: Books, id: number, state: Proposal["state"]): void {
  const proposal = books.proposals.get(id);
  if (proposal === undefined) throw new Error(`no proposal ${id}: not an event of these books`);
  setProposal(books, { ...proposal, state });
}

function applyPosting(books: Books, { debit, credit, transaction }: Posted): void {
  applySide(books, debit, transaction);
  applySide(books, credit, transaction);
  books.lastTransaction = transaction;
}

function keepAttempts(books: Books, changes: Counters): void {
  for (const { key, attempts } of changes) setAttempts(books, key, attempts);
}

function forgetAttempts(books: Books, keys: readonly string[]): void {
  for (const key of keys) setAttempts(books, key, null);
}

function applySide(books: Books, { account, balance }: PostingSide, transaction: number): void {
  const changed = books.accounts[account];
  if (changed === undefined) throw new Error(`no account ${account}: not an event of these books`);
  changed.balance = balance;
  changed.lastTransaction = transaction;
}
