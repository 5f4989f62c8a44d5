/** A first-in, first-out queue over a ring that doubles: both ends in constant time. */

const CAPACITY_MIN = 16; // A power of two, and so is every capacity: a mask wraps the positions.

export class Fifo<Item> {
  #ring: (Item | undefined)[] = new Array<Item | undefined>(CAPACITY_MIN).fill(undefined);
  #head = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: Item): void {
    if (this.#size === this.#ring.length) this.#grow();
    this.#ring[(this.#head + this.#size) & (this.#ring.length - 1)] = item;
    this.#size += 1;
  }

  /** The oldest item, or `undefined` when there is none. */
  shift(): Item | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#ring[this.#head];
    this.#ring[this.#head] = undefined; // An item that has left must not be kept alive.
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#size -= 1;
    return item;
  }

  /** Looks at every item, oldest first, and takes none out. */
  *[Symbol.iterator](): Generator<Item> {
    for (let i = 0; i < this.#size; i += 1) yield this.#at(i);
  }

  #at(index: number): Item {
    return this.#ring[(this.#head + index) & (this.#ring.length - 1)] as Item;
  }

  #grow(): void {
    const ring = new Array<Item | undefined>(this.#ring.length * 2).fill(undefined);
    for (let i = 0; i < this.#size; i += 1) ring[i] = this.#at(i);
    this.#ring = ring;
    this.#head = 0;
  }
}
