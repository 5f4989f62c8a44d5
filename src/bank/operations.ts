/**
 * What operators do, as decisions on the books. Their roles are looked up here once more, for they
 * may have changed since the login: the table of ./roles.ts is asked at the moment of the decision.
 */

import { decideAdjustment, decideProposal } from "./adjustments.ts";
import { attemptKeysOf, isLockedOut } from "./attempts-by-name.ts";
import { decided, rejected } from "./decision.ts";
import type { Account, AccountId, Books, Decision, Posted } from "./ledger.ts";
import type { Cents } from "./money.ts";
import { openProposals, type Proposal } from "./proposals.ts";
import { isOperator, isPermitted, type Action } from "./roles.ts";
import { ORDINARY, barOf, standingOf, type Role, type Standing } from "./standing.ts";

export const USERS_PAGE_MAX = 50;

export type Operation =
  | { type: "users"; after: string | null; limit: number }
  | { type: "show"; username: string }
  | { type: "lock"; username: string }
  | { type: "unlock"; username: string }
  | { type: "disable"; username: string }
  | { type: "enable"; username: string }
  | { type: "resetFactor"; username: string }
  | { type: "setRoles"; username: string; roles: readonly Role[] }
  | Adjustment
  | { type: "proposals" }
  | { type: "approve"; proposal: number }
  | { type: "reject"; proposal: number }
  /** Done elsewhere, once it is permitted and on record here; null for everybody's. */
  | { type: "sessions"; username: string | null }
  /** `username` is whose it is; null where there is no such session. */
  | { type: "endSession"; session: string; username: string | null }
  | { type: "auditList"; before: number | null };

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
  /** What was asked for is not in the books: it may be done. */
  | { type: "permitted" }
  /** Of one that was made before, under the same key. */
  | { type: "proposed_before"; proposal: number };

export type OperatorEvent =
  | { type: "answered"; answer: Answered }
  | { type: "proposed"; proposal: Proposal }
  | { type: "proposal_rejected"; id: number }
  | {
      type: "unlocked";
      account: AccountId;
      standing: Standing;
      /** The counters that are forgotten. */
      keys: readonly string[];
    }
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
  | "unknown_session"
  | "own_standing"
  | "last_administrator"
  | "unknown_proposal"
  | "own_proposal"
  | "too_many_proposals";

/** What each operation is called by the protocol, and in the audit. */
export const ACTIONS: Record<Operation["type"], Action> = {
  users: "admin.users",
  show: "admin.show",
  lock: "admin.lock",
  unlock: "admin.unlock",
  disable: "admin.disable",
  enable: "admin.enable",
  resetFactor: "admin.resetFactor",
  setRoles: "admin.setRoles",
  adjust: "admin.adjust",
  proposals: "admin.proposals",
  approve: "admin.approve",
  reject: "admin.reject",
  sessions: "admin.sessions",
  endSession: "admin.endSession",
  auditList: "audit.list",
};

/**
 * Whether an operation ends the sessions of whom it is about: whoever is in the account got in as
 * somebody that it is no more. What gives back, or bars logins alone, ends none. One that finds
 * all as it should be ends them too, so to ask again makes sure.
 */
export const endsSessions = ({ type }: Operation): boolean =>
  type === "disable" || type === "resetFactor" || type === "setRoles";

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
    case "auditList":
      return answered({ type: "permitted" });
    case "sessions": {
      const isKnown = operation.username === null || books.customers.has(operation.username);
      return isKnown ? answered({ type: "permitted" }) : rejected("unknown_user");
    }
    case "endSession":
      if (operation.username === null) return rejected("unknown_session");
      return answered({ type: "permitted" });
    default: {
      const account = customerNamed(books, operation.username);
      if (account === undefined) return rejected("unknown_user");
      return decideOnUser(books, { operator, operation, account }, at);
    }
  }
}

type OnUser = {
  operator: AccountId;
  operation: Exclude<Extract<Operation, { username: string }>, { type: "endSession" }>;
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
  const barsLocking = reasonNotToLock(books, operator, account.id);
  switch (operation.type) {
    case "show": {
      const user = userLine(books, account, at);
      return answered({ type: "shown", user, balance: account.balance });
    }
    case "lock":
      return barsLocking ?? changed({ locked: true });
    case "unlock": {
      const keys = attemptKeysOf(books, account.name);
      const unlocked = { ...standing, locked: false };
      const event = { type: "unlocked", account: account.id, standing: unlocked, keys } as const;
      return barsLocking ?? decided(event);
    }
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

function decideUsers(
  books: Books,
  { after, limit }: Extract<Operation, { type: "users" }>,
  at: number,
): Decision {
  const from = after === null ? 0 : books.customers.get(after);
  if (from === undefined) return rejected("unknown_user");
  const users: UserLine[] = [];
  for (let id = from + 1; id < books.accounts.length; id += 1) {
    const account = books.accounts[id];
    if (account?.kind !== "customer") continue;
    if (users.length === Math.min(limit, USERS_PAGE_MAX)) {
      return answered({ type: "users", users, next: users.at(-1)!.username });
    }
    users.push(userLine(books, account, at));
  }
  return answered({ type: "users", users, next: null });
}

function userLine(books: Books, { id, name }: Account, at: number): UserLine {
  const { roles, disabled, locked, factor } = standingOf(books, id);
  const isLocked = locked || isLockedOut(books, name, at);
  return { username: name, roles, disabled, hasFactor: factor !== null, locked: isLocked };
}

/** Somebody who is off or locked, or has another role now, administrates nothing. */
export const administratorsOf = ({ standings }: Books): AccountId[] =>
  [...standings].filter(([, standing]) => administrates(standing)).map(([account]) => account);

const administrates = (standing: Standing): boolean =>
  barOf(standing) === null && standing.roles.includes("administrator");

const removesLastAdministrator = (books: Books, account: AccountId, next: Standing): boolean =>
  administrates(books.standings.get(account) ?? ORDINARY) &&
  !administrates(next) &&
  administratorsOf(books).every((other) => other === account);

// The counter has the customers' accounts in hand; those of operators are the administrators'.
function reasonNotToLock(books: Books, operator: AccountId, account: AccountId): Decision | null {
  if (account === operator) return rejected("own_standing");
  const isCounters = !isOperator(standingOf(books, account).roles);
  const isTheirs = isCounters || standingOf(books, operator).roles.includes("administrator");
  return isTheirs ? null : rejected("not_permitted");
}

const lineOf =
  ({ accounts }: Books) =>
  ({ id, account, amount, reason, proposer }: Proposal): ProposalLine => ({
    ...{ proposal: id, username: accounts[account]?.name ?? "", amount, reason },
    proposer: accounts[proposer]?.name ?? "",
  });

const customerNamed = ({ accounts, customers }: Books, username: string): Account | undefined =>
  accounts[customers.get(username) ?? 0];

const answered = (answer: Answered): Decision => decided({ type: "answered", answer });
