/**
 * Where the outcome of a change with an idempotency key is kept: account and key → its number in
 * the store. An index on the disk would cost the writer a random page for each change, so this one
 * is in memory, and remembers the latest million.
 *
 * It keeps hashes of 52 bits, not the keys. Whoever uses it must look at the row that a number
 * names: it may be that of another key with the same hash, and then there is no outcome.
 */

import type { AccountId } from "../bank/ledger.ts";

export const OUTCOMES_MAX = 1_000_000;

export class OutcomeIndex {
  readonly #max: number;
  /** In the order of arrival, so the oldest is the first. */
  readonly #numbers = new Map<number, number>();

  constructor(max = OUTCOMES_MAX) {
    this.#max = max;
  }

  remember(account: AccountId, key: string, number: number): void {
    const hash = hashOf(account, key);
    this.#numbers.delete(hash);
    this.#numbers.set(hash, number);
    if (this.#numbers.size <= this.#max) return;
    for (const oldest of this.#numbers.keys()) {
      this.#numbers.delete(oldest);
      return;
    }
  }

  /** The number that the outcome has, if it is known. */
  find(account: AccountId, key: string): number | null {
    return this.#numbers.get(hashOf(account, key)) ?? null;
  }
}

/** Two FNV-1a hashes of 32 bits, from different starts; of the second, the upper 20 bits. */
function hashOf(account: AccountId, key: string): number {
  let low = Math.imul(0x811c9dc5 ^ account, 0x01000193);
  let high = Math.imul(0x2f0b4c47 ^ account, 0x01000193);
  for (let index = 0; index < key.length; index++) {
    const code = key.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code ^ (low >>> 7), 0x01000193);
  }
  return (high >>> 12) * 2 ** 32 + (low >>> 0);
}
