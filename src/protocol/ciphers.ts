/**
 * The primitives that the protocol takes from outside, so that the same code runs on node:crypto in
 * the bank and on plain JavaScript in a browser. Synchronous: at these sizes a promise costs more
 * than the work.
 */

export interface MacKey {
  /** HMAC-SHA256 (RFC 2104): 32 bytes. */
  sign(data: Uint8Array): Uint8Array;
}

export interface CbcKey {
  /** AES-128-CBC with PKCS #7 padding (RFC 5652 section 6.3). */
  encrypt(iv: Uint8Array, plain: Uint8Array): Uint8Array;
  /**
   * The plaintext, or null for any wrong length or padding: one answer, so that nobody learns
   * which.
   */
  decrypt(iv: Uint8Array, cipher: Uint8Array): Uint8Array | null;
}

export interface Ciphers {
  /** From the system's generator of unpredictable numbers. */
  randomBytes(length: number): Uint8Array;
  /** HKDF-SHA256 without a salt (RFC 5869). @throws RangeError above 255 × 32 bytes. */
  hkdfSha256(secret: Uint8Array, info: Uint8Array, length: number): Uint8Array;
  importMacKey(raw: Uint8Array): MacKey;
  /** @throws RangeError unless the key has 16 bytes. */
  importCbcKey(raw: Uint8Array): CbcKey;
  /** In constant time for equal lengths; false, not a throw, for unequal ones. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}

export const CBC_KEY_BYTES = 16;
export const BLOCK_BYTES = 16;
export const MAC_BYTES = 32;
export const HKDF_BYTES_MAX = 255 * MAC_BYTES;
