/** The rules for second factors: every refusal has a row, and a code is used up by being right. */

import { describe, expect, it } from "vitest";
import { factorKey, type FactorCommand } from "../../src/bank/factor-rules.ts";
import type { Books } from "../../src/bank/ledger.ts";
import { LOGIN_FAILURES_MAX } from "../../src/bank/lockout.ts";
import { ORDINARY, setStanding, standingOf } from "../../src/bank/standing.ts";
import { ALICE, TERMINAL, booksWith, endLogin, outcomeOf, perform } from "./books.ts";

const MINUTE = 60_000;
const username = "alice";
const FACTOR = { sealedSecret: "sealed", lastStep: 5, recoveryHashes: ["one", "two"] };
const BEGIN: FactorCommand = { type: "begin_factor", username };
const ENROL: FactorCommand = {
  ...{ type: "enrol_factor", username, sealedSecret: "sealed", step: 5, recoveryHashes: [] },
};
const end = (outcome: (FactorCommand & { type: "end_factor" })["outcome"]): FactorCommand => ({
  ...{ type: "end_factor", username, outcome },
});
const atStep = (step: number) => end({ type: "step", step });
const WITH_FACTOR = { ...ORDINARY, factor: FACTOR };

function booksOf(standing = WITH_FACTOR as typeof ORDINARY): Books {
  const books = booksWith();
  setStanding(books, ALICE, standing);
  return books;
}

/** A wrong code; what became of its beginning. */
function guess(books: Books, at = 0): string {
  const begun = outcomeOf(perform(books, BEGIN, at));
  if (begun === "factor_tried") perform(books, end("wrong_code"), at);
  return begun;
}

describe("a command about a factor", () => {
  const disabled = { ...WITH_FACTOR, disabled: true };
  const of = (command: FactorCommand, name: string): FactorCommand => ({
    ...command,
    username: name,
  });
  const removal: FactorCommand = { type: "remove_factor", username };
  it.for([
    ["unknown_account", WITH_FACTOR, of(BEGIN, "nobody")],
    ["unknown_account", WITH_FACTOR, of(end("wrong_code"), "nobody")],
    ["unknown_account", WITH_FACTOR, of(ENROL, "nobody")],
    ["unknown_account", WITH_FACTOR, of(removal, "nobody")],
    ["account_disabled", disabled, BEGIN],
    ["account_disabled", disabled, end("wrong_code")],
    ["account_disabled", disabled, ENROL],
    ["account_disabled", disabled, removal],
    ["no_factor", ORDINARY, BEGIN],
    ["no_factor", ORDINARY, end("wrong_code")],
    ["no_factor", ORDINARY, removal],
    ["factor_set", WITH_FACTOR, ENROL],
    ["factor_tried", WITH_FACTOR, BEGIN],
    ["standing_changed", ORDINARY, ENROL],
    ["standing_changed", WITH_FACTOR, removal],
  ] as const)("is %s", ([outcome, standing, command]) => {
    expect(outcomeOf(perform(booksOf(standing), command))).toBe(outcome);
  });
});

describe("codes", () => {
  it("are locked after ten wrong ones, and free again when that is over", () => {
    const books = booksOf();
    for (let n = 0; n < 10; n++) expect(guess(books)).toBe("factor_tried");
    expect(guess(books, 30 * MINUTE - 1)).toBe("locked");
    expect(guess(books, 30 * MINUTE)).toBe("factor_tried");
  });

  it("are fifty guesses in a day at most, and free again a day later", () => {
    const books = booksOf();
    const begun = Array.from({ length: 24 * 60 }, (_, minute) => guess(books, minute * MINUTE));
    expect(begun.filter((outcome) => outcome === "factor_tried")).toHaveLength(50);
    expect(guess(books, 48 * 60 * MINUTE)).toBe("factor_tried");
    perform(books, BEGIN, 48 * 60 * MINUTE);
    perform(books, atStep(6), 48 * 60 * MINUTE);
    expect([...books.attempts.keys()]).toEqual([]);
  });

  it.for([
    ["code_required", false],
    [null, true],
  ] as const)("that are missing: %s, where one was proved: %s", ([reason, factorProven]) => {
    const books = booksOf();
    const login = { ...endLogin("alice", "authenticated"), factorProven };
    const decision = perform(books, login);
    if (!decision.ok) throw new Error(decision.rejection);
    const { event } = decision;
    expect(event.type === "login_failed" ? event.reason : null).toBe(reason);
  });

  it.for([
    ["code_required", false],
    [null, true],
  ] as const)("beside a new password: %s, where one was proved: %s", ([reason, factorProven]) => {
    const books = booksOf();
    const decision = perform(books, {
      ...{ type: "change_password", account: ALICE, terminal: TERMINAL },
      ...{ passwordHash: "another", factorProven },
    });
    if (!decision.ok) throw new Error(decision.rejection);
    const { event } = decision;
    expect(event.type === "login_failed" ? event.reason : null).toBe(reason);
  });

  it("take up the places that are left while they are pending", () => {
    const books = booksOf();
    for (let n = 0; n < LOGIN_FAILURES_MAX; n++) perform(books, BEGIN);
    expect(outcomeOf(perform(books, BEGIN))).toBe("too_many_attempts");
    perform(books, end("not_checked"));
    expect(outcomeOf(perform(books, BEGIN))).toBe("factor_tried");
  });

  it.for([
    ["of a later step", atStep(6), true, { ...FACTOR, lastStep: 6 }],
    ["of the last step", atStep(5), false, FACTOR],
    ["of an earlier step", atStep(4), false, FACTOR],
    [
      "for recovery",
      end({ type: "recovery_code", hash: "one" }),
      true,
      { ...FACTOR, recoveryHashes: ["two"] },
    ],
    ["for recovery, of another", end({ type: "recovery_code", hash: "x" }), false, FACTOR],
    ["that is wrong", end("wrong_code"), false, FACTOR],
    ["that nobody has looked at", end("not_checked"), false, FACTOR],
  ] as const)("%s", ([, command, isTaken, left]) => {
    const books = booksOf();
    guess(books);
    perform(books, BEGIN);
    perform(books, command);
    expect(standingOf(books, ALICE).factor).toEqual(left);
    const failures = books.attempts.get(factorKey(username))?.failures ?? 0;
    const isNew = command.type === "end_factor" && command.outcome !== "not_checked";
    expect(failures).toBe(isTaken ? 0 : isNew ? 2 : 1);
  });
});
