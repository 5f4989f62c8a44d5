/** What a customer does next, and what it makes of each answer. */

import { describe, expect, it } from "vitest";
import { dollars } from "../../src/bank/money.ts";
import type { Answer } from "../../bench/simulation/answers.ts";
import {
  begin,
  learn,
  newCustomer,
  nextStep,
  type Customer,
  type Note,
  type Step,
} from "../../bench/simulation/customer.ts";
import type { Change, Deed, Protocol } from "../../bench/simulation/deeds.ts";

const DEPOSIT: Deed = {
  type: "move",
  wish: { kind: "deposit", amount: dollars(5) },
  manner: "once",
};
const TWICE: Deed = { ...DEPOSIT, manner: "twice" };
const FIRST: Change = { serial: 1, wish: DEPOSIT.wish };
const LOST_IN_DOUBT: Answer = { type: "lost", detail: "cut", inDoubt: true };
const LOST_UNSENT: Answer = { type: "lost", detail: "cut", inDoubt: false };
const BUSY: Answer = { type: "busy", reason: "busy", inDoubt: false };

const done = (balance: number, transaction: number | null = null): Answer => ({
  ...{ type: "done", transaction, balance: dollars(balance) },
});
const refused = (reason: string): Answer => ({ type: "refused", reason });

const customerOf = (protocol: Protocol): Customer => ({
  ...newCustomer(protocol),
  ...{ account: "open", isLoggedIn: true },
});

/** Does the next step of a customer, which is answered so. */
function after(customer: Customer, ...answers: [Answer, ...Answer[]]) {
  const step = nextStep(customer);
  if (step.type === "choose") throw new Error("there is nothing to do");
  const [next, notes] = learn(customer, step, answers);
  return { step, next, notes };
}

const wrongs = (notes: readonly Note[]): string[] =>
  notes.flatMap((note) => (note.type === "wrong" ? [note.what] : []));

describe("a new customer", () => {
  it("signs up, logs in, and then does what it has decided", () => {
    const signedUp = after(begin(newCustomer("classic"), DEPOSIT), { type: "signed_up" });
    const loggedIn = after(signedUp.next, { type: "logged_in" });
    expect([signedUp.step, loggedIn.step, nextStep(loggedIn.next)]).toEqual([
      { type: "sign_up" },
      { type: "log_in", password: "right" },
      { type: "change", changes: [FIRST], cut: null },
    ]);
  });

  it("takes a name that is taken for its own only if it has asked for it before", () => {
    const taken = refused("username_taken");
    expect(wrongs(after(newCustomer("modern"), taken).notes)).toEqual(["a new name was taken"]);
    const again = after(after(newCustomer("modern"), LOST_IN_DOUBT).next, taken);
    expect([again.next.account, wrongs(again.notes)]).toEqual(["open", []]);
  });
});

describe("a change", () => {
  it.for([
    // answer, notes, in doubt
    [done(5), ["acknowledged"], false],
    [refused("insufficient_funds"), ["refused"], false],
    [refused("mac_failed"), ["refused", "wrong"], false],
    [LOST_IN_DOUBT, ["setback", "in_doubt"], true],
    [LOST_UNSENT, ["setback"], false],
    [BUSY, ["setback"], false],
    [{ ...BUSY, inDoubt: true }, ["setback", "in_doubt"], true],
  ] as const)("answered with %j leaves %j", ([answer, notes, inDoubt]) => {
    const { next, notes: made } = after(begin(customerOf("classic"), DEPOSIT), answer);
    expect(made.map(({ type }) => type)).toEqual(notes);
    expect(next.doubts).toEqual(inDoubt ? [FIRST] : []);
    expect(next.deed).toBeNull();
  });

  it("has a serial of its own, also after one that was refused", () => {
    const { next } = after(begin(customerOf("modern"), DEPOSIT), refused("insufficient_funds"));
    expect(nextStep(begin(next, DEPOSIT))).toMatchObject({ changes: [{ serial: 2 }] });
  });

  it("that leaves another balance than expected is wrong, where nobody else moves it", () => {
    expect(wrongs(after(begin(customerOf("classic"), DEPOSIT), done(6)).notes)).toHaveLength(1);
    expect(wrongs(after(begin(customerOf("modern"), DEPOSIT), done(6)).notes)).toEqual([]);
  });
});

describe("two clicks", () => {
  it("are one change over the modern protocol, acknowledged once", () => {
    const { step, notes } = after(begin(customerOf("modern"), TWICE), done(5, 7), done(5, 7));
    expect(step).toEqual({ type: "change", changes: [FIRST, FIRST], cut: null });
    expect(notes.map(({ type }) => type)).toEqual(["event", "acknowledged"]);
  });

  it("are two changes over classic, of which one may be in doubt", () => {
    const { step, next, notes } = after(
      begin(customerOf("classic"), TWICE),
      done(5),
      LOST_IN_DOUBT,
    );
    const second = { ...FIRST, serial: 2 };
    expect(step).toEqual({ type: "change", changes: [FIRST, second], cut: null });
    expect(next.doubts).toEqual([second]);
    expect(notes.map(({ type }) => type)).toEqual([
      ...["event", "acknowledged", "setback", "in_doubt"],
    ]);
  });

  it.for([
    [done(5, 7), LOST_IN_DOUBT],
    [LOST_IN_DOUBT, done(5, 7)],
    [refused("insufficient_funds"), LOST_IN_DOUBT],
  ] as const)(
    "with one key, answered with %j and %j, leave no doubt and no line",
    ([one, other]) => {
      const { next, notes } = after(begin(customerOf("modern"), TWICE), one, other);
      expect([next.doubts, wrongs(notes)]).toEqual([[], []]);
      expect(nextStep(begin(next, DEPOSIT))).toEqual({ type: "log_in", password: "right" });
    },
  );

  it.for([
    [done(5, 7), done(10, 8)],
    [done(5, 7), refused("insufficient_funds")],
    [refused("insufficient_funds"), refused("unknown_recipient")],
  ] as const)("with one key must not be answered with %j and %j", (answers) => {
    const { notes } = after(begin(customerOf("modern"), TWICE), ...answers);
    expect(wrongs(notes)).toEqual(["a change with one key was answered in two ways"]);
  });
});

describe("a change in doubt", () => {
  const inDoubt = (protocol: Protocol): Customer => {
    const { next } = after(begin(customerOf(protocol), DEPOSIT), LOST_IN_DOUBT);
    return after(begin(next, { type: "leave" }), { type: "logged_in" }).next;
  };

  it("is asked for again with the same key over the modern protocol, before anything else", () => {
    const customer = inDoubt("modern");
    const lostAgain = after(customer, LOST_IN_DOUBT);
    expect(lostAgain.step).toEqual({ type: "ask_again", change: FIRST } satisfies Step);
    expect(lostAgain.next.doubts).toEqual([FIRST]);
    const { next, notes } = after(customer, done(5, 7));
    expect(next.doubts).toEqual([]);
    expect(notes).toContainEqual(expect.objectContaining({ type: "acknowledged", transaction: 7 }));
  });

  it("that turns out to have been refused is cleared", () => {
    const { next, notes } = after(inDoubt("modern"), refused("insufficient_funds"));
    expect(next.doubts).toEqual([]);
    expect(notes.map(({ type }) => type)).toEqual(["event", "cleared", "refused"]);
  });

  it.for([
    [0, [false], 0],
    [5, [true], 0],
    [10, [], 1],
    [3, [], 1],
  ] as const)("over classic, a balance of %i tells %j", ([balance, settled, faults]) => {
    const { step, next, notes } = after(inDoubt("classic"), {
      ...{ type: "balance", balance: dollars(balance) },
    });
    expect(step).toEqual({ type: "look" });
    expect(next.doubts).toEqual([]);
    expect(notes.flatMap((note) => (note.type === "settled" ? [note.isDone] : []))).toEqual(
      settled,
    );
    expect(wrongs(notes)).toHaveLength(faults);
  });
});

describe("wrong passwords", () => {
  it("are typed as often as decided, from outside, before the right one", () => {
    const customer = begin(customerOf("modern"), { type: "mistype", times: 2 });
    const left = after(customer, { type: "left" });
    const first = after(left.next, refused("authentication_failed"));
    const second = after(first.next, refused("authentication_failed"));
    expect([left.step, first.step, second.step].map((step) => step.type)).toEqual([
      ...["leave", "log_in", "log_in"],
    ]);
    expect(second.notes).toEqual([
      { type: "refused", what: "log in", reason: "authentication_failed" },
    ]);
    expect(nextStep(second.next)).toEqual({ type: "choose" });
    expect(nextStep(begin(second.next, DEPOSIT))).toEqual({ type: "log_in", password: "right" });
  });

  it("that open an account are wrong indeed", () => {
    const outside = { ...customerOf("classic"), isLoggedIn: false };
    const { notes } = after(begin(outside, { type: "mistype", times: 1 }), { type: "logged_in" });
    expect(wrongs(notes)).toEqual(["a wrong password opened an account"]);
  });
});
