/**
 * The ledger's rules: what a command does to the books, or why it is refused.
 *
 * Double entry: every posting debits one account and credits another by the same amount, so the
 * sum of all balances is always zero. A balance is credits less debits: a customer's is what the
 * bank owes them, an ATM's vault is minus the cash in it. `decide` reads the books and may refuse;
 * `apply` writes them and cannot fail.
 */

import {
  AMOUNT_CENTS_MAX,
  BALANCE_CENTS_MAX,
  VAULT_CENTS_MAX,
  ZERO,
  add,
  cents,
  subtract,
  type Cents,
} from "./money.ts";
import {
  attemptsAt,
  attemptsKey,
  beginAttempt,
  endAttempt,
  type AttemptOutcome,
  type Attempts,
} from "./lockout.ts";

declare const accountBrand: unique symbol;

/** The number of an account: 1, 2, 3 … in the order of opening. */
export type AccountId = number & { readonly [accountBrand]: true };

export type AccountKind = "customer" | "vault";

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
  /** By `attemptsKey`. */
  readonly attempts: Map<string, Attempts>;
  lastTransaction: number;
};

export type Command =
  | { type: "sign_up"; username: string; passwordHash: string }
  | { type: "begin_login"; username: string; terminal: string; purpose?: LoginPurpose }
  | {
      type: "end_login";
      username: string;
      terminal: string;
      outcome: LoginOutcome;
      checkedHash?: CheckedHash;
      purpose?: LoginPurpose;
    }
  | { type: "deposit"; account: AccountId; vault: AccountId; amount: Cents }
  | { type: "withdraw"; account: AccountId; vault: AccountId; amount: Cents }
  | { type: "transfer"; account: AccountId; to: string; amount: Cents; memo: string | null }
  | {
      type: "change_password";
      account: AccountId;
      terminal: string;
      passwordHash: string;
      checkedHash?: CheckedHash;
    }
  | { type: "balance"; account: AccountId }
  | { type: "forget_attempts" };

export type LoginOutcome = AttemptOutcome;

/** What a password is checked for: a login, where nothing else is said. */
export type LoginPurpose = "login" | "change_password";

/**
 * The hash that the password was found right against. If the account has another one by now, the
 * password is a wrong one (src/workers/ledger.ts compares).
 */
export type CheckedHash = string | null;

export type Event =
  | { type: "signed_up"; account: AccountId; username: string; passwordHash: string }
  | { type: "login_begun"; account: AccountId | null; key: string; attempts: Attempts }
  | {
      type: "logged_in";
      account: AccountId;
      vault: AccountId;
      /** The terminal whose vault is opened by this, if it had none. */
      opens: string | null;
      key: string;
      attempts: Attempts | null;
    }
  | { type: "login_failed"; key: string; attempts: Attempts | null }
  | { type: "attempts_expired"; keys: readonly string[] }
  | {
      type: "password_changed";
      account: AccountId;
      passwordHash: string;
      key: string;
      attempts: Attempts | null;
    }
  | Posted
  | { type: "balance_read"; account: AccountId; balance: Cents };

export type PostingKind = "deposit" | "withdraw" | "transfer";

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
  | "too_many_attempts"
  | "unknown_account"
  | "unknown_vault"
  | "unknown_recipient"
  | "own_account"
  | "amount_not_positive"
  | "amount_too_large"
  | "insufficient_funds"
  | "balance_too_large"
  | "vault_too_large"
  /** The key of this change belongs to another one (src/workers/ledger.ts). */
  | "idempotency_conflict";

export type Decision = { ok: true; event: Event } | { ok: false; rejection: Rejection };

export const emptyBooks = (): Books => ({
  accounts: [undefined],
  customers: new Map(),
  vaults: new Map(),
  attempts: new Map(),
  lastTransaction: 0,
});

/**
 * Decides one command at the time `at` (ms since the epoch), which may run backwards: only the
 * lockout asks for it. Reads the books, changes nothing.
 */
export function decide(books: Books, command: Command, at: number): Decision {
  switch (command.type) {
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
    case "balance":
      return decideBalance(books, command);
    case "forget_attempts":
      return decided({ type: "attempts_expired", keys: expiredAttempts(books, at) });
  }
}

/** Applies an event that `decide` gave for these very books. */
export function apply(books: Books, event: Event): void {
  switch (event.type) {
    case "signed_up":
      openAccount(books, "customer", event.username, event.account);
      return;
    case "login_begun":
      books.attempts.set(event.key, event.attempts);
      return;
    case "logged_in":
      if (event.opens !== null) openAccount(books, "vault", event.opens, event.vault);
      keepAttempts(books, event);
      return;
    case "login_failed":
    case "password_changed":
      keepAttempts(books, event);
      return;
    case "attempts_expired":
      for (const key of event.keys) books.attempts.delete(key);
      return;
    case "posted":
      applySide(books, event.debit, event.transaction);
      applySide(books, event.credit, event.transaction);
      books.lastTransaction = event.transaction;
      return;
    case "balance_read":
      return;
  }
}

/** The sum of all balances: zero, always. Sums of a part of them may be too large for a number. */
export const sumOfBalances = (books: Books): Cents =>
  cents(Number(books.accounts.reduce((sum, account) => sum + BigInt(account?.balance ?? 0), 0n)));

function decideSignUp(books: Books, command: Command & { type: "sign_up" }): Decision {
  const { username, passwordHash } = command;
  if (books.customers.has(username)) return rejected("username_taken");
  return decided({ type: "signed_up", account: nextAccount(books), username, passwordHash });
}

// An unknown name is counted and locked like a known one: neither can be told from the other.
function decideBeginLogin(
  books: Books,
  { username, terminal }: Command & { type: "begin_login" },
  at: number,
): Decision {
  const key = attemptsKey(username, terminal);
  const attempts = beginAttempt(attemptsAt(books.attempts.get(key), at), at);
  if (typeof attempts === "string") return rejected(attempts);
  const account = books.customers.get(username) ?? null;
  return decided({ type: "login_begun", account, key, attempts });
}

function decideEndLogin(
  books: Books,
  { username, terminal, outcome }: Command & { type: "end_login" },
  at: number,
): Decision {
  const key = attemptsKey(username, terminal);
  const attempts = endAttempt(attemptsAt(books.attempts.get(key), at), outcome, at);
  if (outcome !== "authenticated") return decided({ type: "login_failed", key, attempts });
  const account = books.customers.get(username);
  if (account === undefined) return rejected("unknown_account");
  const known = books.vaults.get(terminal);
  const vault = known ?? nextAccount(books);
  const opens = known === undefined ? terminal : null;
  return decided({ type: "logged_in", account, vault, opens, key, attempts });
}

function decideCash(books: Books, command: Command & { type: "deposit" | "withdraw" }): Decision {
  const { type, amount } = command;
  const customer = books.accounts[command.account];
  const vault = books.accounts[command.vault];
  if (customer?.kind !== "customer") return rejected("unknown_account");
  if (vault?.kind !== "vault") return rejected("unknown_vault");
  const [debit, credit] = type === "deposit" ? [vault, customer] : [customer, vault];
  return decidePosting(books, { kind: type, amount, memo: null }, debit, credit);
}

function decideTransfer(books: Books, command: Command & { type: "transfer" }): Decision {
  const { amount, memo } = command;
  const sender = books.accounts[command.account];
  if (sender?.kind !== "customer") return rejected("unknown_account");
  const receiver = books.accounts[books.customers.get(command.to) ?? 0];
  if (receiver === undefined) return rejected("unknown_recipient");
  if (receiver === sender) return rejected("own_account");
  return decidePosting(books, { kind: "transfer", amount, memo }, sender, receiver);
}

function decidePosting(
  books: Books,
  { kind, amount, memo }: { kind: PostingKind; amount: Cents; memo: string | null },
  debit: Account,
  credit: Account,
): Decision {
  if (!Number.isSafeInteger(amount) || amount <= 0) return rejected("amount_not_positive");
  if (amount > AMOUNT_CENTS_MAX) return rejected("amount_too_large");
  if (debit.kind === "customer" && amount > debit.balance) return rejected("insufficient_funds");
  const debited = debit.balance - amount;
  const credited = credit.balance + amount;
  if (debited < 0 - BALANCES_MAX[debit.kind]) return rejected(TOO_LARGE[debit.kind]);
  if (credited > BALANCES_MAX[credit.kind]) return rejected(TOO_LARGE[credit.kind]);
  return decided({
    ...{ type: "posted", kind, memo, amount },
    transaction: books.lastTransaction + 1,
    debit: sideOf(debit, subtract(debit.balance, amount)),
    credit: sideOf(credit, add(credit.balance, amount)),
  });
}

// That the old password was right is the session's to know, as with a login.
function decideChangePassword(
  books: Books,
  { account, terminal, passwordHash }: Command & { type: "change_password" },
  at: number,
): Decision {
  const customer = books.accounts[account];
  if (customer?.kind !== "customer") return rejected("unknown_account");
  const key = attemptsKey(customer.name, terminal);
  const before = attemptsAt(books.attempts.get(key), at);
  const attempts = endAttempt(before, "authenticated", at);
  return decided({ type: "password_changed", account, passwordHash, key, attempts });
}

function decideBalance(books: Books, command: Command & { type: "balance" }): Decision {
  const account = books.accounts[command.account];
  if (account?.kind !== "customer") return rejected("unknown_account");
  return decided({ type: "balance_read", account: account.id, balance: account.balance });
}

const expiredAttempts = (books: Books, at: number): string[] =>
  [...books.attempts].filter(([, attempts]) => !attemptsAt(attempts, at)).map(([key]) => key);

const decided = (event: Event): Decision => ({ ok: true, event });
const rejected = (rejection: Rejection): Decision => ({ ok: false, rejection });
const nextAccount = (books: Books): AccountId => books.accounts.length as AccountId;

const sideOf = (account: Account, balance: Cents): PostingSide => ({
  account: account.id,
  balance,
  previous: account.lastTransaction,
});

const BALANCES_MAX: Record<AccountKind, Cents> = {
  customer: BALANCE_CENTS_MAX,
  vault: VAULT_CENTS_MAX,
};

const TOO_LARGE: Record<AccountKind, Rejection> = {
  customer: "balance_too_large",
  vault: "vault_too_large",
};

function openAccount(books: Books, kind: AccountKind, name: string, id: AccountId): void {
  books.accounts[id] = { id, kind, name, balance: ZERO, lastTransaction: 0 };
  (kind === "customer" ? books.customers : books.vaults).set(name, id);
}

function keepAttempts(
  books: Books,
  { key, attempts }: { key: string; attempts: Attempts | null },
): void {
  if (attempts === null) books.attempts.delete(key);
  else books.attempts.set(key, attempts);
}

function applySide(books: Books, { account, balance }: PostingSide, transaction: number): void {
  const changed = books.accounts[account];
  if (changed === undefined) throw new Error(`no account ${account}: not an event of these books`);
  changed.balance = balance;
  changed.lastTransaction = transaction;
}
