/**
 * What operators do, as decisions on the books. Their roles are looked up here once more, for they
 * may have changed since the login: the table of ./roles.ts is asked at the moment of the decision.
 */

import { decided, rejected } from "./decision.ts";
import type { Account, AccountId, Books, Decision, Posted } from "./ledger.ts";
import { decidePosting } from "./postings.ts";
import { attemptKeysOf, lockedNames } from "./operator-attempts.ts";
import { cents, type Cents } from "./money.ts";
import type { Proposal } from "./proposals.ts";
import { isPermitted, type Action } from "./roles.ts";
import { ORDINARY, standingOf, type Role, type Standing } from "./standing.ts";

/** The bank's own account that adjustments are posted against. */
export const ADJUSTMENTS = "adjustments";
export const USERS_PAGE_MAX = 50;
/** Open at a time: more than people can look at, and a bound for the answer. */
export const PROPOSALS_OPEN_MAX = 50;

export type Operation =
  | { type: "users"; after: string | null; limit: number }
  | { type: "show"; username: string }
  | { type: "unlock"; username: string }
  | { type: "disable"; username: string }
  | { type: "enable"; username: string }
  | { type: "resetFactor"; username: string }
  | { type: "setRoles"; username: string; roles: readonly Role[] }
  | Adjustment
  | { type: "proposals" }
  | { type: "approve"; proposal: number }
  | { type: "reject"; proposal: number };

export type Adjustment = {
  type: "adjust";
  username: string;
  amount: Cents;
  reason: string;
  key: string;
  /** What one operator may adjust alone. */
  aloneMax: Cents;
};

export type Operate = { type: "operate"; operator: AccountId; operation: Operation };

export type UserLine = {
  readonly username: string;
  readonly roles: readonly Role[];
  readonly disabled: boolean;
  readonly hasFactor: boolean;
  readonly locked: boolean;
};

export type ProposalLine = {
  readonly proposal: number;
  readonly username: string;
  readonly amount: Cents;
  readonly reason: string;
  readonly proposer: string;
};

/** What an operator is told; the balances are those before whatever came later. */
export type Answered =
  | { type: "users"; users: readonly UserLine[]; next: string | null }
  | { type: "shown"; user: UserLine; balance: Cents }
  | { type: "proposals"; proposals: readonly ProposalLine[] }
  /** Of one that was made before, under the same key. */
  | { type: "proposed_before"; proposal: number };

export type OperatorEvent =
  | { type: "answered"; answer: Answered }
  | { type: "proposed"; proposal: Proposal }
  | { type: "proposal_rejected"; id: number }
  | {
      type: "adjusted";
      posted: Posted;
      /** Whether this opens the bank's account, the first time. */
      opens: AccountId | null;
      /** The proposal that is approved by it. */
      approves: number | null;
    };

export type OperatorRejection =
  | "not_permitted"
  | "unknown_user"
  | "own_standing"
  | "last_administrator"
  | "unknown_proposal"
  | "own_proposal"
  | "too_many_proposals";

const ACTIONS: Record<Operation["type"], Action> = {
  users: "admin.users",
  show: "admin.show",
  unlock: "admin.unlock",
  disable: "admin.disable",
  enable: "admin.enable",
  resetFactor: "admin.resetFactor",
  setRoles: "admin.setRoles",
  adjust: "admin.adjust",
  proposals: "admin.proposals",
  approve: "admin.approve",
  reject: "admin.reject",
};

/** For the first administrator, whom the owner of the bank's folder makes: `admin init`. */
export type Appoint = { type: "appoint"; username: string };

/** Only where nobody administrates the bank. */
export function decideAppointment(books: Books, { username }: Appoint): Decision {
  const account = customerNamed(books, username);
  if (account === undefined) return rejected("unknown_user");
  if (administratorsOf(books).length > 0) return rejected("not_permitted");
  const standing: Standing = { ...standingOf(books, account.id), roles: ["administrator"] };
  return decided({ type: "standing_changed", account: account.id, standing });
}

/** @param at The time, for what is locked and what no longer is. */
export function decideOperation(
  books: Books,
  { operator, operation }: Operate,
  at: number,
): Decision {
  const { roles, disabled } = standingOf(books, operator);
  if (disabled || !isPermitted(roles, ACTIONS[operation.type])) return rejected("not_permitted");
  switch (operation.type) {
    case "users":
      return decideUsers(books, operation, at);
    case "proposals":
      return answered({ type: "proposals", proposals: openProposals(books).map(lineOf(books)) });
    case "approve":
    case "reject":
      return decideProposal(books, operator, operation);
    default: {
      const account = customerNamed(books, operation.username);
      if (account === undefined) return rejected("unknown_user");
      return decideOnUser(books, { operator, operation, account }, at);
    }
  }
}

type OnUser = {
  operator: AccountId;
  operation: Extract<Operation, { username: string }>;
  account: Account;
};

function decideOnUser(
  books: Books,
  { operator, operation, account }: OnUser,
  at: number,
): Decision {
  const standing = standingOf(books, account.id);
  const changed = (change: Partial<Standing>): Decision => {
    const next = { ...standing, ...change };
    return removesLastAdministrator(books, account.id, next)
      ? rejected("last_administrator")
      : decided({ type: "standing_changed", account: account.id, standing: next });
  };
  switch (operation.type) {
    case "show": {
      const user = userLine(books, account, lockedNames(books, at));
      return answered({ type: "shown", user, balance: account.balance });
    }
    case "unlock":
      return decided({ type: "attempts_expired", keys: attemptKeysOf(books, account.name) });
    case "disable":
      return account.id === operator ? rejected("own_standing") : changed({ disabled: true });
    case "enable":
      return changed({ disabled: false });
    case "resetFactor":
      return account.id === operator ? rejected("own_standing") : changed({ factor: null });
    case "setRoles":
      if (account.id === operator) return rejected("own_standing");
      return changed({ roles: operation.roles });
    case "adjust":
      return decideAdjustment(books, operator, operation, account);
  }
}

function decideAdjustment(
  books: Books,
  operator: AccountId,
  { amount, reason, key, aloneMax }: Adjustment,
  account: Account,
): Decision {
  if (account.id === operator) return rejected("own_account");
  const known = proposalUnder(books, operator, key);
  if (known !== undefined) {
    const isSame =
      known.account === account.id && known.amount === amount && known.reason === reason;
    return isSame
      ? answered({ type: "proposed_before", proposal: known.id })
      : rejected("idempotency_conflict");
  }
  const posting = adjusted(books, account, { amount, reason }, null);
  if (Math.abs(amount) <= aloneMax || !posting.ok) return posting;
  // Whoever may not approve may not propose either: a teller's limit is the limit.
  if (!isPermitted(standingOf(books, operator).roles, "admin.approve")) {
    return rejected("not_permitted");
  }
  if (openProposals(books).length >= PROPOSALS_OPEN_MAX) return rejected("too_many_proposals");
  const id = books.proposals.size + 1;
  const proposal = { id, proposer: operator, account: account.id, amount, reason, key };
  return decided({ type: "proposed", proposal: { ...proposal, state: "open" } });
}

function decideProposal(
  books: Books,
  operator: AccountId,
  { type, proposal: id }: Extract<Operation, { type: "approve" | "reject" }>,
): Decision {
  const proposal = books.proposals.get(id);
  if (proposal?.state !== "open") return rejected("unknown_proposal");
  if (type === "reject") return decided({ type: "proposal_rejected", id });
  if (proposal.proposer === operator) return rejected("own_proposal");
  const account = books.accounts[proposal.account];
  if (account === undefined) return rejected("unknown_account");
  // Nobody approves what is for themselves.
  if (account.id === operator) return rejected("own_account");
  return adjusted(books, account, proposal, id);
}

function adjusted(
  books: Books,
  customer: Account,
  { amount, reason }: { amount: Cents; reason: string },
  approves: number | null,
): Decision {
  const known = books.accounts[books.banks.get(ADJUSTMENTS) ?? 0];
  const id = (known?.id ?? books.accounts.length) as AccountId;
  const bank: Account = known ?? { ...newAccount(id), name: ADJUSTMENTS };
  const [debit, credit] = amount > 0 ? [bank, customer] : [customer, bank];
  const asked = { kind: "adjustment", amount: cents(Math.abs(amount)), memo: reason } as const;
  const decision = decidePosting(books, asked, debit, credit);
  if (!decision.ok || decision.event.type !== "posted") return decision;
  const opens = known === undefined ? id : null;
  return decided({ type: "adjusted", posted: decision.event, opens, approves });
}

const newAccount = (id: AccountId): Account => ({
  ...{ id, kind: "bank", name: "", balance: cents(0), lastTransaction: 0 },
});

function decideUsers(
  books: Books,
  { after, limit }: Extract<Operation, { type: "users" }>,
  at: number,
): Decision {
  const from = after === null ? 0 : books.customers.get(after);
  if (from === undefined) return rejected("unknown_user");
  const locked = lockedNames(books, at);
  const users: UserLine[] = [];
  for (let id = from + 1; id < books.accounts.length; id += 1) {
    const account = books.accounts[id];
    if (account?.kind !== "customer") continue;
    if (users.length === Math.min(limit, USERS_PAGE_MAX)) {
      return answered({ type: "users", users, next: users.at(-1)!.username });
    }
    users.push(userLine(books, account, locked));
  }
  return answered({ type: "users", users, next: null });
}

function userLine(books: Books, { id, name }: Account, locked: ReadonlySet<string>): UserLine {
  const { roles, disabled, factor } = standingOf(books, id);
  const hasFactor = factor !== null;
  return { username: name, roles, disabled, hasFactor, locked: locked.has(name) };
}

/** Somebody who is off, or has another role now, administrates nothing. */
export const administratorsOf = ({ standings }: Books): AccountId[] =>
  [...standings].filter(([, standing]) => administrates(standing)).map(([account]) => account);

const administrates = ({ roles, disabled }: Standing): boolean =>
  !disabled && roles.includes("administrator");

const removesLastAdministrator = (books: Books, account: AccountId, next: Standing): boolean =>
  administrates(books.standings.get(account) ?? ORDINARY) &&
  !administrates(next) &&
  administratorsOf(books).every((other) => other === account);

const openProposals = ({ proposals }: Books): Proposal[] =>
  [...proposals.values()].filter(({ state }) => state === "open");

const proposalUnder = ({ proposals }: Books, operator: AccountId, key: string) =>
  [...proposals.values()].find(
    (proposal) => proposal.proposer === operator && proposal.key === key,
  );

const lineOf =
  ({ accounts }: Books) =>
  ({ id, account, amount, reason, proposer }: Proposal): ProposalLine => ({
    ...{ proposal: id, username: accounts[account]?.name ?? "", amount, reason },
    proposer: accounts[proposer]?.name ?? "",
  });

const customerNamed = ({ accounts, customers }: Books, username: string): Account | undefined =>
  accounts[customers.get(username) ?? 0];

const answered = (answer: Answered): Decision => ({
  ...decided({ type: "answered", answer }),
});
