/**
 * Messages as they are on the wire: requests sealed before a run, and replies to be opened after
 * it. Either costs more than sending and taking one, and the load generator shares the machine with
 * the bank. They lie in a few large chunks, which cost the collector nothing.
 */

const CHUNK_BYTES = 1 << 20;
const ENTRIES_START = 1 << 10;

export class MessageStore {
  readonly #chunks: Buffer[] = [];
  #used = 0;
  /** For each message, the place of its first byte, as if the chunks were one; and its length. */
  #starts = new Float64Array(ENTRIES_START);
  #lengths = new Uint16Array(ENTRIES_START);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Keeps a copy. Messages are numbered in the order in which they are kept. */
  keep(message: Uint8Array): void {
    if (this.#chunks.length === 0 || this.#used + message.length > CHUNK_BYTES) {
      this.#chunks.push(Buffer.alloc(CHUNK_BYTES));
      this.#used = 0;
    }
    const chunk = this.#chunks.length - 1;
    this.#chunks[chunk]!.set(message, this.#used);
    if (this.#size === this.#starts.length) this.#grow();
    this.#starts[this.#size] = chunk * CHUNK_BYTES + this.#used;
    this.#lengths[this.#size] = message.length;
    this.#size += 1;
    this.#used += message.length;
  }

  /** The message with this number. @throws RangeError if there is none. */
  at(index: number): Buffer {
    if (index >= this.#size) throw new RangeError(`there is no message ${index}`);
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
