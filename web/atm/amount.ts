/** What a customer types as an amount, as money: whole dollars in classic, cents too in modern. */

import { AMOUNT_CENTS_MAX, cents, formatDollars, type Cents } from "../../src/bank/money.ts";
import type { Protocol } from "./state.ts";

/** The smallest amount that each protocol can move. */
export const AMOUNT_CENTS_MIN: Record<Protocol, number> = { classic: 100, modern: 1 };

export type AmountFault = "empty" | "not_whole" | "not_money" | "no_dollar" | "zero" | "too_large";

/** The amounts that one key press enters, in dollars. */
export const PRESET_DOLLARS = [20, 40, 60, 100, 200, 500] as const;

const DOLLARS_AND_CENTS = /^(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d{1,2}))?$/;

/** Takes what people write for money: `1000`, `$1,000`, ` 1000.00 `, and in modern `12.50`. */
export function parseAmount(typed: string, protocol: Protocol): Cents | AmountFault {
  const bare = typed.trim().replace(/^\$\s*/, "");
  if (bare === "") return "empty";
  const match = DOLLARS_AND_CENTS.exec(bare);
  const rest = Number((match?.[2] ?? "").padEnd(2, "0"));
  if (protocol === "classic" && (match === null || rest !== 0)) return "not_whole";
  if (match === null) return "not_money";
  const size = Number(match[1]?.replaceAll(",", "")) * 100 + rest;
  if (size < AMOUNT_CENTS_MIN[protocol]) return protocol === "classic" ? "no_dollar" : "zero";
  return size > AMOUNT_CENTS_MAX ? "too_large" : cents(size);
}

/** An amount as somebody would have typed it: `300`, `12.50`. */
export const typedAmount = (amount: Cents): string => formatDollars(amount).slice(1);
