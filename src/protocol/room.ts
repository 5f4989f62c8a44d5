/**
 * Room for bytes that a function makes and is done with before it returns: new memory of more than
 * a few bytes costs more than the work on a message that fills it.
 */

const ROOM_BYTES = 4096;
/** The most that a character of a string takes in UTF-8. */
const UTF8_BYTES_MAX = 3;

const encoder = new TextEncoder();

export class Room {
  readonly #bytes = new Uint8Array(ROOM_BYTES);

  /** So many bytes, with whatever was in them; they are given out again by the next call. */
  take(length: number): Uint8Array {
    return length <= ROOM_BYTES ? this.#bytes.subarray(0, length) : new Uint8Array(length);
  }

  /** The text in UTF-8; the same holds for its bytes. */
  encode(text: string): Uint8Array {
    const bytes = this.take(text.length * UTF8_BYTES_MAX);
    return bytes.subarray(0, encoder.encodeInto(text, bytes).written);
  }
}
