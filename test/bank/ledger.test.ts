/** The rules of the ledger: one row per refusal, and what holds for every sequence of commands. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  apply,
  decide,
  emptyBooks,
  sumOfBalances,
  type AccountId,
  type Books,
  type Command,
  type Decision,
  type Event,
  type Rejection,
} from "../../src/bank/ledger.ts";
import { LOCKOUT_MS, LOGIN_FAILURES_MAX } from "../../src/bank/lockout.ts";
import { AMOUNT_CENTS_MAX, BALANCE_CENTS_MAX, type Cents } from "../../src/bank/money.ts";

const TERMINAL = "127.0.0.1";
const ALICE = 1 as AccountId;
const VAULT = 2 as AccountId;
const NOBODY = 99 as AccountId;

/** Decides and applies; the event or the rejection is the outcome. */
function perform(books: Books, command: Command, at = 0): Decision {
  const decision = decide(books, command, at);
  if (decision.ok) apply(books, decision.event);
  return decision;
}

const outcomeOf = (decision: Decision): Event["type"] | Rejection =>
  decision.ok ? decision.event.type : decision.rejection;

const signUp = (username: string): Command => ({
  type: "sign_up",
  username,
  passwordHash: "a hash",
});

const endLogin = (username: string, outcome: "authenticated" | "wrong_password" | "not_checked") =>
  ({ type: "end_login", username, terminal: TERMINAL, outcome }) satisfies Command;

const beginLogin = (username: string, terminal = TERMINAL): Command => ({
  type: "begin_login",
  username,
  terminal,
});

const deposit = (amount: number, account = ALICE, vault = VAULT): Command => ({
  type: "deposit",
  account,
  vault,
  amount: amount as Cents,
});

const withdraw = (amount: number, account = ALICE, vault = VAULT): Command => ({
  type: "withdraw",
  account,
  vault,
  amount: amount as Cents,
});

/** Books in which alice is account 1, the terminal's vault account 2, and alice owns `balance`. */
function booksWith(balance = 0): Books {
  const books = emptyBooks();
  perform(books, signUp("alice"));
  perform(books, endLogin("alice", "authenticated"));
  for (let left = balance; left > 0; left -= AMOUNT_CENTS_MAX) {
    perform(books, deposit(Math.min(left, AMOUNT_CENTS_MAX)));
  }
  return books;
}

const balanceOf = (books: Books, account: AccountId) => books.accounts[account]?.balance;

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
    expect([...books.attempts.values()]).toEqual([{ failures: 1, pending: 1, lastAt: 0 }]);
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
    expect([...books.attempts.values()]).toEqual([{ failures: 0, pending: 1, lastAt: 0 }]);
    perform(books, endLogin("alice", "authenticated"));
    expect(books.attempts.size).toBe(0);
  });

  it("is forgotten once its lockout is over", () => {
    const books = booksWith();
    perform(books, beginLogin("nobody"));
    perform(books, { type: "forget_attempts" }, LOCKOUT_MS - 1);
    expect(books.attempts.size).toBe(1);
    perform(books, { type: "forget_attempts" }, LOCKOUT_MS);
    expect(books.attempts.size).toBe(0);
  });
});

describe("any sequence of commands", () => {
  const NAMES = ["alice", "bob", "carol"];
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
    fc.record({
      ...{ type: fc.constant("transfer" as const), account, to: username, amount },
      memo: fc.constant(null),
    }),
  );
  const commands = fc.array(command, { maxLength: 60 });

  it("conserves money, leaves no customer below zero, and is replayed to the same books", () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        const books = booksWith(100);
        const events: Event[] = [];
        for (const next of sequence) {
          const decision = perform(books, next);
          if (decision.ok) events.push(decision.event);
          expect(sumOfBalances(books)).toBe(0);
        }
        for (const id of books.customers.values()) {
          expect(balanceOf(books, id)).toBeGreaterThanOrEqual(0);
        }
        const replayed = booksWith(100);
        for (const event of events) apply(replayed, event);
        expect(replayed).toEqual(books);
      }),
    );
  });

  it("is decided without a change to the books", () => {
    fc.assert(
      fc.property(commands, command, (sequence, last) => {
        const books = booksWith(100);
        for (const next of sequence) perform(books, next);
        const before = structuredClone(books);
        decide(books, last, 0);
        expect(books).toEqual(before);
      }),
    );
  });
});
