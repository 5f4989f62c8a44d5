/**
 * Does the journal over again: every row's balances, its place in both its accounts' histories, and
 * in the end every account's balance, computed from the amounts alone. A row that is wrong is told
 * of once, not with all that follow from it.
 */

import type { AccountKind, PostingKind } from "../bank/ledger.ts";
import {
  AMOUNT_CENTS_MAX,
  BALANCE_CENTS_MAX,
  VAULT_CENTS_MAX,
  formatDollars,
  type Cents,
} from "../bank/money.ts";
import type { AccountRow, JournalRow } from "./books-snapshot.ts";

export type FaultKind =
  | "storage"
  | "sum"
  | "overdrawn"
  | "history"
  | "sequence"
  | "audit"
  | "outcomes"
  | "credentials"
  | "standings"
  | "proposals";

/** `text` names the row or the account. */
export type Fault = { readonly kind: FaultKind; readonly text: string };
export type Tell = (kind: FaultKind, text: string) => void;

/** Where the rows begin, if not with the first: the accounts as they were then. */
export type Before = {
  readonly lastTransaction: number;
  readonly accounts: ReadonlyMap<number, Pick<AccountRow, "balance" | "lastTransaction">>;
};

/** An account as its history tells it, up to the row in hand. */
type Replayed = {
  readonly row: AccountRow;
  balance: number;
  /** What the last row said instead: one of both is wrong, and the next row shows which. */
  other: number | null;
  last: number;
};

type Side = { account: number; change: number; balance: number; previous: number };

const KINDS: Record<PostingKind, readonly (readonly [debit: AccountKind, credit: AccountKind])[]> =
  {
    deposit: [["vault", "customer"]],
    withdraw: [["customer", "vault"]],
    transfer: [["customer", "customer"]],
    adjustment: [
      ["bank", "customer"],
      ["customer", "bank"],
    ],
  };

export class JournalReplay {
  readonly #accounts = new Map<number, Replayed>();
  readonly #tell: Tell;
  readonly #before: Before;
  #last: number;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(accounts: Iterable<AccountRow>, tell: Tell, before: Before = NOTHING) {
    this.#tell = tell;
    this.#before = before;
    this.#last = before.lastTransaction;
    for (const row of accounts) this.open(row);
  }

  /** One more account: before any row of the journal. */
  open(row: AccountRow): void {
    const { balance, lastTransaction: last } = this.#before.accounts.get(row.id) ?? UNUSED;
    this.#accounts.set(row.id, { row, balance, other: null, last });
  }

  accountOf(id: number): AccountRow | undefined {
    return this.#accounts.get(id)?.row;
  }

  /** The next row. */
  add(row: JournalRow): void {
    const { id, amount, at } = row;
    if (id !== this.#last + 1) this.#tell("sequence", missing("transaction", this.#last + 1, id));
    this.#last = id;
    if (at < this.#lastAt) this.#tell("sequence", `transaction ${id} is older than the one before`);
    this.#lastAt = at;
    if (amount <= 0 || amount > AMOUNT_CENTS_MAX) {
      this.#tell("history", `transaction ${id} moves ${money(amount)}`);
    }
    this.#checkKind(row);
    for (const side of sidesOf(row)) this.#addSide(id, side);
  }

  /**
   * After the last row: the accounts must be what their histories have led to.
   * @returns the sum of all balances, in cents
   */
  end(): number {
    const accounts = this.ending();
    let step = accounts.next();
    while (step.done !== true) step = accounts.next();
    return step.value;
  }

  /** The same, with a stop after each account. */
  *ending(): Generator<void, number> {
    let sum = 0n;
    let expected = 0;
    for (const [id, { row, balance, other, last }] of this.#accounts) {
      sum += BigInt(row.balance);
      if (id !== expected + 1) this.#tell("sequence", missing("account", expected + 1, id));
      expected = id;
      if (row.balance !== balance && row.balance !== other) {
        const told = `${money(row.balance)}, and a history of ${money(balance)}`;
        this.#tell("history", `${nameOf(row)} has ${told}`);
      }
      if (row.lastTransaction !== last) {
        const told = `transaction ${row.lastTransaction}, and not with ${last}`;
        this.#tell("history", `the history of ${nameOf(row)} ends with ${told}`);
      }
      this.#checkBounds(row, row.balance, () => `${nameOf(row)} has ${money(row.balance)}`);
      yield;
    }
    if (sum !== 0n) this.#tell("sum", `the balances sum to ${money(Number(sum))}`);
    return Number(sum);
  }

  #addSide(id: number, { account, change, balance, previous }: Side): void {
    const replayed = this.#accounts.get(account);
    if (replayed === undefined) {
      this.#tell("history", `transaction ${id} is about account ${account}, which is not there`);
      return;
    }
    const { row, other, last } = replayed;
    const expected = replayed.balance + change;
    replayed.other = null;
    replayed.last = id;
    if (balance === expected) replayed.balance = expected;
    else if (other !== null && balance === other + change) replayed.balance = balance;
    else {
      replayed.balance = expected;
      replayed.other = balance;
      const said = `${money(balance)}, not ${money(expected)}`;
      this.#tell("history", `transaction ${id} says that ${nameOf(row)} has ${said}`);
    }
    if (previous !== last) {
      const said = `transaction ${previous} before it, not ${last}`;
      this.#tell("history", `transaction ${id} says that ${nameOf(row)} had ${said}`);
    }
    const left = (): string => `transaction ${id} left ${nameOf(row)} with ${money(balance)}`;
    this.#checkBounds(row, balance, left);
  }

  #checkKind({ id, kind, debit, credit }: JournalRow): void {
    const from = this.accountOf(debit)?.kind;
    const to = this.accountOf(credit)?.kind;
    if (from === undefined || to === undefined) return; // Told of with its side.
    const isRight = KINDS[kind]?.some(([debited, credited]) => debited === from && credited === to);
    if (isRight && debit !== credit) return;
    this.#tell(
      "history",
      `transaction ${id} is a ${kind} from ${debit} (${from}) to ${credit} (${to})`,
    );
  }

  #checkBounds({ kind }: AccountRow, balance: number, text: () => string): void {
    const isCustomer = kind === "customer";
    if (isCustomer && balance < 0) this.#tell("overdrawn", text());
    const most = isCustomer ? BALANCE_CENTS_MAX : VAULT_CENTS_MAX;
    if (Math.abs(balance) > most) this.#tell("history", `${text()}, which is out of bounds`);
  }
}

/** What is missing from a sequence in which `found` comes where `expected` should. */
export function missing(what: string, expected: number, found: number): string {
  if (found < expected) return `${what} ${found} is out of its order`;
  const last = found - 1;
  return last === expected
    ? `${what} ${expected} is missing`
    : `${what}s ${expected} to ${last} are missing`;
}

export const money = (amount: number): string => formatDollars(amount as Cents);

const UNUSED = { balance: 0, lastTransaction: 0 };
const NOTHING: Before = { lastTransaction: 0, accounts: new Map() };

const nameOf = ({ id, name }: AccountRow): string => `account ${id} (${JSON.stringify(name)})`;

const sidesOf = (row: JournalRow): readonly Side[] => [
  {
    ...{ account: row.debit, change: 0 - row.amount },
    ...{ balance: row.debitBalance, previous: row.debitPrevious },
  },
  {
    ...{ account: row.credit, change: row.amount },
    ...{ balance: row.creditBalance, previous: row.creditPrevious },
  },
];
