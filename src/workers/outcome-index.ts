/**
 * Where the outcome of a change with an idempotency key is kept: account and key → its number in
 * the store. An index on the disk would cost the writer a random page for each change, so this one
 * is in memory, and remembers a million.
 *
 * Beyond that the account that has most loses its oldest; of several, the one whose oldest is the
 * oldest. So whoever asks for many changes pushes out his own: no account with less than its even
 * share of the million loses any. What is kept does not depend on what was forgotten before: told
 * what it still has in the same order, with or without older ones, an index has the same again.
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
  /** How many accounts have an outcome: so many are in the heap. */
  #holders = 0;
  #arrivals = 0;
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
      this.#sink(account, this.#accounts.places[account] ?? 0);
      return replaced;
    }
    const slot = this.#takeSlot();
    this.#slots.hashes[slot] = hash;
    this.#slots.numbers[slot] = number;
    this.#slots.owners[slot] = account;
    this.#joinBucket(slot);
    this.#append(account, slot);
    this.#countOneMore(account);
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

  /** The oldest of the account that is the first to lose one. */
  #forgetOne(): number | null {
    const account = this.#accounts.heap[0] ?? NONE;
    const slot = this.#accounts.oldest[account] ?? NONE;
    if (slot === NONE) return null;
    this.#unlink(slot);
    this.#leaveBucket(slot);
    this.#slots.nextInBucket[slot] = this.#free;
    this.#free = slot;
    this.#countOneLess(account);
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
    this.#slots.arrivals[slot] = this.#arrivals += 1;
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

  #countOneMore(account: number): void {
    const { counts, places } = this.#accounts;
    const before = counts[account] ?? 0;
    counts[account] = before + 1;
    this.#size += 1;
    if (before === 0) places[account] = this.#holders++;
    this.#rise(account);
  }

  /** Of the first of the heap. */
  #countOneLess(account: number): void {
    const { counts, heap } = this.#accounts;
    const now = (counts[account] ?? 0) - 1;
    counts[account] = now;
    this.#size -= 1;
    if (now > 0) return this.#sink(account, 0);
    this.#holders -= 1;
    this.#sink(heap[this.#holders] ?? NONE, 0);
  }

  /** Moves an account up to its place in the heap: it has one more than before. */
  #rise(account: number): void {
    const { heap, places } = this.#accounts;
    let at = places[account] ?? 0;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = heap[above] ?? NONE;
      if (!this.#losesBefore(account, other)) break;
      this.#put(other, at);
      at = above;
    }
    this.#put(account, at);
  }

  /** Moves it down from a place: it has one less, or its oldest is a younger one. */
  #sink(account: number, from: number): void {
    const { heap } = this.#accounts;
    let at = from;
    for (let below = 2 * at + 1; below < this.#holders; below = 2 * at + 1) {
      const [left, right] = [heap[below] ?? NONE, heap[below + 1] ?? NONE];
      const isRight = below + 1 < this.#holders && this.#losesBefore(right, left);
      const first = isRight ? right : left;
      if (!this.#losesBefore(first, account)) break;
      this.#put(first, at);
      at = isRight ? below + 1 : below;
    }
    this.#put(account, at);
  }

  #put(account: number, at: number): void {
    this.#accounts.heap[at] = account;
    this.#accounts.places[account] = at;
  }

  #losesBefore(account: number, other: number): boolean {
    const { counts, oldest } = this.#accounts;
    const more = (counts[account] ?? 0) - (counts[other] ?? 0);
    if (more !== 0) return more > 0;
    const { arrivals } = this.#slots;
    return (arrivals[oldest[account] ?? NONE] ?? 0) < (arrivals[oldest[other] ?? NONE] ?? 0);
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
  ...(["hashes", "numbers", "owners", "arrivals", "nextInBucket", "elder", "younger"] as const),
] as const;

/** What is known of an outcome, by its slot. */
const slotsOf = (length: number) => ({
  hashes: new Float64Array(length),
  numbers: new Float64Array(length),
  owners: new Int32Array(length),
  /** Rising with each that came. */
  arrivals: new Float64Array(length),
  nextInBucket: new Int32Array(length),
  /** Of the same account. */
  elder: new Int32Array(length),
  younger: new Int32Array(length),
});

const ACCOUNT_ARRAYS = ["oldest", "youngest", "counts", "heap", "places"] as const;

/** What is known of an account, by its number. */
const accountsOf = (length: number): Record<(typeof ACCOUNT_ARRAYS)[number], Int32Array> => ({
  oldest: new Int32Array(length),
  youngest: new Int32Array(length),
  counts: new Int32Array(length),
  /** The accounts, the first to lose one before all others: a binary heap. */
  heap: new Int32Array(length),
  /** Where they are in it. */
  places: new Int32Array(length),
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
