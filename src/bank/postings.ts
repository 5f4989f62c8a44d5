/** The rules of money: what a customer may move, and what they may see of it. */

import { decided, rejected } from "./decision.ts";
import type {
  Account,
  AccountKind,
  Books,
  Command,
  Decision,
  PostingKind,
  PostingSide,
  Rejection,
} from "./ledger.ts";
import {
  AMOUNT_CENTS_MAX,
  BALANCE_CENTS_MAX,
  VAULT_CENTS_MAX,
  add,
  subtract,
  type Cents,
} from "./money.ts";
import { standingOf } from "./standing.ts";

export function decideCash(
  books: Books,
  command: Command & { type: "deposit" | "withdraw" },
): Decision {
  const { type, amount } = command;
  const customer = books.accounts[command.account];
  const vault = books.accounts[command.vault];
  if (customer?.kind !== "customer") return rejected("unknown_account");
  if (standingOf(books, command.account).disabled) return rejected("account_disabled");
  if (vault?.kind !== "vault") return rejected("unknown_vault");
  const [debit, credit] = type === "deposit" ? [vault, customer] : [customer, vault];
  return decidePosting(books, { kind: type, amount, memo: null }, debit, credit);
}

export function decideTransfer(books: Books, command: Command & { type: "transfer" }): Decision {
  const { amount, memo } = command;
  const sender = books.accounts[command.account];
  if (sender?.kind !== "customer") return rejected("unknown_account");
  if (standingOf(books, command.account).disabled) return rejected("account_disabled");
  const receiver = books.accounts[books.customers.get(command.to) ?? 0];
  if (receiver === undefined) return rejected("unknown_recipient");
  if (receiver === sender) return rejected("own_account");
  return decidePosting(books, { kind: "transfer", amount, memo }, sender, receiver);
}

/** A posting between two accounts, or why it cannot be. */
export function decidePosting(
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

export function decideBalance(books: Books, command: Command & { type: "balance" }): Decision {
  const account = books.accounts[command.account];
  if (account?.kind !== "customer") return rejected("unknown_account");
  if (standingOf(books, account.id).disabled) return rejected("account_disabled");
  return decided({ type: "balance_read", account: account.id, balance: account.balance });
}

const sideOf = (account: Account, balance: Cents): PostingSide => ({
  account: account.id,
  balance,
  previous: account.lastTransaction,
});

const BALANCES_MAX: Record<AccountKind, Cents> = {
  customer: BALANCE_CENTS_MAX,
  vault: VAULT_CENTS_MAX,
  bank: VAULT_CENTS_MAX,
};

const TOO_LARGE: Record<AccountKind, Rejection> = {
  customer: "balance_too_large",
  vault: "vault_too_large",
  bank: "balance_too_large",
};
