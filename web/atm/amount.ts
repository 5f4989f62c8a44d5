/** What a customer types as an amount, as money: whole dollars within one transaction's limits. */

import { AMOUNT_CENTS_MAX, dollars, type Cents } from "../../src/bank/money.ts";

export const DOLLARS_MIN = 1;
export const DOLLARS_MAX = AMOUNT_CENTS_MAX / 100;

export type AmountFault = "empty" | "not_whole" | "too_small" | "too_large";

/** The amounts that one key press enters, in dollars. */
export const PRESET_DOLLARS = [20, 40, 60, 100, 200, 500] as const;

/** Takes what people write for whole dollars: `1000`, `$1,000`, ` 1000.00 `. */
export function parseAmount(typed: string): Cents | AmountFault {
  const bare = typed.trim().replace(/^\$\s*/, "");
  if (bare === "") return "empty";
  if (!/^(\d+|\d{1,3}(,\d{3})+)(\.0{1,2})?$/.test(bare)) return "not_whole";
  const value = Number(bare.replaceAll(",", ""));
  if (value < DOLLARS_MIN) return "too_small";
  return value > DOLLARS_MAX ? "too_large" : dollars(value);
}
