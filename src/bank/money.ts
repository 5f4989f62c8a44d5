/** Money: whole cents as a branded safe integer, and the dollars that people read. */

declare const centsBrand: unique symbol;

/** A whole number of cents, exact: a safe integer, negative for a debit balance. */
export type Cents = number & { readonly [centsBrand]: true };

/** The largest amount of one transaction: one million dollars. */
export const AMOUNT_CENTS_MAX = 100_000_000 as Cents;

/** The largest balance of an account: a hundred thousand million dollars, far below 2^53. */
export const BALANCE_CENTS_MAX = 10_000_000_000_000 as Cents;

/**
 * The most that an ATM's vault may have taken in, or given out: what all customers do at one ATM
 * adds up there, so it is as much as can be counted exactly, below 2^53.
 */
export const VAULT_CENTS_MAX = 9_000_000_000_000_000 as Cents;

export const ZERO = 0 as Cents;

/** @throws RangeError if `value` is not a safe integer. */
export function cents(value: number): Cents {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number of cents: ${value}`);
  return value as Cents;
}

/** Whole dollars as cents. @throws RangeError if the result is not exact. */
export const dollars = (value: number): Cents => cents(value * 100);

export const add = (a: Cents, b: Cents): Cents => cents(a + b);
export const subtract = (a: Cents, b: Cents): Cents => cents(a - b);

/** As the classic protocol prints money: `$250`, with cents only where there are any: `$250.50`. */
export function formatDollars(amount: Cents): string {
  const sign = amount < 0 ? "-" : "";
  const size = Math.abs(amount);
  const whole = Math.floor(size / 100);
  const rest = size % 100;
  return `${sign}$${whole}${rest === 0 ? "" : `.${String(rest).padStart(2, "0")}`}`;
}

/** Reads what `formatDollars` prints, and nothing else; null for any other text. */
export function parseDollars(text: string): Cents | null {
  const match = /^(-?)\$(0|[1-9]\d{0,13})(?:\.(\d\d))?$/.exec(text);
  if (match === null || match[3] === "00") return null;
  const size = Number(match[2]) * 100 + Number(match[3] ?? 0);
  return cents(match[1] === "-" ? 0 - size : size);
}
