/**
 * A customer: what it has decided, what it must do next for that, and what it makes of the answers.
 * Pure. A change without an answer is in doubt, and comes first: over the modern protocol the
 * customer asks again with the same key, over classic it looks at the balance.
 */

import type { Cents } from "../../src/bank/money.ts";
import { isOrdinary, type Answer } from "./answers.ts";
import { effectOf, type Change, type CutMoment, type Deed, type Protocol } from "./deeds.ts";

export type Customer = {
  readonly protocol: Protocol;
  /** A second sign-up may find that the first was heard, and its name taken. */
  readonly account: "none" | "asked_for" | "open";
  readonly isLoggedIn: boolean;
  /** What is in hand. */
  readonly deed: Deed | null;
  /** Wrong passwords typed for the deed in hand. */
  readonly mistakes: number;
  readonly doubts: readonly Change[];
  /** What the bank last said. Over classic nobody else moves it: only modern customers are paid. */
  readonly balance: Cents;
  readonly lastSerial: number;
  /** Lost lines, busy answers and failed logins in a row. */
  readonly setbacks: number;
};

export type Step =
  /** Nothing is in hand: the habit is to decide. */
  | { type: "choose" }
  | { type: "sign_up" }
  | { type: "log_in"; password: "right" | "wrong" }
  /** All are sent before the first is answered. Twice the same change is one with one key. */
  | { type: "change"; changes: readonly Change[]; cut: CutMoment | null }
  | { type: "ask_again"; change: Change }
  | { type: "look" }
  | { type: "leave" }
  | { type: "idle"; ms: number };

/** What is to be remembered of a step, for the story and for the proof. */
export type Note =
  | { type: "acknowledged"; change: Change; transaction: number | null; balance: Cents }
  | { type: "in_doubt"; change: Change }
  /** Asked again, the bank refused what was in doubt: it was not done. */
  | { type: "cleared"; change: Change }
  /** What a look at the balance told of a change in doubt. */
  | { type: "settled"; change: Change; isDone: boolean }
  | { type: "event"; what: string }
  | { type: "refused"; what: string; reason: string }
  /** The line was lost, or the bank was busy. */
  | { type: "setback"; what: string; reason: string }
  /** Something that must not be. */
  | { type: "wrong"; what: string };

export type Learned = readonly [Customer, readonly Note[]];

export const newCustomer = (protocol: Protocol): Customer => ({
  ...{ protocol, account: "none", isLoggedIn: false, deed: null, mistakes: 0 },
  ...{ doubts: [], balance: 0 as Cents, lastSerial: 0, setbacks: 0 },
});

export const begin = (customer: Customer, deed: Deed): Customer => ({
  ...customer,
  deed,
  mistakes: 0,
});

export function nextStep(customer: Customer): Step {
  const { account, isLoggedIn, deed, doubts, protocol } = customer;
  if (account !== "open") return { type: "sign_up" };
  const [doubt] = doubts;
  if (doubt !== undefined) {
    if (!isLoggedIn) return { type: "log_in", password: "right" };
    return protocol === "modern" ? { type: "ask_again", change: doubt } : { type: "look" };
  }
  if (deed === null) return { type: "choose" };
  if (deed.type === "leave") return { type: "leave" };
  if (deed.type === "mistype") {
    return isLoggedIn ? { type: "leave" } : { type: "log_in", password: "wrong" };
  }
  if (!isLoggedIn) return { type: "log_in", password: "right" };
  return deed.type === "move" ? changeStep(customer, deed) : deed;
}

function changeStep({ protocol, lastSerial }: Customer, deed: Deed & { type: "move" }): Step {
  const { wish, manner } = deed;
  const first: Change = { serial: lastSerial + 1, wish };
  if (manner === "once") return { type: "change", changes: [first], cut: null };
  if (manner !== "twice") return { type: "change", changes: [first], cut: manner };
  // Without a key, a second click is a second change.
  const second = protocol === "modern" ? first : { ...first, serial: first.serial + 1 };
  return { type: "change", changes: [first, second], cut: null };
}

/** @param answers One for each change of the step, in order; one for any other step. */
export function learn(
  customer: Customer,
  step: Exclude<Step, { type: "choose" }>,
  answers: readonly [Answer, ...Answer[]],
): Learned {
  const [answer] = answers;
  switch (step.type) {
    case "sign_up":
      return learnSignUp(customer, answer);
    case "log_in":
      return step.password === "right"
        ? learnLogin(customer, answer)
        : learnMistake(customer, answer);
    case "change":
      return learnChanges(customer, step.changes, answers);
    case "ask_again":
      return learnAgain(customer, step.change, answer);
    case "look":
      return learnBalance(customer, answer);
    case "leave": {
      const deed = customer.deed?.type === "leave" ? null : customer.deed;
      return [{ ...customer, deed, isLoggedIn: false }, [event("left")]];
    }
    case "idle":
      return [{ ...customer, deed: null }, [event("idled")]];
  }
}

function learnSignUp(customer: Customer, answer: Answer): Learned {
  if (answer.type === "signed_up") return [opened(customer), [event("signed up")]];
  if (answer.type === "refused" && answer.reason === "username_taken") {
    const isOwn = customer.account === "asked_for";
    return [opened(customer), [isOwn ? event("signed up") : wrong("a new name was taken")]];
  }
  const [next, notes] = setback(customer, "sign up", answer);
  return [{ ...next, account: "asked_for" }, notes];
}

const opened = (customer: Customer): Customer => ({ ...customer, account: "open", setbacks: 0 });

function learnLogin(customer: Customer, answer: Answer): Learned {
  if (answer.type === "logged_in") {
    return [{ ...customer, isLoggedIn: true, setbacks: 0 }, [event("logged in")]];
  }
  return setback(customer, "log in", answer);
}

function learnMistake(customer: Customer, answer: Answer): Learned {
  if (answer.type === "logged_in") {
    return [{ ...customer, isLoggedIn: true }, [wrong("a wrong password opened an account")]];
  }
  if (answer.type !== "refused") return setback(customer, "log in", answer);
  const mistakes = customer.mistakes + 1;
  const times = customer.deed?.type === "mistype" ? customer.deed.times : 0;
  const deed = mistakes < times ? customer.deed : null;
  const note: Note = { type: "refused", what: "log in", reason: answer.reason };
  return [{ ...customer, mistakes, deed }, [note]];
}

/** Each change gets its end; of one that was sent twice, both answers must be the same. */
function learnChanges(
  customer: Customer,
  changes: readonly Change[],
  answers: readonly Answer[],
): Learned {
  const notes: Note[] = changes.length > 1 ? [event("clicked twice")] : [];
  const lastSerial = changes.at(-1)?.serial ?? customer.lastSerial;
  // Of two answers to one change the lost one tells nothing of it, but the line is gone with it.
  const isLoggedIn = customer.isLoggedIn && answers.every(({ type }) => type !== "lost");
  let next: Customer = { ...customer, deed: null, lastSerial, isLoggedIn };
  for (const change of new Set(changes)) {
    const own = answers.filter((_, index) => changes[index] === change);
    const answer = own.toSorted((a, b) => CERTAINTY.indexOf(a.type) - CERTAINTY.indexOf(b.type))[0];
    if (answer === undefined) continue;
    const [after, more] = learnChange(next, change, answer);
    next = after;
    notes.push(...more);
    if (own.some((other) => contradicts(answer, other))) {
      notes.push(wrong("a change with one key was answered in two ways"));
    }
  }
  return [next, notes];
}

/** Of two answers to one change, the one that says more comes first. */
const CERTAINTY: readonly Answer["type"][] = ["done", "refused", "lost", "busy"];

const contradicts = (answer: Answer, other: Answer): boolean =>
  answer.type === "done"
    ? other.type === "refused" ||
      (other.type === "done" && other.transaction !== answer.transaction)
    : answer.type === "refused" && other.type === "refused" && other.reason !== answer.reason;

function learnChange(customer: Customer, change: Change, answer: Answer): Learned {
  const what = change.wish.kind;
  switch (answer.type) {
    case "done":
      return acknowledged(customer, change, answer);
    case "refused": {
      const note: Note = { type: "refused", what, reason: answer.reason };
      const isFault = !isOrdinary(answer.reason);
      const fault = isFault ? [wrong(`a ${what} was refused: ${answer.reason}`)] : [];
      return [{ ...customer, setbacks: 0 }, [note, ...fault]];
    }
    default: {
      const [next, notes] = setback(customer, what, answer);
      if (!("inDoubt" in answer) || !answer.inDoubt) return [next, notes];
      const doubts = [...next.doubts, change];
      return [{ ...next, doubts }, [...notes, { type: "in_doubt", change }]];
    }
  }
}

function acknowledged(
  customer: Customer,
  change: Change,
  { transaction, balance }: Answer & { type: "done" },
): Learned {
  const note: Note = { type: "acknowledged", change, transaction, balance };
  if (customer.protocol === "modern") return [{ ...customer, balance, setbacks: 0 }, [note]];
  const expected = (customer.balance + effectOf(change)) as Cents;
  const next = { ...customer, balance: expected, setbacks: 0 };
  // With another change in doubt, the next look compares the balance with this.
  if (customer.doubts.length > 0 || balance === expected) return [next, [note]];
  return [{ ...next, balance }, [note, wrong("a reply had an unexpected balance")]];
}

/** The first answer to a change that was in doubt. */
function learnAgain(customer: Customer, change: Change, answer: Answer): Learned {
  const others = customer.doubts.filter((doubt) => doubt !== change);
  const asked = event("asked again");
  if (answer.type === "done" || answer.type === "refused") {
    const [next, notes] = learnChange({ ...customer, doubts: others }, change, answer);
    const cleared: Note[] = answer.type === "refused" ? [{ type: "cleared", change }] : [];
    return [next, [asked, ...cleared, ...notes]];
  }
  const [next, notes] = setback(customer, "ask again", answer);
  return [next, [asked, ...notes]];
}

function learnBalance(customer: Customer, answer: Answer): Learned {
  const deed = customer.deed?.type === "look" ? null : customer.deed;
  if (answer.type !== "balance") return setback({ ...customer, deed }, "look", answer);
  const { balance } = answer;
  const next = { ...customer, deed, balance, doubts: [], setbacks: 0 };
  const looked = event("looked");
  if (customer.protocol === "modern") return [next, [looked]];
  const [doubt] = customer.doubts;
  if (doubt === undefined) {
    const isOff = balance !== customer.balance;
    return [next, isOff ? [looked, wrong("a look showed an unexpected balance")] : [looked]];
  }
  // All in doubt are of one deed, hence of one amount: the balance tells how many were done.
  const done = (balance - customer.balance) / effectOf(doubt);
  const tells = Number.isInteger(done) && done >= 0 && done <= customer.doubts.length;
  if (!tells) return [next, [looked, wrong("a look showed a balance that explains nothing")]];
  const settled = customer.doubts.map((change, index): Note => ({
    type: "settled",
    change,
    isDone: index < done,
  }));
  return [next, [looked, ...settled]];
}

/** No answer, or one that is no use: what else is known stays as it is. */
function setback(customer: Customer, what: string, answer: Answer): Learned {
  const next = { ...customer, setbacks: customer.setbacks + 1 };
  switch (answer.type) {
    case "lost":
      return [
        { ...next, isLoggedIn: false },
        [{ type: "setback", what, reason: `line lost: ${answer.detail}` }],
      ];
    case "busy":
      return [next, [{ type: "setback", what, reason: answer.reason }]];
    case "refused":
      return [next, [wrong(`${what} was refused: ${answer.reason}`)]];
    default:
      return [next, [wrong(`${what} was answered with ${answer.type}`)]];
  }
}

const event = (what: string): Note => ({ type: "event", what });
const wrong = (what: string): Note => ({ type: "wrong", what });
