/** What customers type: amounts, transfers, pages of history, passwords. */

import { describe, expect, it } from "vitest";
import { cents, dollars } from "../../src/bank/money.ts";
import { MEMO_CHARS_MAX } from "../../src/protocol/fields.ts";
import { parseAmount } from "../../web/atm/amount.ts";
import { problemsOf } from "../../web/atm/problem-texts.ts";
import type { Message, Typed } from "../../web/atm/state.ts";
import { wordsOf } from "../../web/atm/texts.ts";
import {
  AMOUNT,
  answered,
  asked,
  CHOOSING,
  pageOf,
  PASSWORD,
  refused,
  run,
  viewAfter,
} from "./flow-stage.ts";

describe("an amount", () => {
  it.for([
    ["1000", 100_000],
    [" $1,000 ", 100_000],
    ["1000.00", 100_000],
    ["007", 700],
    ["1000000", 100_000_000],
  ] as const)("typed as %j is %i cents in both protocols", ([typed, amount]) => {
    expect(parseAmount(typed, "classic")).toBe(cents(amount));
    expect(parseAmount(typed, "modern")).toBe(cents(amount));
  });

  it.for([
    ["12.50", 1_250],
    ["12.5", 1_250],
    ["0.01", 1],
    ["1,234.56", 123_456],
    ["999999.99", 99_999_999],
  ] as const)("typed as %j is %i cents in modern, and nothing in classic", ([typed, amount]) => {
    expect(parseAmount(typed, "modern")).toBe(cents(amount));
    expect(parseAmount(typed, "classic")).toBe("not_whole");
  });

  it.for(["1,00", "1e3", "0x10", "12 3", "١٢", "NaN", "1.", ".5", "1.234", "-5"])(
    "is not %j",
    (typed) => {
      expect(parseAmount(typed, "classic")).toBe("not_whole");
      expect(parseAmount(typed, "modern")).toBe("not_money");
    },
  );

  it.for([
    ["classic", "", "Enter an amount"],
    ["classic", "12.50", "Enter whole dollars, in digits only"],
    ["classic", "0", "Enter at least $1"],
    ["classic", "1000001", "Enter at most $1,000,000"],
    ["modern", "x", "Enter an amount in digits, such as 20 or 12.50"],
    ["modern", "0", "Enter at least $0.01"],
    ["modern", "1000000.01", "Enter at most $1,000,000"],
  ] as const)("in %s of %j is refused and what was typed is kept", ([protocol, typed, text]) => {
    const [{ view }, effects] = run(
      [...AMOUNT, { type: "amount_entered", typed }],
      pageOf(protocol),
    );
    expect(view).toMatchObject({ screen: "amount", typed });
    expect(problemsOf(view)[0]).toMatchObject({ text, field: "amount" });
    expect(asked(effects)).toEqual([]);
  });
});

describe("a transfer", () => {
  const FORM: Message[] = [...CHOOSING, { type: "chosen", kind: "transfer" }];
  const GOOD: Typed = { to: "bob", amount: "12.50", memo: "lunch" };
  const entered = (typed: Partial<Typed>): Message => ({
    ...{ type: "transfer_entered", typed: { ...GOOD, ...typed } },
  });
  const SENT: Message[] = [...FORM, entered({}), { type: "confirmed" }];
  const order = { kind: "transfer", to: "bob", amount: cents(1_250), memo: "lunch" };

  it("is reviewed, then asked for, then confirmed with its reference", () => {
    expect(viewAfter([...FORM, entered({})])).toMatchObject({ screen: "review", order });
    expect(asked(run(SENT)[1])).toEqual([{ type: "ask", order, key: null }]);
    const [state] = run([
      ...SENT,
      answered({ type: "transferred", balance: dollars(10), reference: "42" }),
    ]);
    expect(state.view).toMatchObject({ screen: "result", answer: { reference: "42" } });
    expect(wordsOf(state).status?.text).toBe("Sent $12.50 to bob. New Balance: $10");
  });

  it("takes off what a keyboard adds around a name", () => {
    expect(viewAfter([...FORM, entered({ to: " bob " })])).toMatchObject({ order });
  });

  it.for([
    [{ to: " " }, ["to"]],
    [{ to: "alice" }, ["to"]],
    [{ amount: "no" }, ["amount"]],
    [{ memo: "x".repeat(MEMO_CHARS_MAX + 1) }, ["memo"]],
    [{ memo: "turned \u202e around" }, ["memo"]],
    [{ to: "", amount: "", memo: "\u0007" }, ["to", "amount", "memo"]],
  ] satisfies [Partial<Typed>, string[]][])("with %o names each field", ([typed, fields]) => {
    const view = viewAfter([...FORM, entered(typed)]);
    expect(view).toMatchObject({ screen: "transfer", typed: { ...GOOD, ...typed } });
    expect(problemsOf(view).map(({ field }) => field)).toEqual(fields);
  });

  it.for(["unknown_recipient", "own_account"] as const)(
    "that the bank refuses as %s goes back to the form, with all that was typed",
    (kind) => {
      const view = viewAfter([...SENT, refused(kind)]);
      expect(view).toMatchObject({ screen: "transfer", typed: GOOD });
      expect(problemsOf(view)).toMatchObject([{ field: "to" }]);
    },
  );

  it("is changed from its review with what was typed", () => {
    const view = viewAfter([...FORM, entered({}), { type: "stepped_back" }]);
    expect(view).toMatchObject({ screen: "transfer", typed: GOOD });
  });
});

describe("the history", () => {
  const page = { entries: [], next: "21" };
  const FIRST: Message[] = [
    ...CHOOSING,
    { type: "chosen", kind: "history" },
    answered({ type: "history", page }),
  ];

  it("is read page by page, there and back", () => {
    const [older, effects] = run([...FIRST, { type: "turned", to: "older" }]);
    const second = { kind: "history", day: "", trail: ["21"] };
    expect(asked(effects).at(-1)).toEqual({ type: "ask", order: second, key: null });
    const last = answered({ type: "history", page: { entries: [] } });
    const [, turned] = run([last, { type: "turned", to: "older" }], older);
    expect(turned).toEqual([]); // There is no next page.
    const [, back] = run([last, { type: "turned", to: "newer" }], older);
    expect(back).toMatchObject([{ order: { trail: [] } }]);
    expect(run([...FIRST, { type: "turned", to: "newer" }])[0].view.screen).toBe("history");
  });

  it("begins at a day, and at no text that is none", () => {
    const [, effects] = run([...FIRST, { type: "day_entered", day: "2026-11-24" }]);
    expect(asked(effects).at(-1)).toMatchObject({ order: { day: "2026-11-24", trail: [] } });
    const [state, none] = run([...FIRST, { type: "day_entered", day: "yesterday" }]);
    expect(state.view.screen).toBe("history");
    expect(asked(none)).toHaveLength(1);
  });
});

describe("a change of the password", () => {
  const SENT: Message[] = [
    ...CHOOSING,
    { type: "chosen", kind: "password" },
    { type: "passwords_entered", oldPassword: "old", newPassword: PASSWORD, code: null },
  ];

  it("is told when it is done", () => {
    const [state, effects] = run([...SENT, answered({ type: "password_changed" })]);
    expect(effects.at(-1)).toMatchObject({ type: "change_password", oldPassword: "old" });
    expect(wordsOf(state).heading).toBe("Password changed");
  });

  it("with a wrong old one goes back to its field", () => {
    const view = viewAfter([...SENT, refused("authentication_failed")]);
    expect(problemsOf(view)).toMatchObject([{ field: "old-password" }]);
  });

  it("whose answer is lost ends the session, and says what to try", () => {
    const [state] = run([...SENT, { type: "outcome_unknown", key: null, session: "open" }]);
    expect(state.view).toMatchObject({ screen: "ended", reason: "in_doubt" });
    expect(wordsOf(state).alert?.text).toContain("unknown whether your password");
  });
});
