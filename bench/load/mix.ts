/** What the load asks for: deposits and balance inquiries in a proportion, as a seed decides. */

import { seededRandom } from "../../src/actor/random.ts";
import { ZERO, dollars, type Cents } from "../../src/bank/money.ts";

const DOLLARS_MAX = 100;

/** Gives the amount of the next deposit, or zero where a balance inquiry is next. */
export type Mix = () => Cents;

/** @param depositPercent How many of a hundred requests are deposits. */
export function seededMix(seed: number, depositPercent: number): Mix {
  const random = seededRandom(seed);
  return () => {
    if (random() * 100 >= depositPercent) return ZERO;
    return dollars(1 + Math.floor(random() * DOLLARS_MAX));
  };
}
