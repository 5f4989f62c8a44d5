/** The rules of the ledger: one row per refusal. */

import { describe, expect, it } from "vitest";
import {
  emptyBooks,
  sumOfBalances,
  type AccountId,
  type Books,
  type Command,
} from "../../src/bank/ledger.ts";
import { DAY_MS, LOCKOUT_MS, LOGIN_FAILURES_MAX } from "../../src/bank/lockout.ts";
import {
  AMOUNT_CENTS_MAX,
  BALANCE_CENTS_MAX,
  VAULT_CENTS_MAX,
  type Cents,
} from "../../src/bank/money.ts";
import {
  ALICE,
  NOBODY,
  TERMINAL,
  VAULT,
  balanceOf,
  beginLogin,
  booksWith,
  deposit,
  endLogin,
  outcomeOf,
  perform,
  signUp,
  withdraw,
} from "./books.ts";

describe("sign_up", () => {
  it("opens an account at zero", () => {
    const books = emptyBooks();
    expect(outcomeOf(perform(books, signUp("alice")))).toBe("signed_up");
    expect(balanceOf(books, ALICE)).toBe(0);
  });

  it("refuses a name that is taken, and changes nothing", () => {
    const books = booksWith(100);
    expect(outcomeOf(perform(books, signUp("alice")))).toBe("username_taken");
    expect(books.accounts).toHaveLength(3);
  });

  it("takes any name as just a name", () => {
    const books = emptyBooks();
    for (const name of ["__proto__", "constructor", "toString"]) {
      expect(outcomeOf(perform(books, signUp(name)))).toBe("signed_up");
    }
  });
});

describe("withdraw", () => {
  it.for([
    // balance, amount, outcome
    [100, 100, "posted"],
    [100, 101, "insufficient_funds"],
    [0, 1, "insufficient_funds"],
    [100, 0, "amount_not_positive"],
    [100, -100_000, "amount_not_positive"],
    [100, 0.5, "amount_not_positive"],
    [100, Number.NaN, "amount_not_positive"],
    [100, Number.POSITIVE_INFINITY, "amount_not_positive"],
    [100, AMOUNT_CENTS_MAX + 1, "amount_too_large"],
  ] as const)("from %d, %d is %s", ([balance, amount, outcome]) => {
    const books = booksWith(balance);
    expect(outcomeOf(perform(books, withdraw(amount)))).toBe(outcome);
    expect(balanceOf(books, ALICE)).toBe(outcome === "posted" ? balance - amount : balance);
    expect(sumOfBalances(books)).toBe(0);
  });
});

describe("deposit", () => {
  it.for([
    [1, "posted"],
    [AMOUNT_CENTS_MAX, "posted"],
    [AMOUNT_CENTS_MAX + 1, "amount_too_large"],
    [0, "amount_not_positive"],
    [-500, "amount_not_positive"],
  ] as const)("of %d is %s", ([amount, outcome]) => {
    const books = booksWith(100);
    expect(outcomeOf(perform(books, deposit(amount)))).toBe(outcome);
    expect(balanceOf(books, ALICE)).toBe(outcome === "posted" ? 100 + amount : 100);
  });

  it("past the largest balance is refused", () => {
    const books = booksWith(BALANCE_CENTS_MAX);
    expect(outcomeOf(perform(books, deposit(1)))).toBe("balance_too_large");
    expect(balanceOf(books, ALICE)).toBe(BALANCE_CENTS_MAX);
  });

  it.for([
    // what the vault stands at, command, outcome
    [0 - BALANCE_CENTS_MAX, deposit(1), "posted"],
    [1 - VAULT_CENTS_MAX, deposit(1), "posted"],
    [0 - VAULT_CENTS_MAX, deposit(1), "vault_too_large"],
    [BALANCE_CENTS_MAX, withdraw(1), "posted"],
    [VAULT_CENTS_MAX, withdraw(1), "vault_too_large"],
  ] as const)("or withdrawal at a vault at %d: %o is %s", ([stand, command, outcome]) => {
    const books = booksWith(100);
    books.accounts[VAULT]!.balance = stand as Cents;
    expect(outcomeOf(perform(books, command))).toBe(outcome);
  });

  it("at two full ATMs leaves a sum that can be told", () => {
    const books = booksWith();
    perform(books, { ...endLogin("alice", "authenticated"), terminal: "127.0.0.2" });
    const [, alice, ...vaults] = books.accounts;
    for (const vault of vaults) vault!.balance = (0 - VAULT_CENTS_MAX) as Cents;
    alice!.balance = (2 * VAULT_CENTS_MAX) as Cents;
    expect(sumOfBalances(books)).toBe(0);
  });

  it("takes from the vault of the terminal what it gives to the customer", () => {
    const books = booksWith(500);
    expect(balanceOf(books, VAULT)).toBe(-500);
  });

  it("names the previous transaction of both sides", () => {
    const books = booksWith(500);
    const decision = perform(books, deposit(1));
    expect(decision).toMatchObject({
      event: {
        transaction: 2,
        debit: { account: VAULT, balance: -501, previous: 1 },
        credit: { account: ALICE, balance: 501, previous: 1 },
      },
    });
  });
});

describe("transfer", () => {
  const transfer = (amount: number, to = "bob"): Command => ({
    ...{ type: "transfer", account: ALICE, to, amount: amount as Cents, memo: null },
  });
  function booksOfTwo(balance: number): Books {
    const books = booksWith(balance);
    perform(books, signUp("bob"));
    return books;
  }

  it.for([
    // balance, amount, receiver, outcome
    [100, 100, "bob", "posted"],
    [100, 101, "bob", "insufficient_funds"],
    [100, 1, "nobody", "unknown_recipient"],
    [100, 1, TERMINAL, "unknown_recipient"],
    [100, 1, "__proto__", "unknown_recipient"],
    [100, 1, "alice", "own_account"],
    [100, 0, "bob", "amount_not_positive"],
    [100, -5, "bob", "amount_not_positive"],
    [100, AMOUNT_CENTS_MAX + 1, "bob", "amount_too_large"],
  ] as const)("from %d, %d to %s is %s", ([balance, amount, to, outcome]) => {
    const books = booksOfTwo(balance);
    expect(outcomeOf(perform(books, transfer(amount, to)))).toBe(outcome);
    const moved = outcome === "posted" ? amount : 0;
    expect(balanceOf(books, ALICE)).toBe(balance - moved);
    expect(balanceOf(books, 3 as AccountId)).toBe(moved);
    expect(sumOfBalances(books)).toBe(0);
  });
});

describe("change_password", () => {
  const change = (account: AccountId): Command => ({
    ...{ type: "change_password", account, terminal: TERMINAL, passwordHash: "new hash" },
  });

  it("gives the account its new hash and clears the count of the attempt it took", () => {
    const books = booksWith();
    perform(books, beginLogin("alice"));
    expect(perform(books, change(ALICE))).toMatchObject({
      event: { type: "password_changed", account: ALICE, passwordHash: "new hash" },
    });
    expect(books.attempts.size).toBe(0);
  });

  it("is only for customers", () => {
    expect(outcomeOf(perform(booksWith(), change(VAULT)))).toBe("unknown_account");
  });
});

describe("accounts that do not fit", () => {
  it.for([
    [deposit(1, NOBODY), "unknown_account"],
    [deposit(1, VAULT), "unknown_account"],
    [deposit(1, ALICE, NOBODY), "unknown_vault"],
    [withdraw(1, ALICE, ALICE), "unknown_vault"],
    [{ type: "balance", account: VAULT }, "unknown_account"],
    [endLogin("nobody", "authenticated"), "unknown_account"],
  ] as const)("%o is %s", ([command, rejection]) => {
    expect(outcomeOf(perform(booksWith(100), command))).toBe(rejection);
  });
});

describe("a login", () => {
  it("opens the terminal's vault the first time and finds it the next", () => {
    const books = booksWith();
    const again = perform(books, endLogin("alice", "authenticated"));
    expect(again).toMatchObject({ event: { type: "logged_in", vault: VAULT, opens: null } });
  });

  it.for(["alice", "nobody"])("as %s is locked after ten wrong passwords", (username) => {
    const books = booksWith();
    for (let n = 0; n < LOGIN_FAILURES_MAX; n++) {
      expect(outcomeOf(perform(books, beginLogin(username)))).toBe("login_begun");
      perform(books, endLogin(username, "wrong_password"));
    }
    expect(outcomeOf(perform(books, beginLogin(username)))).toBe("locked");
    expect(outcomeOf(perform(books, beginLogin(username), LOCKOUT_MS - 1))).toBe("locked");
    expect(outcomeOf(perform(books, beginLogin(username), LOCKOUT_MS))).toBe("login_begun");
  });

  it("counts guesses that are still being checked", () => {
    const books = booksWith();
    const parallel = Array.from({ length: 100 }, () =>
      outcomeOf(perform(books, beginLogin("alice"))),
    );
    expect(parallel.filter((outcome) => outcome === "login_begun")).toHaveLength(
      LOGIN_FAILURES_MAX,
    );
    expect(new Set(parallel.slice(LOGIN_FAILURES_MAX))).toEqual(new Set(["too_many_attempts"]));
    for (let n = 0; n < LOGIN_FAILURES_MAX; n++)
      perform(books, endLogin("alice", "wrong_password"));
    expect(outcomeOf(perform(books, beginLogin("alice")))).toBe("locked");
  });

  it("of one who is right lets the next one in, however many come at once", () => {
    const books = booksWith();
    for (let n = 0; n < LOGIN_FAILURES_MAX; n++) perform(books, beginLogin("alice"));
    perform(books, endLogin("alice", "authenticated"));
    expect(outcomeOf(perform(books, beginLogin("alice")))).toBe("login_begun");
  });

  it("that succeeds does not wash away guesses that are still being checked", () => {
    const books = booksWith();
    for (let n = 0; n < 3; n++) perform(books, beginLogin("alice"));
    perform(books, endLogin("alice", "authenticated"));
    perform(books, endLogin("alice", "wrong_password"));
    const counted = { failures: 1, pending: 1, lastAt: 0 };
    expect([...books.attempts.values()]).toEqual([counted, counted]);
  });

  it("from another terminal still works while one is locked", () => {
    const books = booksWith();
    for (let n = 0; n < LOGIN_FAILURES_MAX; n++) {
      perform(books, beginLogin("alice"));
      perform(books, endLogin("alice", "wrong_password"));
    }
    expect(outcomeOf(perform(books, beginLogin("alice")))).toBe("locked");
    expect(outcomeOf(perform(books, beginLogin("alice", "127.0.0.2")))).toBe("login_begun");
  });

  it("that succeeds clears the count, and one that was never checked does not add to it", () => {
    const books = booksWith();
    perform(books, beginLogin("alice"));
    perform(books, beginLogin("alice"));
    perform(books, endLogin("alice", "not_checked"));
    const counted = { failures: 0, pending: 1, lastAt: 0 };
    expect([...books.attempts.values()]).toEqual([counted, counted]);
    perform(books, endLogin("alice", "authenticated"));
    expect(books.attempts.size).toBe(0);
  });

  it.for([
    [1, "locked"],
    [LOCKOUT_MS, "login_begun"],
  ] as const)("that was locked, by a clock set back by %d ms is %s", ([back, outcome]) => {
    const books = booksWith();
    const at = 10 * LOCKOUT_MS;
    for (let n = 0; n < LOGIN_FAILURES_MAX; n++) {
      perform(books, beginLogin("alice"), at);
      perform(books, endLogin("alice", "wrong_password"), at);
    }
    expect(outcomeOf(perform(books, beginLogin("alice"), at - back))).toBe(outcome);
  });

  it("is forgotten once its lockout is over", () => {
    const books = booksWith();
    perform(books, beginLogin("alice"));
    for (const [at, counters] of [
      [LOCKOUT_MS - 1, 2],
      [LOCKOUT_MS, 1], // What counts for a day is left.
      [DAY_MS - 1, 1],
      [DAY_MS, 0],
    ] as const) {
      perform(books, { type: "forget_attempts" }, at);
      expect(books.attempts.size).toBe(counters);
    }
  });
});
