/** What operators ask for, as fast-check draws it, and books in which they may. */

import fc from "fast-check";
import type { AccountId, Books, Command } from "../../src/bank/ledger.ts";
import { AMOUNT_CENTS_MAX, cents, dollars } from "../../src/bank/money.ts";
import type { Operation } from "../../src/bank/operations.ts";
import { ROLES } from "../../src/bank/standing.ts";
import { ADA, ALICE, booksOfAda, operate, perform, signUp } from "./books.ts";

const EVE = 4 as AccountId;
/** What one operator may adjust alone, in these commands. */
const ALONE_MAX = dollars(10);

/**
 * Books of alice, who owns `balance`, and of two administrators, ada and eve. Ada has proposed an
 * adjustment that waits for eve.
 */
export function booksOfTwo(balance = 0): Books {
  const books = booksOfAda(balance);
  perform(books, signUp("eve"));
  perform(books, operate({ type: "setRoles", username: "eve", roles: ["administrator"] }));
  const asked = { amount: cents(ALONE_MAX + 1), reason: "a windfall", key: "first" };
  perform(books, operate({ type: "adjust", username: "alice", ...asked, aloneMax: ALONE_MAX }));
  return books;
}

/** Mostly adjustments, and what becomes of those that are proposed. */
export function operated(username: fc.Arbitrary<string>): fc.Arbitrary<Command> {
  const size = fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 1_500 }) },
    { weight: 1, arbitrary: fc.constant(AMOUNT_CENTS_MAX) },
  );
  const adjustment: fc.Arbitrary<Operation> = fc.record({
    ...{ type: fc.constant("adjust" as const), username },
    amount: fc.tuple(size, fc.boolean()).map(([n, isDebit]) => cents(isDebit ? -n : n)),
    reason: fc.constant("a lost note"),
    key: fc.constantFrom("a", "b", "c", "d", "e", "f"),
    aloneMax: fc.constant(ALONE_MAX),
  });
  const proposal = fc.integer({ min: 1, max: 3 });
  const type = fc.constantFrom("approve" as const, "approve" as const, "reject" as const);
  const other: fc.Arbitrary<Operation> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type, proposal }) },
    fc.record({ type: fc.constantFrom("lock" as const, "unlock" as const), username }),
    fc.record({ type: fc.constantFrom("disable" as const, "enable" as const), username }),
    fc.record({ type: fc.constantFrom("show" as const, "resetFactor" as const), username }),
    fc.record({
      ...{ type: fc.constant("setRoles" as const), username },
      roles: fc.subarray([...ROLES], { minLength: 1 }),
    }),
  );
  return fc.record({
    type: fc.constant("operate" as const),
    operator: fc.constantFrom(ADA, ADA, EVE, EVE, EVE, ALICE),
    operation: fc.oneof({ weight: 3, arbitrary: adjustment }, { weight: 1, arbitrary: other }),
  });
}
