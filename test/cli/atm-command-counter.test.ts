/** A person at the terminal ATM: asks, errs, is told, and goes on. */

import { describe, expect, it } from "vitest";
import { startTestBank } from "../test-bank.ts";
import { Person, visit } from "./person.ts";

describe("a conversation", () => {
  it("asks for the password, and goes on after mistakes and refusals", async () => {
    const person = new Person(
      ...["sign-up ada", "log-in ada", "rob", "deposit", "withdraw 1", "deposit 20", "history"],
    );
    expect(await visit(await startTestBank(), person)).toEqual([
      "Test Bank 0, over a channel that only it can read.",
      "What may it be? Try help.",
      "Password: ",
      "Signed up as ada. Now log in.",
      "Password: ",
      "Logged in as ada.",
      "There is no rob: try help.",
      expect.stringMatching(/^It is typed: deposit AMOUNT \[--key KEY\]\nAMOUNT is in dollars, /),
      "Refused: the balance is too low.",
      "Deposited $20. Balance: $20 (transaction 1)",
      expect.stringMatching(/^ +1 {2}\S+ \S+ {2}deposit +\+\$20 +\$20$/),
    ]);
  });

  it("lets one customer after the other come", async () => {
    const person = new Person(
      ...["sign-up ada", "log-in ada", "log-out", "balance", "sign-up bob", "log-in bob", "quit"],
    );
    const seen = await visit(await startTestBank(), person);
    expect(seen.slice(-6)).toEqual([
      ...["Logged out.", "Refused: log in first.", "Password: ", "Signed up as bob. Now log in."],
      ...["Password: ", "Logged in as bob."],
    ]);
  });

  it("is asked for the password again before a large sum goes", async () => {
    const person = new Person(
      ...["sign-up ada", "log-in ada", "deposit 30000", "withdraw 15000", "withdraw 12000"],
    );
    expect((await visit(await startTestBank(), person)).slice(-4)).toEqual([
      "So large a sum needs your password again.",
      "Password: ",
      "Withdrew $15000. Balance: $15000 (transaction 2)",
      "Withdrew $12000. Balance: $3000 (transaction 3)",
    ]);
  });

  it("lists the sessions, and ends them all", async () => {
    const testBank = await startTestBank();
    const classic = await testBank.customer("ada");
    const person = new Person("log-in ada", "sessions", "log-out --everywhere", "balance");
    expect((await visit(testBank, person)).slice(-4)).toEqual([
      expect.stringMatching(/^\* {2}[0-9a-f]{32} {2}modern {3}.*127\.0\.0\.1$/),
      expect.stringMatching(/^ {3}[0-9a-f]{32} {2}classic {2}.*127\.0\.0\.1$/),
      "Logged out everywhere.",
      "Refused: log in first.",
    ]);
    await expect(classic.balance()).rejects.toBeInstanceOf(Error);
  });

  it("is told of money that comes meanwhile", async () => {
    const testBank = await startTestBank();
    const told = Promise.withResolvers<void>();
    const ada = new Person("sign-up ada", "log-in ada", "deposit 9", "transfer bob 5 for the tea");
    const bob = new Person(
      "sign-up bob",
      "log-in bob",
      () => visit(testBank, ada).then(() => ""),
      () => told.promise.then(() => ""),
    );
    const seen = await visit(testBank, bob, { onNews: told.resolve });
    expect(seen.at(-1)).toBe('ada sent you $5 ("for the tea"). Balance: $5');
  });
});
