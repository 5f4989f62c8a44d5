/** The rules for an account's standing that an operator may change. */

import { decided, rejected } from "./decision.ts";
import type { AccountId, Books, Command, Decision } from "./ledger.ts";
import { ROLES, standingOf, type Standing } from "./standing.ts";

/** Bars an account from logging in and from all that moves or shows money; or lets it in again. */
export const decideSetDisabled = (
  books: Books,
  { account, disabled }: Command & { type: "set_disabled" },
): Decision => decideStanding(books, account, { disabled });

/** The roles are kept once each and in one order, however they were asked for. */
export const decideSetRoles = (
  books: Books,
  { account, roles }: Command & { type: "set_roles" },
): Decision => decideStanding(books, account, { roles: ROLES.filter((r) => roles.includes(r)) });

function decideStanding(books: Books, account: AccountId, change: Partial<Standing>): Decision {
  if (books.accounts[account]?.kind !== "customer") return rejected("unknown_account");
  const standing = { ...standingOf(books, account), ...change };
  return decided({ type: "standing_changed", account, standing });
}
