/** Guesses are counted per pair, and a stranger's also per account and per source. */

import { describe, expect, it } from "vitest";
import { factorKey } from "../../src/bank/factor-rules.ts";
import { apply, decide, type Books, type Command } from "../../src/bank/ledger.ts";
import {
  LOCKOUT_MS,
  LOGIN_FAILURES_MAX,
  SIGN_UPS_MS,
  SOURCE_FAILURES_MAX,
  DAILY_FAILURES_MAX,
  DAY_MS,
} from "../../src/bank/lockout.ts";
import { KNOWN_TERMINALS_MAX } from "../../src/bank/login-attempts.ts";
import { isLockedOut, setAttempts } from "../../src/bank/attempts-by-name.ts";
import { undoOf } from "../../src/bank/undo.ts";
import {
  ALICE,
  TERMINAL,
  beginLogin,
  booksOfAda,
  booksWith,
  operate,
  outcomeOf,
  perform,
} from "./books.ts";

const MINUTE = 60_000;

/** Ends a login at the terminal; books.ts has the one at alice's own. */
const end = (
  username: string,
  terminal: string,
  outcome: "authenticated" | "wrong_password" | "not_checked",
): Command => ({ type: "end_login", username, terminal, outcome });

const begin = (books: Books, username: string, terminal: string, at = 0): string =>
  outcomeOf(perform(books, beginLogin(username, terminal), at));

/** One wrong password; what became of its beginning. */
function guess(books: Books, username: string, terminal: string, at = 0): string {
  const begun = begin(books, username, terminal, at);
  if (begun === "login_begun") perform(books, end(username, terminal, "wrong_password"), at);
  return begun;
}

/** So many strangers' guesses at one name, ten at each of as many terminals as it takes. */
function guessAsStrangers(books: Books, username: string, times: number): void {
  for (let n = 0; n < times; n++) {
    expect(guess(books, username, `t${Math.floor(n / LOGIN_FAILURES_MAX)}`)).toBe("login_begun");
  }
}

describe("a name that nobody can have", () => {
  it.for(["", "\t", "\tfactor", "\tsign-ups", "\tfactor\talice", "alice\t", "alice\tx", "\\"])(
    "%j counts for itself and its source, and touches no other counter",
    (username) => {
      const books = booksWith();
      perform(books, { type: "begin_sign_up", source: "hall", signUpsMax: 1 }, 0);
      const before = new Map(books.attempts);
      for (let n = 0; n < LOGIN_FAILURES_MAX; n++) guess(books, username, "hall", LOCKOUT_MS);
      expect(guess(books, username, "hall", LOCKOUT_MS)).toBe("locked");
      expect([...books.attempts]).toEqual(expect.arrayContaining([...before]));
      expect(books.attempts.size).toBe(before.size + 3); // The pair, the name, and the source.
      expect(isLockedOut(books, "alice", LOCKOUT_MS)).toBe(false);
      const signUp = { type: "begin_sign_up", source: "hall", signUpsMax: 1 } as const;
      expect(outcomeOf(perform(books, signUp, SIGN_UPS_MS - 1))).toBe("throttled");
    },
  );
});

describe("row 27", () => {
  it("after ten wrong passwords the right one is refused, and works thirty minutes later", () => {
    const books = booksWith();
    for (let n = 0; n < 10; n++) expect(guess(books, "alice", TERMINAL)).toBe("login_begun");
    expect(begin(books, "alice", TERMINAL, 30 * MINUTE - 1)).toBe("locked");
    expect(begin(books, "alice", TERMINAL, 30 * MINUTE)).toBe("login_begun");
    const ended = perform(books, end("alice", TERMINAL, "authenticated"), 30 * MINUTE);
    expect(outcomeOf(ended)).toBe("logged_in");
  });

  it("who guesses all day where the account is known gets fifty guesses, and the owner in", () => {
    const books = booksWith();
    let guesses = 0;
    const guessFor = (minutes: number, from: number): void => {
      for (let n = 0; n < minutes; n++) {
        if (guess(books, "alice", TERMINAL, (from + n) * MINUTE) === "login_begun") guesses++;
      }
    };
    guessFor(24 * 60, 0);
    expect(guesses).toBe(50);
    expect(isLockedOut(books, "alice", 24 * 60 * MINUTE)).toBe(true);
    expect(begin(books, "alice", "another", 24 * 60 * MINUTE)).toBe("login_begun");
    guessFor(12 * 60, 24 * 60);
    expect(guesses).toBeLessThanOrEqual(100);
    expect(begin(books, "alice", TERMINAL, 72 * 60 * MINUTE)).toBe("login_begun");
    perform(books, end("alice", TERMINAL, "authenticated"), 72 * 60 * MINUTE);
    expect([...books.attempts.keys()].filter((key) => key.includes(TERMINAL))).toEqual([]);
  });
});

describe("strangers", () => {
  it.for(["alice", "nobody"])("get so many guesses at %s in a day, from everywhere", (name) => {
    const books = booksWith();
    guessAsStrangers(books, name, DAILY_FAILURES_MAX);
    expect(guess(books, name, "another")).toBe("throttled");
    expect(guess(books, name, "another", DAY_MS - 1)).toBe("throttled");
    expect(guess(books, name, "another", DAY_MS)).toBe("login_begun");
  });

  it("take nothing from the owner at a known terminal", () => {
    const books = booksWith();
    guessAsStrangers(books, "alice", DAILY_FAILURES_MAX);
    expect(begin(books, "alice", TERMINAL)).toBe("login_begun");
    expect(outcomeOf(perform(books, end("alice", TERMINAL, "authenticated")))).toBe("logged_in");
    expect(guess(books, "alice", "another")).toBe("throttled");
  });

  it("are not counted where the owner mistypes at a known terminal", () => {
    const books = booksWith();
    guess(books, "alice", TERMINAL);
    expect([...books.attempts.keys()]).toEqual([`alice\t${TERMINAL}`, `alice\t${TERMINAL}\t`]);
  });

  it("count while they are being checked", () => {
    const books = booksWith();
    const begun = Array.from({ length: 100 }, (_, n) => begin(books, "alice", `t${n}`));
    expect(begun.slice(0, DAILY_FAILURES_MAX)).not.toContain("too_many_attempts");
    expect(new Set(begun.slice(DAILY_FAILURES_MAX))).toEqual(new Set(["too_many_attempts"]));
  });

  it("that were never checked give their place back", () => {
    const books = booksWith();
    begin(books, "alice", "another");
    perform(books, end("alice", "another", "not_checked"));
    expect(books.attempts.size).toBe(0);
  });
});

describe("a source", () => {
  const spray = (books: Books, source: string): void => {
    for (let n = 0; n < SOURCE_FAILURES_MAX; n++) guess(books, `name${n}`, source);
  };

  it("gets so many guesses at all names together", () => {
    const books = booksWith();
    spray(books, "another");
    expect(guess(books, "one more", "another")).toBe("throttled");
    expect(guess(books, "one more", "elsewhere")).toBe("login_begun");
    expect(guess(books, "one more", "another", LOCKOUT_MS)).toBe("login_begun");
  });

  it("that is throttled still serves those who are known there", () => {
    const books = booksWith();
    spray(books, TERMINAL);
    expect(guess(books, "one more", TERMINAL)).toBe("throttled");
    expect(begin(books, "alice", TERMINAL)).toBe("login_begun");
  });

  it("gets no more of them by logging in to an account of its own", () => {
    const books = booksWith();
    for (let n = 0; n < SOURCE_FAILURES_MAX - 1; n++) guess(books, `name${n}`, "another");
    begin(books, "alice", "another");
    perform(books, end("alice", "another", "authenticated"));
    expect(guess(books, "one", "another")).toBe("login_begun");
    expect(guess(books, "two", "another")).toBe("throttled");
  });
});

describe("a terminal", () => {
  it("becomes known by a login, and its tries in flight no longer count as a stranger's", () => {
    const books = booksWith();
    for (let n = 0; n < 3; n++) begin(books, "alice", "new");
    perform(books, end("alice", "new", "authenticated"));
    expect([...books.attempts]).toEqual([["alice\tnew", { failures: 0, pending: 2, lastAt: 0 }]]);
    perform(books, end("alice", "new", "wrong_password"));
    expect([...books.attempts]).toEqual([
      ["alice\tnew", { failures: 1, pending: 1, lastAt: 0 }],
      ["alice\tnew\t", { failures: 1, pending: 0, lastAt: 0 }],
    ]);
  });

  it("is one of a few that an account is known at, the latest to be new", () => {
    const books = booksWith();
    for (let n = 0; n < KNOWN_TERMINALS_MAX; n++) {
      perform(books, end("alice", `t${n}`, "authenticated"));
    }
    expect(books.knownTerminals.get(ALICE)).toHaveLength(KNOWN_TERMINALS_MAX);
    expect(books.knownTerminals.get(ALICE)).not.toContain(TERMINAL);
  });

  it("is known no more once its login is undone", () => {
    const books = booksWith();
    const before = books.knownTerminals.get(ALICE);
    const decision = decide(books, end("alice", "new", "authenticated"), 0);
    if (!decision.ok) throw new Error(decision.rejection);
    const undo = undoOf(books, decision.event);
    apply(books, decision.event);
    expect(books.knownTerminals.get(ALICE)).toContain("new");
    undo();
    expect(books.knownTerminals.get(ALICE)).toEqual(before);
  });
});

const unlock = operate({ type: "unlock", username: "alice" });

describe("unlock", () => {
  it("forgets what counts against an account, and nothing of another or of a source", () => {
    const books = booksOfAda();
    guessAsStrangers(books, "alice", DAILY_FAILURES_MAX);
    guess(books, "alicea", "t0");
    expect(outcomeOf(perform(books, unlock))).toBe("unlocked");
    expect([...books.attempts.keys()].filter((key) => key.startsWith("alice\t"))).toEqual([]);
    expect(books.attempts.get("\tt0")).toMatchObject({ failures: LOGIN_FAILURES_MAX + 1 });
    expect(books.attempts.get("alicea\t")).toMatchObject({ failures: 1 });
    expect(guess(books, "alice", "t0")).toBe("login_begun");
  });

  it("forgets wrong codes too, which show as a lockout until then", () => {
    const books = booksOfAda();
    const attempts = { failures: LOGIN_FAILURES_MAX, pending: 0, lastAt: 0 };
    setAttempts(books, factorKey("alice"), attempts);
    setAttempts(books, `${factorKey("alice")}\t`, attempts);
    setAttempts(books, factorKey("alicea"), attempts);
    setAttempts(books, "\tt0", { ...attempts, failures: SOURCE_FAILURES_MAX });
    const locked = () => ["alice", "alicea", "t0"].filter((name) => isLockedOut(books, name, 0));
    expect(locked()).toEqual(["alice", "alicea"]);
    perform(books, unlock);
    expect(locked()).toEqual(["alicea"]);
    expect([...books.attemptKeys.keys()]).toEqual(["alicea"]);
  });

  it("of nobody is refused", () => {
    const decision = perform(booksOfAda(), operate({ type: "unlock", username: "nobody" }));
    expect(outcomeOf(decision)).toBe("unknown_user");
  });
});
