/**
 * Where the outcome of a change with an idempotency key is kept: account and key → its number in
 * the store. An index on the disk would cost the writer a random page for each change, so this one
 * is in memory, and remembers a million.
 *
 * Beyond that the account that has most loses its oldest. So whoever asks for many changes pushes
 * out his own: no account with less than its even share of the million loses any.
 *
 * It keeps hashes of 52 bits, not the keys. Whoever uses it must look at the row that a number
 * names: it may be that of another key with the same hash, and then there is no outcome.
 */

import type { AccountId } from "../bank/ledger.ts";

export const OUTCOMES_MAX = 1_000_000;

/** An account's outcomes: hash → number, in the order of arrival, so the oldest is the first. */
type Numbers = Map<number, number>;

export class OutcomeIndex {
  readonly #max: number;
  readonly #accounts = new Map<AccountId, Numbers>();
  /** The accounts by how many outcomes they have: counts move by one, so `#most` is kept easily. */
  readonly #byCount = new Map<number, Set<AccountId>>();
  #most = 0;
  #size = 0;

  constructor(max = OUTCOMES_MAX) {
    this.#max = max;
  }

  /** @returns the number of the outcome that was forgotten for this one, or null. */
  remember(account: AccountId, hash: number, number: number): number | null {
    const numbers = this.#accounts.get(account) ?? new Map<number, number>();
    const replaced = numbers.get(hash);
    numbers.delete(hash);
    numbers.set(hash, number);
    if (replaced !== undefined) return replaced;
    this.#accounts.set(account, numbers);
    this.#count(account, numbers.size - 1, numbers.size);
    this.#size += 1;
    return this.#size > this.#max ? this.#forgetOne() : null;
  }

  /** The number that the outcome has, if it is known. */
  find(account: AccountId, hash: number): number | null {
    return this.#accounts.get(account)?.get(hash) ?? null;
  }

  /** Of an outcome that is known, and has been moved: it is as old as it was. */
  renumber(account: AccountId, hash: number, number: number): void {
    const numbers = this.#accounts.get(account);
    if (numbers?.has(hash) === true) numbers.set(hash, number);
  }

  #forgetOne(): number | null {
    for (const account of this.#byCount.get(this.#most) ?? []) {
      const numbers = this.#accounts.get(account) ?? new Map<number, number>();
      for (const [hash, number] of numbers) {
        numbers.delete(hash);
        if (numbers.size === 0) this.#accounts.delete(account);
        this.#count(account, numbers.size + 1, numbers.size);
        this.#size -= 1;
        return number;
      }
    }
    return null;
  }

  #count(account: AccountId, before: number, after: number): void {
    const left = this.#byCount.get(before);
    left?.delete(account);
    if (left?.size === 0) this.#byCount.delete(before);
    if (after > 0) {
      const joined = this.#byCount.get(after);
      if (joined === undefined) this.#byCount.set(after, new Set([account]));
      else joined.add(account);
    }
    if (after > this.#most || !this.#byCount.has(this.#most)) this.#most = after;
  }
}

/** Two FNV-1a hashes of 32 bits, from different starts; of the second, the upper 20 bits. */
export function hashOf(account: AccountId, key: string): number {
  let low = Math.imul(0x811c9dc5 ^ account, 0x01000193);
  let high = Math.imul(0x2f0b4c47 ^ account, 0x01000193);
  for (let index = 0; index < key.length; index++) {
    const code = key.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code ^ (low >>> 7), 0x01000193);
  }
  return (high >>> 12) * 2 ** 32 + (low >>> 0);
}
