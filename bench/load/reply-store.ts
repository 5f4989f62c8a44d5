/**
 * Replies as they came, kept to be read after the run: reading one costs more than sending the next
 * request, and the load generator shares the machine with the bank.
 */

const CHUNK_BYTES = 1 << 20;
const ENTRIES_START = 1 << 16;

export class ReplyStore {
  readonly #chunks: Uint8Array[] = [];
  #used = 0;
  /** For each reply, the place of its first byte, as if the chunks were one; and its length. */
  #starts = new Float64Array(ENTRIES_START);
  #lengths = new Uint16Array(ENTRIES_START);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Keeps a copy. Replies are numbered in the order in which they are kept. */
  keep(reply: Uint8Array): void {
    if (this.#chunks.length === 0 || this.#used + reply.length > CHUNK_BYTES) {
      this.#chunks.push(new Uint8Array(CHUNK_BYTES));
      this.#used = 0;
    }
    const chunk = this.#chunks.length - 1;
    this.#chunks[chunk]!.set(reply, this.#used);
    if (this.#size === this.#starts.length) this.#grow();
    this.#starts[this.#size] = chunk * CHUNK_BYTES + this.#used;
    this.#lengths[this.#size] = reply.length;
    this.#size += 1;
    this.#used += reply.length;
  }

  /** The reply with this number. @throws RangeError if there is none. */
  at(index: number): Uint8Array {
    if (index >= this.#size) throw new RangeError(`there is no reply ${index}`);
    const start = this.#starts[index]!;
    const offset = start % CHUNK_BYTES;
    const chunk = this.#chunks[Math.floor(start / CHUNK_BYTES)]!;
    return chunk.subarray(offset, offset + this.#lengths[index]!);
  }

  #grow(): void {
    const starts = new Float64Array(this.#starts.length * 2);
    const lengths = new Uint16Array(this.#lengths.length * 2);
    starts.set(this.#starts);
    lengths.set(this.#lengths);
    this.#starts = starts;
    this.#lengths = lengths;
  }
}
