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
  /** Each under its own IV, of which `ivs` has one behind the other; many cost less than each. */
  encryptAll(ivs: Uint8Array, plains: readonly Uint8Array[]): Uint8Array[];
  /**
   * The plaintext, or null for any wrong length or padding: one answer, so that nobody learns
   * which.
   */
  decrypt(iv: Uint8Array, cipher: Uint8Array): Uint8Array | null;
}

/**
 * AES-256-GCM (NIST SP 800-38D) with a tag of 16 bytes. What is handed in is not kept. What comes
 * back may lie where the next call of any key puts its own: it is to be read or copied before, and
 * the buffer that it lies in is not the caller's.
 */
export interface AeadKey {
  /** The ciphertext, then the tag. @param nonce 12 bytes, never used twice with one key. */
  seal(nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** The plaintext, or null for every forgery, too short ones included. */
  open(nonce: Uint8Array, associatedData: Uint8Array, sealed: Uint8Array): Uint8Array | null;
}

/** An X25519 key pair (RFC 7748), 32 raw bytes each. */
export interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

export interface Ciphers {
  /** From the system's generator of unpredictable numbers. */
  randomBytes(length: number): Uint8Array;
  /** HKDF-SHA256 without a salt (RFC 5869). @throws RangeError above 255 × 32 bytes. */
  hkdfSha256(secret: Uint8Array, info: Uint8Array, length: number): Uint8Array;
  sha256(data: Uint8Array): Uint8Array;
  importMacKey(raw: Uint8Array): MacKey;
  /** @throws RangeError unless the key has 16 bytes. */
  importCbcKey(raw: Uint8Array): CbcKey;
  /** @throws RangeError unless the key has 32 bytes. */
  importAeadKey(raw: Uint8Array): AeadKey;
  generateKeyPair(): KeyPair;
  /** @throws RangeError unless the key has 32 bytes, as `sharedSecret` does for either of its. */
  publicKeyOf(privateKey: Uint8Array): Uint8Array;
  /**
   * The X25519 secret, or null where it is all zeros: such a public key gives the same secret to
   * everyone (RFC 7748 section 6.1).
   */
  sharedSecret(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | null;
  /** In constant time for equal lengths; false, not a throw, for unequal ones. */
  readonly equal: (a: Uint8Array, b: Uint8Array) => boolean;
}

export const CBC_KEY_BYTES = 16;
export const BLOCK_BYTES = 16;
export const MAC_BYTES = 32;
export const AEAD_KEY_BYTES = 32;
export const AEAD_TAG_BYTES = 16;
export const X25519_KEY_BYTES = 32;
export const HKDF_BYTES_MAX = 255 * MAC_BYTES;
