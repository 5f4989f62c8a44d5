/**
 * URL-safe base64 with padding (RFC 4648 section 5), strict: every byte string has exactly one
 * text.
 */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const PAD = "=".charCodeAt(0);

// Twelve bits at a time halve the number of string pieces, which is what encoding costs.
const PAIRS: readonly string[] = [...ALPHABET].flatMap((a) => [...ALPHABET].map((b) => a + b));

const VALUES = new Int8Array(128).fill(-1);
[...ALPHABET].forEach((character, value) => (VALUES[character.charCodeAt(0)] = value));

export function encodeBase64Url(bytes: Uint8Array): string {
  const whole = bytes.length - (bytes.length % 3);
  let text = "";
  for (let i = 0; i < whole; i += 3) {
    const bits = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    text += PAIRS[bits >> 12]! + PAIRS[bits & 0xfff]!;
  }
  if (bytes.length - whole === 1) return `${text}${PAIRS[bytes[whole]! << 4]!}==`;
  if (bytes.length - whole === 2) {
    const bits = (bytes[whole]! << 16) | (bytes[whole + 1]! << 8);
    return `${text}${PAIRS[bits >> 12]!}${ALPHABET[(bits >> 6) & 0x3f]!}=`;
  }
  return text;
}

/**
 * The bytes, or null for a wrong length, a foreign character, missing padding, or bits set behind
 * the last byte.
 */
export function decodeBase64Url(text: string): Uint8Array | null {
  if (text.length % 4 !== 0) return null;
  const padding = paddingOf(text);
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
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
