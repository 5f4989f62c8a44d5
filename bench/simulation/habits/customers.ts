/** The habits of honest customers. */

import type { Chance } from "../chance.ts";
import type { CutMoment, Deed, Protocol } from "../deeds.ts";
import { deposit, pay, withdraw, type Habit } from "./habit.ts";

const BOTH = ["classic", "modern"] as const;
const CUTS: readonly [CutMoment, ...CutMoment[]] = ["torn", "sent", "unheard"];

/** Puts money aside, looks at it, and takes a little now and then. */
const saver: Habit = {
  ...{ name: "saver", protocols: BOTH, share: 6, pauseMs: 250 },
  next(turn, chance) {
    if (turn % 8 === 7) return { type: "leave" };
    if (chance.isOneIn(4)) return { type: "look" };
    return chance.isOneIn(4) ? withdraw(chance) : deposit(chance);
  },
};

/** Takes money as long as there is any, and then some: many withdrawals are refused. */
const spender: Habit = {
  ...{ name: "spender", protocols: BOTH, share: 4, pauseMs: 250 },
  next: (turn, chance) => (turn % 5 === 0 ? deposit(chance) : withdraw(chance)),
};

/** Pays others, and sometimes somebody who has no account yet. */
const payer: Habit = {
  ...{ name: "payer", protocols: ["modern"], share: 4, pauseMs: 250 },
  next: (turn, chance) => (turn % 3 === 0 ? deposit(chance) : pay(chance)),
};

/** Clicks twice: the same change with the same key, or over classic as two changes. */
const impatient: Habit = {
  ...{ name: "impatient", protocols: BOTH, share: 3, pauseMs: 200 },
  next(turn, chance, protocol) {
    const manner = chance.isOneIn(2) ? "twice" : "once";
    return turn % 2 === 0 ? deposit(chance, manner) : spend(chance, protocol, manner);
  },
};

/** Has a line that breaks in the middle of changes. */
const unlucky: Habit = {
  ...{ name: "unlucky", protocols: BOTH, share: 3, pauseMs: 300 },
  next(turn, chance, protocol) {
    const manner = chance.isOneIn(2) ? chance.oneOf(CUTS) : "once";
    return turn % 3 < 2 ? deposit(chance, manner) : spend(chance, protocol, manner);
  },
};

/** Comes and goes, and seldom remembers the password at once. */
const forgetful: Habit = {
  ...{ name: "forgetful", protocols: BOTH, share: 2, pauseMs: 400 },
  next(turn, chance) {
    if (turn % 4 === 0) return { type: "mistype", times: chance.between(1, 3) };
    return chance.isOneIn(2) ? { type: "look" } : deposit(chance);
  },
};

/** Stands at the ATM and does nothing, sometimes for longer than the bank waits. */
const dreamer: Habit = {
  ...{ name: "dreamer", protocols: BOTH, share: 2, pauseMs: 300 },
  next(turn, chance) {
    if (turn % 2 === 1) return { type: "idle", ms: chance.between(500, 8_000) };
    return chance.isOneIn(2) ? { type: "look" } : deposit(chance);
  },
};

const spend = (chance: Chance, protocol: Protocol, manner: "once" | "twice" | CutMoment): Deed =>
  protocol === "modern" && chance.isOneIn(2) ? pay(chance, manner) : withdraw(chance, manner);

export const CUSTOMER_HABITS: readonly Habit[] = [
  ...[saver, spender, payer, impatient, unlucky, forgetful, dreamer],
];
