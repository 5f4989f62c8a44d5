/** Proposals, and how they are found: by number, by key, and those that are open. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PROPOSALS_OPEN_MAX } from "../../src/bank/adjustments.ts";
import { apply, decide, type AccountId, type Books, type Command } from "../../src/bank/ledger.ts";
import { cents, dollars } from "../../src/bank/money.ts";
import { openProposals, proposalUnder } from "../../src/bank/proposals.ts";
import { undoOf } from "../../src/bank/undo.ts";
import { operate, outcomeOf, perform } from "./books.ts";
import { booksOfTwo, operated } from "./operated.ts";

/** What a look through all of them would find. */
function expectAllToBeFound(books: Books): void {
  const all = [...books.proposals.values()];
  expect(openProposals(books)).toEqual(all.filter(({ state }) => state === "open"));
  for (const proposal of all) {
    const { proposer, key } = proposal;
    expect(proposalUnder(books, proposer, key)).toBe(proposal);
  }
  expect(books.proposalsByKey.size).toBe(all.length);
}

const commands = fc.array(operated(fc.constant("alice")), { minLength: 1, maxLength: 60 });

describe("proposals", () => {
  it("are found as by a look through all of them, whatever is done and undone", () => {
    fc.assert(
      fc.property(commands, fc.infiniteStream(fc.boolean()), (asked, isUndone) => {
        const books = booksOfTwo(dollars(1_000));
        for (const command of asked) {
          const decision = decide(books, command, 0);
          if (!decision.ok) continue;
          const undo = undoOf(books, decision.event);
          apply(books, decision.event);
          expectAllToBeFound(books);
          if (isUndone.next().value === false) continue;
          undo();
          expectAllToBeFound(books);
        }
      }),
    );
  });

  it("are open so many at a time, and no more; one that is rejected makes room", () => {
    const books = booksOfTwo();
    const propose = (key: string): Command =>
      operate({
        ...{ type: "adjust", username: "alice", amount: cents(2_000), reason: "a windfall", key },
        aloneMax: cents(1_000),
      });
    for (let n = 1; n < PROPOSALS_OPEN_MAX; n++) perform(books, propose(`key${n}`));
    expect(outcomeOf(perform(books, propose("last")))).toBe("too_many_proposals");
    // One that was made before is not a new one.
    expect(outcomeOf(perform(books, propose("key1")))).toBe("answered");
    expect(proposalUnder(books, 4 as AccountId, "key1")).toBeUndefined();
    perform(books, operate({ type: "reject", proposal: 7 }));
    expect(outcomeOf(perform(books, propose("last")))).toBe("proposed");
    expect(openProposals(books).map(({ id }) => id)).not.toContain(7);
  });
});
