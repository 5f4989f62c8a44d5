/** The way back from an event: for a batch whose events the store had no room for. */

import { setAttempts } from "./attempts-by-name.ts";
import {
  accountsOf,
  type Account,
  type AccountId,
  type Books,
  type Event,
  type Posted,
  type PostingSide,
} from "./ledger.ts";
import type { CounterChange } from "./login-attempts.ts";
import { dropProposal, setProposal } from "./proposals.ts";
import { setStanding, standingOf } from "./standing.ts";

/** Takes an event back from the books that it was applied to last. */
export type Undo = () => void;

/**
 * What takes `event` back once it is applied. Ask before applying it. Several are undone in the
 * opposite order.
 */
export function undoOf(books: Books, event: Event): Undo {
  switch (event.type) {
    case "signed_up":
      return () => closeAccount(books, event.account);
    case "logged_in": {
      const undoAttempts = undoOfAttempts(books, keysOf(event.attempts));
      const { account, vault, opens } = event;
      const known = books.knownTerminals.get(account);
      return () => {
        undoAttempts();
        if (known === undefined) books.knownTerminals.delete(account);
        else books.knownTerminals.set(account, known);
        if (opens !== null) closeAccount(books, vault);
      };
    }
    case "sign_up_begun":
    case "login_begun":
    case "login_failed":
    case "password_changed":
      return undoOfAttempts(books, keysOf(event.attempts));
    case "attempts_expired":
      return undoOfAttempts(books, event.keys);
    case "factor_tried": {
      const undoAttempts = undoOfAttempts(books, keysOf(event.attempts));
      const undoStanding = undoOfStanding(books, event.account);
      return () => {
        undoAttempts();
        undoStanding();
      };
    }
    case "standing_changed":
      return undoOfStanding(books, event.account);
    case "unlocked": {
      const undoAttempts = undoOfAttempts(books, event.keys);
      const undoStanding = undoOfStanding(books, event.account);
      return () => {
        undoAttempts();
        undoStanding();
      };
    }
    case "posted":
      return undoOfPosting(books, event);
    case "proposed":
      return () => dropProposal(books, event.proposal);
    case "proposal_rejected":
      return undoOfProposal(books, event.id);
    case "adjusted": {
      const undoProposal = event.approves === null ? null : undoOfProposal(books, event.approves);
      // An account that is opened by it has nothing to go back to, and is closed again.
      const isOld = ({ account }: PostingSide): boolean => account !== event.opens;
      const undoPosting = undoOfPosting(books, event.posted, isOld);
      return () => {
        undoPosting();
        undoProposal?.();
        if (event.opens !== null) closeAccount(books, event.opens);
      };
    }
    case "answered":
    case "hash_upgraded":
    case "balance_read":
      return () => undefined;
  }
}

const keysOf = (changes: readonly CounterChange[]): readonly string[] =>
  changes.map(({ key }) => key);

function undoOfAttempts(books: Books, keys: readonly string[]): Undo {
  const before = keys.map((key) => [key, books.attempts.get(key)] as const);
  return () => {
    for (const [key, attempts] of before) setAttempts(books, key, attempts ?? null);
  };
}

function undoOfStanding(books: Books, account: AccountId): Undo {
  const before = standingOf(books, account);
  return () => setStanding(books, account, before);
}

function undoOfPosting(
  books: Books,
  { debit, credit }: Posted,
  isOld: (side: PostingSide) => boolean = () => true,
): Undo {
  const { lastTransaction } = books;
  const undos = [debit, credit].filter(isOld).map((side) => undoOfSide(books, side));
  return () => {
    for (const undo of undos) undo();
    books.lastTransaction = lastTransaction;
  };
}

function undoOfProposal(books: Books, id: number): Undo {
  const before = books.proposals.get(id);
  return () => {
    if (before !== undefined) setProposal(books, before);
  };
}

function undoOfSide(books: Books, { account, previous }: PostingSide): Undo {
  const changed = books.accounts[account];
  if (changed === undefined) throw new Error(`no account ${account}: not an event of these books`);
  const { balance } = changed;
  return () => {
    changed.balance = balance;
    changed.lastTransaction = previous;
  };
}

/** The latest account opened is the last of the list, so numbers stay without a gap. */
function closeAccount(books: Books, id: AccountId): void {
  const account: Account | undefined = books.accounts[id];
  if (account === undefined || id !== books.accounts.length - 1) {
    throw new Error(`account ${id} is not the latest: events are undone in the opposite order`);
  }
  books.accounts.length = id;
  accountsOf(books, account.kind).delete(account.name);
}
