/** What holds of the ledger for every sequence of commands. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  apply,
  decide,
  sumOfBalances,
  type AccountId,
  type Command,
  type Event,
} from "../../src/bank/ledger.ts";
import { LOCKOUT_MS } from "../../src/bank/lockout.ts";
import { AMOUNT_CENTS_MAX, type Cents } from "../../src/bank/money.ts";
import { undoOf } from "../../src/bank/undo.ts";
import { booksOfTwo, operated } from "./operated.ts";
import { balanceOf, perform } from "./books.ts";

describe("any sequence of commands", () => {
  const NAMES = ["alice", "bob", "carol", "ada", "eve"];
  const account = fc.integer({ min: 0, max: 8 }).map((id) => id as AccountId);
  const amount = fc
    .oneof(fc.integer({ min: -10, max: 100_000 }), fc.double(), fc.constant(AMOUNT_CENTS_MAX))
    .map((value) => value as Cents);
  const username = fc.constantFrom(...NAMES);
  const terminal = fc.constantFrom("127.0.0.1", "127.0.0.2");
  const outcome = fc.constantFrom("authenticated", "wrong_password", "not_checked" as const);
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.record({ type: fc.constant("sign_up" as const), username, passwordHash: fc.string() }),
    fc.record({ type: fc.constant("begin_login" as const), username, terminal }),
    fc.record({ type: fc.constant("end_login" as const), username, terminal, outcome }),
    fc.record({ type: fc.constantFrom("deposit", "withdraw"), account, vault: account, amount }),
    fc.record({ type: fc.constant("balance" as const), account }),
    fc.record({ type: fc.constant("forget_attempts" as const) }),
    fc.record({
      ...{ type: fc.constant("transfer" as const), account, to: username, amount },
      memo: fc.constant(null),
    }),
    { weight: 4, arbitrary: operated(username) },
  );
  const commands = fc.array(command, { maxLength: 60, size: "max" });

  it("conserves money, leaves no customer below zero, and is replayed to the same books", () => {
    let adjustments = 0;
    let approvals = 0;
    fc.assert(
      fc.property(commands, (sequence) => {
        const books = booksOfTwo(100);
        const events: Event[] = [];
        for (const next of sequence) {
          const decision = perform(books, next);
          if (decision.ok) events.push(decision.event);
          expect(sumOfBalances(books)).toBe(0);
        }
        for (const event of events) {
          if (event.type !== "adjusted") continue;
          if (event.approves === null) adjustments += 1;
          else approvals += 1;
        }
        for (const id of books.customers.values()) {
          expect(balanceOf(books, id)).toBeGreaterThanOrEqual(0);
        }
        const replayed = booksOfTwo(100);
        for (const event of events) apply(replayed, event);
        expect(replayed).toEqual(books);
      }),
      { numRuns: 300 },
    );
    // The runs do get that far.
    expect(adjustments).toBeGreaterThan(10);
    expect(approvals).toBeGreaterThan(5);
  });

  it("is undone, from its last event to its first, without a trace", () => {
    fc.assert(
      fc.property(commands, commands, (kept, undone) => {
        const books = booksOfTwo(100);
        for (const next of kept) perform(books, next);
        const before = structuredClone(books);
        const undos = undone.flatMap((next, index) => {
          const decision = decide(books, next, index * LOCKOUT_MS);
          if (!decision.ok) return [];
          const undo = undoOf(books, decision.event);
          apply(books, decision.event);
          return [undo];
        });
        for (const undo of undos.toReversed()) undo();
        expect(books).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  it("is decided without a change to the books", () => {
    fc.assert(
      fc.property(commands, command, (sequence, last) => {
        const books = booksOfTwo(100);
        for (const next of sequence) perform(books, next);
        const before = structuredClone(books);
        decide(books, last, 0);
        expect(books).toEqual(before);
      }),
    );
  });
});
