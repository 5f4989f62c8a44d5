/**
 * Fernet tokens, exactly as github.com/fernet/spec has them: base64url of
 * `0x80 | time (8 bytes) | IV (16) | AES-128-CBC ciphertext | HMAC-SHA256 (32) of all before it`.
 */
import { base64UrlLength, decodeBase64Url, encodeBase64Url, writeBase64Url } from "./base64url.ts";
import { BLOCK_BYTES, CBC_KEY_BYTES, MAC_BYTES } from "./ciphers.ts";
import type { CbcKey, Ciphers, MacKey } from "./ciphers.ts";
import { ProtocolError } from "./error.ts";
import { Room } from "./room.ts";

export const FERNET_KEY_BYTES = 32;
export const IV_BYTES = BLOCK_BYTES;

const VERSION = 0x80;
const TIME_AT = 1;
const IV_AT = 9;
const CIPHERTEXT_AT = IV_AT + IV_BYTES;
const LINE_FEED = 0x0a;
const TOKEN_BYTES_MIN = CIPHERTEXT_AT + BLOCK_BYTES + MAC_BYTES;

const room = new Room();

/** Both halves of a Fernet key, imported once: the first signs, the second encrypts. */
export interface FernetKey {
  readonly signing: MacKey;
  readonly encryption: CbcKey;
  readonly equal: Ciphers["equal"];
}

export interface OpenedToken {
  readonly plaintext: Uint8Array;
  readonly timeSeconds: number;
  /**
   * The token's own HMAC. No two tokens share one, so it names the token, to know it when it comes
   * again.
   */
  readonly tag: Uint8Array;
}

/** @throws RangeError unless `raw` has 32 bytes. */
export function importFernetKey(ciphers: Ciphers, raw: Uint8Array): FernetKey {
  if (raw.length !== FERNET_KEY_BYTES) throw new RangeError("a Fernet key has 32 bytes");
  return {
    signing: ciphers.importMacKey(raw.subarray(0, FERNET_KEY_BYTES - CBC_KEY_BYTES)),
    encryption: ciphers.importCbcKey(raw.subarray(FERNET_KEY_BYTES - CBC_KEY_BYTES)),
    equal: ciphers.equal,
  };
}

/** @param iv 16 unpredictable bytes, never used twice with one key. */
export function sealToken(
  key: FernetKey,
  plaintext: Uint8Array,
  timeSeconds: number,
  iv: Uint8Array,
): string {
  return encodeBase64Url(tokenOf(key, key.encryption.encrypt(iv, plaintext), timeSeconds, iv));
}

/**
 * Seals each text at its time, for less than one by one, and gives the tokens as lines.
 * @param ivs Of `IV_BYTES` for each token, one behind the other.
 */
export function sealLines(
  key: FernetKey,
  plaintexts: readonly Uint8Array[],
  timesSeconds: readonly number[],
  ivs: Uint8Array,
): Uint8Array {
  const ciphertexts = key.encryption.encryptAll(ivs, plaintexts);
  let length = 0;
  for (const { length: bytes } of ciphertexts) length += lineLength(bytes);
  const text = new Uint8Array(length);
  let at = 0;
  ciphertexts.forEach((ciphertext, index) => {
    const iv = ivs.subarray(index * IV_BYTES, (index + 1) * IV_BYTES);
    at = writeBase64Url(tokenOf(key, ciphertext, timesSeconds[index]!, iv), text, at);
    text[at++] = LINE_FEED;
  });
  return text;
}

const lineLength = (ciphertextBytes: number): number =>
  base64UrlLength(CIPHERTEXT_AT + ciphertextBytes + MAC_BYTES) + 1;

/** In the room, for its user to put away. */
function tokenOf(
  key: FernetKey,
  ciphertext: Uint8Array,
  timeSeconds: number,
  iv: Uint8Array,
): Uint8Array {
  const signedBytes = CIPHERTEXT_AT + ciphertext.length;
  const token = room.take(signedBytes + MAC_BYTES);
  token[0] = VERSION;
  writeTime(token, timeSeconds);
  token.set(iv, IV_AT);
  token.set(ciphertext, CIPHERTEXT_AT);
  token.set(key.signing.sign(token.subarray(0, signedBytes)), signedBytes);
  return token;
}

/**
 * Opens a token of at most `lifetimeSeconds` (the spec's TTL), allowing a sender's clock to be
 * ahead by `skewSeconds`.
 * @throws ProtocolError `bad_token` for every forgery: base64, version, length, HMAC and padding
 *   look alike, and nothing is decrypted before the HMAC has matched. `stale_token`, `future_token`
 *   only for an authentic token.
 */
export function openToken(
  key: FernetKey,
  token: string,
  nowSeconds: number,
  lifetimeSeconds: number,
  skewSeconds: number,
): OpenedToken {
  const bytes = decodeBase64Url(token, room);
  if (bytes === null || bytes.length < TOKEN_BYTES_MIN || bytes[0] !== VERSION) {
    throw new ProtocolError("bad_token");
  }
  const signedBytes = bytes.length - MAC_BYTES;
  const tag = bytes.subarray(signedBytes);
  if (!key.equal(key.signing.sign(bytes.subarray(0, signedBytes)), tag)) {
    throw new ProtocolError("bad_token");
  }
  const timeSeconds = readTime(bytes);
  if (timeSeconds > nowSeconds + skewSeconds) throw new ProtocolError("future_token");
  if (timeSeconds + lifetimeSeconds < nowSeconds) throw new ProtocolError("stale_token");

  const iv = bytes.subarray(IV_AT, CIPHERTEXT_AT);
  const plaintext = key.encryption.decrypt(iv, bytes.subarray(CIPHERTEXT_AT, signedBytes));
  if (plaintext === null) throw new ProtocolError("bad_token");
  return { plaintext, timeSeconds, tag: tag.slice() }; // The room is for the next token.
}

const TWO_TO_32 = 2 ** 32;

function writeTime(token: Uint8Array, timeSeconds: number): void {
  writeWord(token, TIME_AT, Math.floor(timeSeconds / TWO_TO_32));
  writeWord(token, TIME_AT + 4, timeSeconds % TWO_TO_32);
}

function writeWord(token: Uint8Array, at: number, word: number): void {
  token[at] = word >>> 24;
  token[at + 1] = word >>> 16;
  token[at + 2] = word >>> 8;
  token[at + 3] = word;
}

// Beyond 2^53 the sum is rounded, which is harmless: such a time is in the future either way.
const readTime = (token: Uint8Array): number =>
  wordAt(token, TIME_AT) * TWO_TO_32 + wordAt(token, TIME_AT + 4);

const wordAt = (token: Uint8Array, at: number): number =>
  ((token[at]! << 24) | (token[at + 1]! << 16) | (token[at + 2]! << 8) | token[at + 3]!) >>> 0;
