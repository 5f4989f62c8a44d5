/** The two ways in which a command can be decided. */

import type { AccountId, Books, Decision, Event, Rejection } from "./ledger.ts";

export const decided = (event: Event): Decision => ({ ok: true, event });
export const rejected = (rejection: Rejection): Decision => ({ ok: false, rejection });

/** The number of the account that is opened next: accounts are numbered without a gap. */
export const nextAccount = (books: Books): AccountId => books.accounts.length as AccountId;
