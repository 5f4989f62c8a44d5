/** So many counters and no more: who is let in when all are in use, and that they are freed. */

import { describe, expect, it } from "vitest";
import { setAttempts } from "../../src/bank/attempts-by-name.ts";
import type { Books } from "../../src/bank/ledger.ts";
import { COUNTERS_MAX, LOCKOUT_MS, attemptsKey, signUpsKey } from "../../src/bank/lockout.ts";
import { TERMINAL, beginLogin, booksWith, endLogin, outcomeOf, perform } from "./books.ts";

/** A stranger's try may still add as many as this to all but the last. */
const OF_ONE_TRY = 3;

/** Books with alice, who is known at her terminal, and so many counters of others. */
function booksCounting(count: number): Books {
  const books = booksWith();
  for (let n = 0; n < count; n++) {
    setAttempts(books, attemptsKey(`name${n}`, "t"), { failures: 1, pending: 0, lastAt: 0 });
  }
  return books;
}

const begin = (books: Books, username: string, terminal: string, at = 0): string =>
  outcomeOf(perform(books, beginLogin(username, terminal), at));
const signUp = (books: Books, source: string, at = 0): string =>
  outcomeOf(perform(books, { type: "begin_sign_up", source, signUpsMax: 9 }, at));

describe("when all counters are in use", () => {
  it("no stranger is let in, and alice is where she is known", () => {
    const books = booksCounting(COUNTERS_MAX);
    expect(begin(books, "alice", "another")).toBe("throttled");
    expect(begin(books, "nobody", "another")).toBe("throttled");
    expect(begin(books, "alice", TERMINAL)).toBe("login_begun");
    expect(outcomeOf(perform(books, endLogin("alice", "authenticated")))).toBe("logged_in");
  });

  it("nobody signs up from a source that has none, and others do", () => {
    const books = booksCounting(COUNTERS_MAX);
    expect(signUp(books, "another")).toBe("throttled");
    setAttempts(books, signUpsKey("hall"), { failures: 1, pending: 0, lastAt: 0 });
    expect(signUp(books, "hall")).toBe("sign_up_begun");
  });

  it("however many strangers come, the books do not grow", () => {
    const books = booksCounting(COUNTERS_MAX - 1);
    for (let n = 0; n < 1_000; n++) {
      begin(books, `stranger${n}`, `t${n}`);
      signUp(books, `s${n}`);
    }
    expect(books.attempts.size).toBeLessThan(COUNTERS_MAX + OF_ONE_TRY);
  });

  it("they are forgotten once they are over, and strangers get in again", () => {
    const books = booksCounting(COUNTERS_MAX);
    perform(books, { type: "forget_attempts" }, LOCKOUT_MS - 1);
    expect(begin(books, "alice", "another", LOCKOUT_MS - 1)).toBe("throttled");
    perform(books, { type: "forget_attempts" }, LOCKOUT_MS);
    expect(books.attempts.size).toBe(0);
    expect(books.attemptKeys.size).toBe(0);
    expect(begin(books, "alice", "another", LOCKOUT_MS)).toBe("login_begun");
  });
});
