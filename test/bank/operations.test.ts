/** What operators may do to accounts: locks, and the rules that keep a bank administrated. */

import { describe, expect, it } from "vitest";
import { apply, decide, type AccountId, type Books } from "../../src/bank/ledger.ts";
import type { Operation } from "../../src/bank/operations.ts";
import { ORDINARY, standingOf } from "../../src/bank/standing.ts";
import { undoOf } from "../../src/bank/undo.ts";
import {
  ADA,
  ALICE,
  TERMINAL,
  beginLogin,
  booksOfAda,
  deposit,
  endLogin,
  operate,
  outcomeOf,
  perform,
  signUp,
} from "./books.ts";

const EVE = 4 as AccountId;
const lock = (username: string): Operation => ({ type: "lock", username });
const unlock = (username: string): Operation => ({ type: "unlock", username });

/** What eve is told, who is whatever `roles` say. */
const byEve = (books: Books, operation: Operation): string =>
  outcomeOf(perform(books, { type: "operate", operator: EVE, operation }));
const byAda = (books: Books, operation: Operation): string =>
  outcomeOf(perform(books, operate(operation)));

function booksOfEve(role: "administrator" | "teller"): Books {
  const books = booksOfAda(100);
  perform(books, signUp("eve"));
  perform(books, operate({ type: "setRoles", username: "eve", roles: [role] }));
  return books;
}

describe("whoever was made an operator while their password was checked", () => {
  it.for([
    [true, "not_permitted"],
    [false, null],
  ] as const)("gets in by a protocol for customers alone (%s): %s", ([isForCustomers, reason]) => {
    const books = booksOfAda();
    perform(books, beginLogin("alice"));
    byAda(books, { type: "setRoles", username: "alice", roles: ["customer", "teller"] });
    const decision = perform(books, {
      ...endLogin("alice", "authenticated"),
      ...(isForCustomers && { isForCustomers }),
    });
    if (!decision.ok) throw new Error(decision.rejection);
    const { event } = decision;
    expect(event.type === "login_failed" ? event.reason : null).toBe(reason);
  });
});

describe("a locked account", () => {
  it("fails its login with the right password, as with a wrong one, until it is unlocked", () => {
    const books = booksOfAda(100);
    expect(byAda(books, lock("alice"))).toBe("standing_changed");
    expect(outcomeOf(perform(books, beginLogin("alice")))).toBe("login_begun");
    const counted = { attempts: { failures: 1 } };
    expect(perform(books, endLogin("alice", "authenticated"))).toMatchObject({
      event: { type: "login_failed", reason: "locked", attempts: [counted, counted] },
    });
    expect(byAda(books, unlock("alice"))).toBe("unlocked");
    expect([books.attempts.size, standingOf(books, ALICE)]).toEqual([0, ORDINARY]);
    expect(outcomeOf(perform(books, endLogin("alice", "authenticated")))).toBe("logged_in");
  });

  it("moves its money in the sessions that it has, and keeps its password", () => {
    const books = booksOfAda(100);
    byAda(books, lock("alice"));
    expect(outcomeOf(perform(books, deposit(1)))).toBe("posted");
    const change = { type: "change_password", account: ALICE, passwordHash: "new" } as const;
    const decision = perform(books, { ...change, terminal: TERMINAL });
    expect(decision).toMatchObject({ event: { type: "login_failed", reason: "locked" } });
  });

  it.for([lock("alice"), unlock("alice")])("is as it was once %o is undone", (operation) => {
    const books = booksOfAda(100);
    if (operation.type === "unlock") byAda(books, lock("alice"));
    perform(books, beginLogin("alice"));
    const before = structuredClone(books);
    const decision = decide(books, operate(operation), 0);
    if (!decision.ok) throw new Error(decision.rejection);
    const undo = undoOf(books, decision.event);
    apply(books, decision.event);
    expect(books).not.toEqual(before);
    undo();
    expect(books).toEqual(before);
  });

  it("is listed as locked", () => {
    const books = booksOfAda();
    byAda(books, lock("alice"));
    const decision = perform(books, operate({ type: "users", after: null, limit: 50 }));
    expect(decision).toMatchObject({
      event: {
        answer: {
          users: [
            { username: "alice", locked: true },
            { username: "ada", locked: false },
          ],
        },
      },
    });
  });
});

describe("who locks whom", () => {
  it("a teller locks and unlocks customers, and no operator", () => {
    const books = booksOfEve("teller");
    expect(byEve(books, lock("alice"))).toBe("standing_changed");
    expect(byEve(books, unlock("alice"))).toBe("unlocked");
    expect(byEve(books, lock("ada"))).toBe("not_permitted");
    expect(byEve(books, unlock("ada"))).toBe("not_permitted");
  });

  it("nobody locks or unlocks themselves", () => {
    const books = booksOfEve("administrator");
    for (const operation of [lock("eve"), unlock("eve")]) {
      expect(byEve(books, operation)).toBe("own_standing");
    }
    expect(byAda(books, lock("eve"))).toBe("standing_changed");
    expect(byEve(books, unlock("eve"))).toBe("own_standing");
  });
});

describe("the last administrator who can log in", () => {
  // Eve is locked, and still has a session in which she is an administrator.
  it.for([
    { type: "disable", username: "ada" },
    { type: "lock", username: "ada" },
    { type: "setRoles", username: "ada", roles: ["teller"] },
  ] as const satisfies Operation[])("stays one: %o", (operation) => {
    const books = booksOfEve("administrator");
    byAda(books, lock("eve"));
    expect(byEve(books, operation)).toBe("last_administrator");
    expect(standingOf(books, ADA)).toEqual({ ...ORDINARY, roles: ["administrator"] });
    byAda(books, unlock("eve"));
    expect(byEve(books, operation)).toBe("standing_changed");
  });
});
