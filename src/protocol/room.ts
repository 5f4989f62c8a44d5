/**
 * Room for bytes that a function makes and is done with before it returns: new memory of more than
 * a few bytes costs more than the work on a message that fills it.
 */

const ROOM_BYTES = 4096;

export class Room {
  readonly #bytes = new Uint8Array(ROOM_BYTES);

  /** So many bytes, with whatever was in them; they are given out again by the next call. */
  take(length: number): Uint8Array {
    return length <= ROOM_BYTES ? this.#bytes.subarray(0, length) : new Uint8Array(length);
  }
}
