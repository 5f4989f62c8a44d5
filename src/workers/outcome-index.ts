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

/** Slots and accounts are numbered from 1. */
const NONE = 0;
/** Slots, buckets and accounts; there is room for twice as many whenever it runs out. */
const ROOM_AT_FIRST = 1_024;

/** All is in flat arrays, which cost neither an object an outcome nor the collector's time. */
export class OutcomeIndex {
  readonly #max: number;
  #slots = slotsOf(ROOM_AT_FIRST);
  /** The first slot of each bucket of the hash table. */
  #buckets = new Int32Array(ROOM_AT_FIRST);
  #accounts = accountsOf(ROOM_AT_FIRST);
  /** By a count: of the accounts that have so many outcomes, the first to come to that, and … */
  readonly #firstWith: number[] = [];
  /** … the last. */
  readonly #lastWith: number[] = [];
  #most = 0;
  #size = 0;
  #used = 0;
  #free = NONE;

  constructor(max = OUTCOMES_MAX) {
    this.#max = max;
  }

  /** @returns the number of the outcome that was forgotten for this one, or null. */
  remember(account: AccountId, hash: number, number: number): number | null {
    this.#makeRoomFor(account);
    const known = this.#slotOf(account, hash);
    if (known !== NONE) {
      const replaced = this.#slots.numbers[known] ?? null;
      this.#slots.numbers[known] = number;
      this.#unlink(known);
      this.#append(account, known);
      return replaced;
    }
    const slot = this.#takeSlot();
    this.#slots.hashes[slot] = hash;
    this.#slots.numbers[slot] = number;
    this.#slots.owners[slot] = account;
    this.#joinBucket(slot);
    this.#append(account, slot);
    this.#count(account, 1);
    return this.#size > this.#max ? this.#forgetOne() : null;
  }

  /** The number that the outcome has, if it is known. */
  find(account: AccountId, hash: number): number | null {
    const slot = this.#slotOf(account, hash);
    return slot === NONE ? null : (this.#slots.numbers[slot] ?? null);
  }

  /** Of an outcome that is known, and has been moved: it is as old as it was. */
  renumber(account: AccountId, hash: number, number: number): void {
    const slot = this.#slotOf(account, hash);
    if (slot !== NONE) this.#slots.numbers[slot] = number;
  }

  /** The oldest of an account that has most: of several, the first to come to so many. */
  #forgetOne(): number | null {
    const account = this.#firstWith[this.#most] ?? NONE;
    const slot = this.#accounts.oldest[account] ?? NONE;
    if (slot === NONE) return null;
    this.#unlink(slot);
    this.#leaveBucket(slot);
    this.#slots.nextInBucket[slot] = this.#free;
    this.#free = slot;
    this.#count(account, -1);
    return this.#slots.numbers[slot] ?? null;
  }

  #takeSlot(): number {
    if (this.#free === NONE) {
      this.#used += 1;
      if (this.#used === this.#buckets.length) this.#makeRoom();
      return this.#used;
    }
    const slot = this.#free;
    this.#free = this.#slots.nextInBucket[slot] ?? NONE;
    return slot;
  }

  #bucketOf(hash: number): number {
    return (hash >>> 0) & (this.#buckets.length - 1);
  }

  #slotOf(account: AccountId, hash: number): number {
    const { hashes, owners, nextInBucket } = this.#slots;
    let slot = this.#buckets[this.#bucketOf(hash)] ?? NONE;
    while (slot !== NONE && (hashes[slot] !== hash || owners[slot] !== account)) {
      slot = nextInBucket[slot] ?? NONE;
    }
    return slot;
  }

  #joinBucket(slot: number): void {
    const bucket = this.#bucketOf(this.#slots.hashes[slot] ?? 0);
    this.#slots.nextInBucket[slot] = this.#buckets[bucket] ?? NONE;
    this.#buckets[bucket] = slot;
  }

  #leaveBucket(slot: number): void {
    const { hashes, nextInBucket } = this.#slots;
    const bucket = this.#bucketOf(hashes[slot] ?? 0);
    const next = nextInBucket[slot] ?? NONE;
    let before = this.#buckets[bucket] ?? NONE;
    if (before === slot) {
      this.#buckets[bucket] = next;
      return;
    }
    while (nextInBucket[before] !== slot) before = nextInBucket[before] ?? NONE;
    nextInBucket[before] = next;
  }

  /** As the youngest of its account. */
  #append(account: number, slot: number): void {
    const { elder, younger } = this.#slots;
    const { oldest, youngest } = this.#accounts;
    const last = youngest[account] ?? NONE;
    elder[slot] = last;
    younger[slot] = NONE;
    youngest[account] = slot;
    if (last === NONE) oldest[account] = slot;
    else younger[last] = slot;
  }

  #unlink(slot: number): void {
    const { elder, younger, owners } = this.#slots;
    const { oldest, youngest } = this.#accounts;
    const account = owners[slot] ?? NONE;
    const [before, after] = [elder[slot] ?? NONE, younger[slot] ?? NONE];
    if (before === NONE) oldest[account] = after;
    else younger[before] = after;
    if (after === NONE) youngest[account] = before;
    else elder[after] = before;
  }

  /** Moves an account among those that have as many: by one, so that the most is kept easily. */
  #count(account: number, by: 1 | -1): void {
    const { counts, nextAlike, previousAlike } = this.#accounts;
    const before = counts[account] ?? 0;
    const [previous, next] = [previousAlike[account] ?? NONE, nextAlike[account] ?? NONE];
    if (before > 0) {
      if (previous === NONE) this.#firstWith[before] = next;
      else nextAlike[previous] = next;
      if (next === NONE) this.#lastWith[before] = previous;
      else previousAlike[next] = previous;
    }
    const now = before + by;
    counts[account] = now;
    this.#size += by;
    if (now > 0) {
      const last = this.#lastWith[now] ?? NONE;
      nextAlike[account] = NONE;
      previousAlike[account] = last;
      if (last === NONE) this.#firstWith[now] = account;
      else nextAlike[last] = account;
      this.#lastWith[now] = account;
    }
    if (now > this.#most || (this.#firstWith[this.#most] ?? NONE) === NONE) this.#most = now;
  }

  /** For as many slots again, all of which are in use. */
  #makeRoom(): void {
    const length = 2 * this.#buckets.length;
    const larger = slotsOf(length);
    for (const name of SLOT_ARRAYS) larger[name].set(this.#slots[name]);
    this.#slots = larger;
    this.#buckets = new Int32Array(length);
    for (let slot = 1; slot < this.#used; slot++) this.#joinBucket(slot);
  }

  #makeRoomFor(account: number): void {
    const { length } = this.#accounts.counts;
    if (account < length) return;
    const larger = accountsOf(Math.max(account + 1, 2 * length));
    for (const name of ACCOUNT_ARRAYS) larger[name].set(this.#accounts[name]);
    this.#accounts = larger;
  }
}

const SLOT_ARRAYS = [
  ...(["hashes", "numbers", "owners", "nextInBucket", "elder", "younger"] as const),
] as const;

/** What is known of an outcome, by its slot. */
const slotsOf = (length: number) => ({
  hashes: new Float64Array(length),
  numbers: new Float64Array(length),
  owners: new Int32Array(length),
  nextInBucket: new Int32Array(length),
  /** Of the same account. */
  elder: new Int32Array(length),
  younger: new Int32Array(length),
});

const ACCOUNT_ARRAYS = ["oldest", "youngest", "counts", "nextAlike", "previousAlike"] as const;

/**
 * What is known of an account, by its number. Those that have as many outcomes make a list, in the
 * order in which they came to so many: whoever has just got one must not be the first to lose it.
 */
const accountsOf = (length: number): Record<(typeof ACCOUNT_ARRAYS)[number], Int32Array> => ({
  oldest: new Int32Array(length),
  youngest: new Int32Array(length),
  counts: new Int32Array(length),
  nextAlike: new Int32Array(length),
  previousAlike: new Int32Array(length),
});

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
