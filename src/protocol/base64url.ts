/**
 * URL-safe base64 with padding (RFC 4648 section 5), strict: every byte string has exactly one
 * text.
 */
import { Room } from "./room.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const PAD = "=".charCodeAt(0);

const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));

const VALUES = new Int8Array(128).fill(-1);
[...ALPHABET].forEach((character, value) => (VALUES[character.charCodeAt(0)] = value));

// A text of one piece, where a string that grew by its characters would have to be joined again.
const room = new Room();
const decoder = new TextDecoder();

export function encodeBase64Url(bytes: Uint8Array): string {
  const text = room.take(base64UrlLength(bytes.length));
  writeBase64Url(bytes, text, 0);
  return decoder.decode(text);
}

/** How long the text of so many bytes is. */
export const base64UrlLength = (bytes: number): number => Math.ceil(bytes / 3) * 4;

/** Writes the text of `bytes` into another text, and gives where it ends. */
export function writeBase64Url(bytes: Uint8Array, text: Uint8Array, start: number): number {
  const left = bytes.length % 3;
  const whole = bytes.length - left;
  let at = start;
  for (let i = 0; i < whole; i += 3, at += 4) {
    write(text, at, (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!);
  }
  if (left === 0) return at;
  write(text, at, (bytes[whole]! << 16) | ((bytes[whole + 1] ?? 0) << 8));
  text.fill(PAD, at + left + 1, at + 4);
  return at + 4;
}

/** The four characters of 24 bits. */
function write(text: Uint8Array, at: number, bits: number): void {
  text[at] = CODES[bits >> 18]!;
  text[at + 1] = CODES[(bits >> 12) & 0x3f]!;
  text[at + 2] = CODES[(bits >> 6) & 0x3f]!;
  text[at + 3] = CODES[bits & 0x3f]!;
}

/**
 * The bytes, or null for a wrong length, a foreign character, missing padding, or bits set behind
 * the last byte.
 * @param into Where they go; to memory of their own, unless told.
 */
export function decodeBase64Url(text: string, into?: Room): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const padding = paddingOf(text);
  const length = (text.length / 4) * 3 - padding;
  const bytes = into === undefined ? new Uint8Array(length) : into.take(length);
  const whole = text.length - (padding === 0 ? 0 : 4);
  let at = 0;
  for (let i = 0; i < whole; i += 4) {
    const bits =
      (valueAt(text, i) << 18) |
      (valueAt(text, i + 1) << 12) |
      (valueAt(text, i + 2) << 6) |
      valueAt(text, i + 3);
    if (bits < 0) return null; // A value of -1 sets the sign, wherever it is shifted.
    bytes[at++] = bits >> 16;
    bytes[at++] = bits >> 8;
    bytes[at++] = bits;
  }
  if (padding === 0) return bytes;

  const third = padding === 1 ? valueAt(text, whole + 2) : 0;
  const bits = (valueAt(text, whole) << 18) | (valueAt(text, whole + 1) << 12) | (third << 6);
  const stray = padding === 1 ? bits & 0xff : bits & 0xffff;
  if (bits < 0 || stray !== 0) return null;
  bytes[at++] = bits >> 16;
  if (padding === 1) bytes[at] = bits >> 8;
  return bytes;
}

function paddingOf(text: string): 0 | 1 | 2 {
  if (text.charCodeAt(text.length - 1) !== PAD) return 0;
  return text.charCodeAt(text.length - 2) === PAD ? 2 : 1;
}

const valueAt = (text: string, index: number): number => VALUES[text.charCodeAt(index)] ?? -1;
