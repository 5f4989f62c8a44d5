/** An account's standing: what a disabled one may not do, and that few accounts have an entry. */

import { describe, expect, it } from "vitest";
import { apply, decide, type Books, type Command } from "../../src/bank/ledger.ts";
import type { Cents } from "../../src/bank/money.ts";
import { ORDINARY, standingOf, type Role } from "../../src/bank/standing.ts";
import { undoOf } from "../../src/bank/undo.ts";
import {
  ALICE,
  TERMINAL,
  balanceOf,
  beginLogin,
  booksOfAda,
  deposit,
  endLogin,
  operate,
  outcomeOf,
  perform,
  signUp,
  withdraw,
} from "./books.ts";

const username = "alice";
const disable = operate({ type: "disable", username });
const enable = operate({ type: "enable", username });
const give = (roles: readonly Role[]): Command => operate({ type: "setRoles", username, roles });

function disabledBooks(): Books {
  const books = booksOfAda(100);
  perform(books, signUp("bob"));
  perform(books, disable);
  return books;
}

describe("a disabled account", () => {
  it.for([
    deposit(1),
    withdraw(1),
    { type: "transfer", account: ALICE, to: "bob", amount: 1 as Cents, memo: null },
    { type: "balance", account: ALICE },
  ] as const satisfies Command[])("may not do %o", (command) => {
    const books = disabledBooks();
    expect(outcomeOf(perform(books, command))).toBe("account_disabled");
    expect(balanceOf(books, ALICE)).toBe(100);
  });

  it("fails its login with the right password, counted like a wrong one", () => {
    const books = disabledBooks();
    expect(outcomeOf(perform(books, beginLogin("alice")))).toBe("login_begun");
    const counted = { attempts: { failures: 1, pending: 0 } };
    expect(perform(books, endLogin("alice", "authenticated"))).toMatchObject({
      event: { type: "login_failed", reason: "disabled", attempts: [counted, counted] },
    });
  });

  it("keeps its password", () => {
    const passwordHash = "new";
    const change: Command = {
      ...{ type: "change_password", account: ALICE, terminal: TERMINAL, passwordHash },
    };
    const books = disabledBooks();
    expect(perform(books, change)).toMatchObject({ event: { reason: "disabled" } });
  });

  it("may do all of it once it is enabled again, and is then nothing to remember", () => {
    const books = disabledBooks();
    perform(books, enable);
    expect(outcomeOf(perform(books, deposit(1)))).toBe("posted");
    expect(outcomeOf(perform(books, endLogin("alice", "authenticated")))).toBe("logged_in");
    expect(books.standings.has(ALICE)).toBe(false);
  });

  it("is still paid to", () => {
    const books = disabledBooks();
    const bob = books.customers.get("bob")!;
    perform(books, deposit(5, bob));
    const to = { type: "transfer", account: bob, to: "alice", memo: null } as const;
    expect(outcomeOf(perform(books, { ...to, amount: 5 as Cents }))).toBe("posted");
  });
});

describe("roles", () => {
  it("are kept beside what else is set", () => {
    const books = disabledBooks();
    perform(books, give(["customer", "auditor"]));
    const standing = { ...ORDINARY, roles: ["customer", "auditor"], disabled: true };
    expect(standingOf(books, ALICE)).toEqual(standing);
    perform(books, give(["customer"]));
    perform(books, enable);
    expect(standingOf(books, ALICE)).toEqual(ORDINARY);
    expect(books.standings.has(ALICE)).toBe(false);
  });
});

describe("a standing", () => {
  it.for(["nobody", TERMINAL])("of %s, who is no customer, cannot be set", (name) => {
    const decision = perform(booksOfAda(), operate({ type: "disable", username: name }));
    expect(outcomeOf(decision)).toBe("unknown_user");
  });

  it("can be taken back to what it was before", () => {
    const books = disabledBooks();
    const decision = decide(books, give(["teller"]), 0);
    if (!decision.ok) throw new Error(decision.rejection);
    const undo = undoOf(books, decision.event);
    apply(books, decision.event);
    expect(standingOf(books, ALICE).roles).toEqual(["teller"]);
    undo();
    expect(standingOf(books, ALICE)).toEqual({ ...ORDINARY, disabled: true });
  });
});
