/** Sign-ups are counted for their source, from the first of an hour to its end. */

import { describe, expect, it } from "vitest";
import { decide, type Books } from "../../src/bank/ledger.ts";
import { SIGN_UPS_MS } from "../../src/bank/lockout.ts";
import { undoOf } from "../../src/bank/undo.ts";
import { booksWith, outcomeOf, perform } from "./books.ts";

const begin = (books: Books, at = 0, source = "lobby"): string =>
  outcomeOf(perform(books, { type: "begin_sign_up", source, signUpsMax: 3 }, at));

describe("sign-ups", () => {
  it.for([
    // at                   outcome
    [0, "throttled"],
    [SIGN_UPS_MS - 1, "throttled"],
    [SIGN_UPS_MS, "sign_up_begun"],
    [-SIGN_UPS_MS, "sign_up_begun"], // By a clock that was set back.
  ] as const)("after as many as may be, the next one at %i is %s", ([at, outcome]) => {
    const books = booksWith();
    for (let n = 0; n < 3; n++) expect(begin(books, n)).toBe("sign_up_begun");
    expect(begin(books, at)).toBe(outcome);
  });

  it("are counted for each source alone", () => {
    const books = booksWith();
    for (let n = 0; n < 3; n++) begin(books);
    expect(begin(books, 0, "hall")).toBe("sign_up_begun");
  });

  it("that are refused do not make the hour longer", () => {
    const books = booksWith();
    for (let n = 0; n < 9; n++) begin(books, n);
    expect(begin(books, SIGN_UPS_MS)).toBe("sign_up_begun");
  });

  it("are forgotten with all that is over", () => {
    const books = booksWith();
    begin(books);
    perform(books, { type: "forget_attempts" }, SIGN_UPS_MS - 1);
    expect(books.attempts.size).toBe(1);
    perform(books, { type: "forget_attempts" }, SIGN_UPS_MS);
    expect(books.attempts.size).toBe(0);
  });

  it("that could not be stored are taken back", () => {
    const books = booksWith();
    const command = { type: "begin_sign_up", source: "lobby", signUpsMax: 1 } as const;
    const decision = decide(books, command, 0);
    if (!decision.ok) throw new Error(decision.rejection);
    const undo = undoOf(books, decision.event);
    perform(books, command);
    undo();
    expect(books.attempts.size).toBe(0);
  });
});
