/**
 * A habit: how one kind of customer decides. It is a pure function of the count of its deeds and
 * of the chance that it is handed; what the bank replies does not change its mind.
 */

import type { Chance } from "../chance.ts";
import type { CutMoment, Deed, Protocol, Wish } from "../deeds.ts";

export type Habit = {
  readonly name: string;
  /** The protocols that those with this habit speak, one for each customer. */
  readonly protocols: readonly [Protocol, ...Protocol[]];
  /** How many have it, in relation to the others. */
  readonly share: number;
  /** Between two deeds, on average. */
  readonly pauseMs: number;
  /** @param turn Counted from 0. */
  readonly next: (turn: number, chance: Chance, protocol: Protocol) => Deed;
};

type Manner = "once" | "twice" | CutMoment;

export const deposit = (chance: Chance, manner: Manner = "once"): Deed =>
  move({ kind: "deposit", amount: chance.amount() }, manner);

export const withdraw = (chance: Chance, manner: Manner = "once"): Deed =>
  move({ kind: "withdraw", amount: chance.amount() }, manner);

export const pay = (chance: Chance, manner: Manner = "once"): Deed =>
  move({ kind: "transfer", amount: chance.amount(), to: chance.payee(), memo: "rent" }, manner);

const move = (wish: Wish, manner: Manner): Deed => ({ type: "move", wish, manner });
