/**
 * Cuts a byte stream into JSON objects, which the classic protocol sends one behind the other with
 * no framing.
 */
import { ProtocolError } from "./error.ts";

/** What the original read at once, and so the longest message that it could take. */
export const MESSAGE_BYTES_MAX = 4096;

const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Finds where each object ends, and nothing else: what is in it is for the parser to judge. After
 * an error the place in the stream is lost; the splitter must not be used again.
 */
export class ObjectSplitter {
  #depth = 0;
  #inString = false;
  #escaped = false;
  /**
   * The start of an object whose end has not come yet. Allocated once, when first needed: a chunk
   * is usually whole.
   */
  #pending: Uint8Array | null = null;
  #pendingBytes = 0;

  /** Whether an object has begun and not ended. */
  get partial(): boolean {
    return this.#depth > 0;
  }

  /**
   * The objects that `chunk` completes, however TCP has cut them, each of at most MESSAGE_BYTES_MAX
   * bytes. They may share the chunk's memory. The generator must be run to its end, or the rest of
   * the chunk is lost.
   * @throws ProtocolError `message_too_long` before more is kept; `not_an_object` for anything but
   *   white space between objects, and then also instead of the object directly before it in the
   *   chunk: a sender that puts rubbish there did not mean what it sent.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let at = 0;
    for (;;) {
      if (this.#depth === 0) {
        at = skipSpace(chunk, at);
        if (at === chunk.length) return;
      }
      const end = this.#scan(chunk, at);
      if (this.#depth > 0) {
        this.#keep(chunk.subarray(at, end));
        return;
      }
      skipSpace(chunk, end);
      const tail = chunk.subarray(at, end);
      if (this.#pendingBytes === 0) yield tail;
      else yield this.#takeWith(tail);
      at = end;
    }
  }

  /**
   * Runs to the end of the object, or of the chunk.
   * @returns the index behind the last byte seen.
   */
  #scan(chunk: Uint8Array, start: number): number {
    const end = Math.min(chunk.length, start + MESSAGE_BYTES_MAX - this.#pendingBytes);
    // In variables, since this loop sees every byte that arrives.
    let depth = this.#depth;
    let inString = this.#inString;
    let escaped = this.#escaped;
    let at = start;
    while (at < end) {
      const byte = chunk[at++];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPENING_BRACE) depth++;
      else if (byte === CLOSING_BRACE && --depth === 0) break;
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    if (depth > 0 && at < chunk.length) throw new ProtocolError("message_too_long");
    return at;
  }

  #keep(part: Uint8Array): void {
    this.#pending ??= new Uint8Array(MESSAGE_BYTES_MAX);
    this.#pending.set(part, this.#pendingBytes);
    this.#pendingBytes += part.length;
  }

  /** A copy: the buffer is for the next object, and the consumer may keep this one. */
  #takeWith(tail: Uint8Array): Uint8Array {
    this.#keep(tail);
    const object = this.#pending!.slice(0, this.#pendingBytes);
    this.#pendingBytes = 0;
    return object;
  }
}

/**
 * The index of the next object's brace, or the chunk's length.
 * @throws ProtocolError for anything else.
 */
function skipSpace(chunk: Uint8Array, start: number): number {
  for (let at = start; at < chunk.length; at++) {
    const byte = chunk[at]!;
    if (byte === OPENING_BRACE) return at;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
      throw new ProtocolError("not_an_object");
    }
  }
  return chunk.length;
}
