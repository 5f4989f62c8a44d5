/** Row 59: the ledger asks once more what an operator may do, by the roles as they are then. */

import { describe, expect, it } from "vitest";
import type { AccountId, Books } from "../../src/bank/ledger.ts";
import { cents } from "../../src/bank/money.ts";
import type { Operation } from "../../src/bank/operations.ts";
import { ROLES, setStanding, standingOf } from "../../src/bank/standing.ts";
import { booksOfAda, operate, outcomeOf, perform, signUp } from "./books.ts";

const EVE = 4 as AccountId;
const username = "alice";
const adjust = { amount: cents(1), reason: "a cent", key: "key", aloneMax: cents(100) };

/** By whom each may be asked for: a teller, an auditor, an administrator. No customer does. */
const OPERATIONS: readonly (readonly [by: string, Operation])[] = [
  ["ua", { type: "users", after: null, limit: 1 }],
  ["tua", { type: "show", username }],
  ["ta", { type: "lock", username }],
  ["ta", { type: "unlock", username }],
  ["a", { type: "disable", username }],
  ["a", { type: "enable", username }],
  ["a", { type: "resetFactor", username }],
  ["a", { type: "setRoles", username, roles: ["teller"] }],
  ["ta", { type: "adjust", username, ...adjust }],
  ["ua", { type: "proposals" }],
  ["a", { type: "approve", proposal: 1 }],
  ["a", { type: "reject", proposal: 1 }],
  ["ua", { type: "sessions", username: null }],
  ["a", { type: "endSession", session: "0", username }],
  ["ua", { type: "auditList", before: null }],
];
const LETTERS = { customer: "c", teller: "t", auditor: "u", administrator: "a" } as const;

const isRefused = (books: Books, operation: Operation): boolean =>
  outcomeOf(perform(books, { type: "operate", operator: EVE, operation })) === "not_permitted";

describe("row 59: the ledger, whatever the session has found,", () => {
  it.for(ROLES)("lets a %s do what the table says", (role) => {
    for (const [by, operation] of OPERATIONS) {
      const books = booksOfAda();
      perform(books, signUp("eve"));
      perform(books, operate({ type: "setRoles", username: "eve", roles: [role] }));
      expect([operation.type, isRefused(books, operation)]).toEqual([
        operation.type,
        !by.includes(LETTERS[role]),
      ]);
    }
  });

  it("lets nobody do anything who is disabled", () => {
    for (const [, operation] of OPERATIONS) {
      const books = booksOfAda();
      perform(books, signUp("eve"));
      setStanding(books, EVE, {
        ...{ ...standingOf(books, EVE), roles: ["administrator"], disabled: true },
      });
      expect([operation.type, isRefused(books, operation)]).toEqual([operation.type, true]);
    }
  });
});
