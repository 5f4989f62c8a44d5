/**
 * Frames of the modern protocol: a 16-bit big-endian length, and that many bytes, which are one
 * Noise message (docs/protocol.md, "Frames").
 */
import { AEAD_TAG_BYTES } from "./ciphers.ts";
import { ProtocolError } from "./error.ts";

/** The longest body of a frame. Noise allows 65,535 bytes; nothing here needs them. */
export const FRAME_BYTES_MAX = 8192;

/** The shortest: the tag of an empty text. */
export const FRAME_BYTES_MIN = AEAD_TAG_BYTES;

/** The longest text that a frame can hold, sealed. */
export const PLAINTEXT_BYTES_MAX = FRAME_BYTES_MAX - AEAD_TAG_BYTES;

const HEADER_BYTES = 2;
const NO_PREFACE = new Uint8Array(0);

/** @throws RangeError for a body that no peer would take. */
export function encodeFrame(body: Uint8Array): Uint8Array {
  if (!isFrameLength(body.length)) throw new RangeError("a frame has 16 to 8192 bytes");
  const frame = new Uint8Array(HEADER_BYTES + body.length);
  frame[0] = body.length >> 8;
  frame[1] = body.length;
  frame.set(body, HEADER_BYTES);
  return frame;
}

/**
 * Turns a byte stream into the bodies of frames, however TCP has cut it. After an error the place
 * in the stream is lost; the splitter must not be used again.
 */
export class FrameSplitter {
  readonly #preface: Uint8Array;
  #prefaceBytes = 0;
  /** The start of a frame whose end has not come yet. Allocated once, when first needed. */
  #pending: Uint8Array | null = null;
  #pendingBytes = 0;

  /** @param preface What the stream begins with, before its first frame: a client's has one. */
  constructor(preface: Uint8Array = NO_PREFACE) {
    this.#preface = preface;
  }

  /** Whether the preface or a frame has begun and not ended. */
  get partial(): boolean {
    const inPreface = this.#prefaceBytes > 0 && this.#prefaceBytes < this.#preface.length;
    return inPreface || this.#pendingBytes > 0;
  }

  /**
   * The bodies that `chunk` completes. They may share the chunk's memory. The generator must be run
   * to its end, or the rest of the chunk is lost.
   * @throws ProtocolError `bad_frame_length` before any of the body is kept; `bad_handshake` at the
   *   first byte that is not the preface's.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let at = this.#passPreface(chunk);
    while (at < chunk.length) {
      if (this.#pendingBytes === 0 && chunk.length - at >= HEADER_BYTES) {
        const end = at + HEADER_BYTES + bodyLength(chunk, at);
        if (end <= chunk.length) {
          yield chunk.subarray(at + HEADER_BYTES, end);
          at = end;
          continue;
        }
      }
      at = this.#keep(chunk, at);
      if (this.#pendingBytes === this.#wanted()) yield this.#take();
    }
  }

  #passPreface(chunk: Uint8Array): number {
    let at = 0;
    while (at < chunk.length && this.#prefaceBytes < this.#preface.length) {
      if (chunk[at++] !== this.#preface[this.#prefaceBytes++]) {
        throw new ProtocolError("bad_handshake");
      }
    }
    return at;
  }

  /** Keeps what is missing of the header, or else of the body. @returns the index behind it. */
  #keep(chunk: Uint8Array, at: number): number {
    this.#pending ??= new Uint8Array(HEADER_BYTES + FRAME_BYTES_MAX);
    const part = chunk.subarray(at, at + this.#wanted() - this.#pendingBytes);
    this.#pending.set(part, this.#pendingBytes);
    this.#pendingBytes += part.length;
    return at + part.length;
  }

  /** How long the pending bytes must become: for a header, or once it is there, for the frame. */
  #wanted(): number {
    if (this.#pending === null || this.#pendingBytes < HEADER_BYTES) return HEADER_BYTES;
    return HEADER_BYTES + bodyLength(this.#pending, 0);
  }

  /** A copy: the buffer is for the next frame, and the consumer may keep this one. */
  #take(): Uint8Array {
    const body = this.#pending!.slice(HEADER_BYTES, this.#pendingBytes);
    this.#pendingBytes = 0;
    return body;
  }
}

function bodyLength(bytes: Uint8Array, at: number): number {
  const length = (bytes[at]! << 8) | bytes[at + 1]!;
  if (!isFrameLength(length)) throw new ProtocolError("bad_frame_length");
  return length;
}

const isFrameLength = (length: number): boolean =>
  length >= FRAME_BYTES_MIN && length <= FRAME_BYTES_MAX;
