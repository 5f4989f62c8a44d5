/**
 * The ciphers of the bank, on node:crypto. Keys are KeyObjects: importing one costs more than using
 * it.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomFillSync,
  timingSafeEqual,
} from "node:crypto";
import { BLOCK_BYTES, CBC_KEY_BYTES, HKDF_BYTES_MAX } from "../protocol/ciphers.ts";
import type { CbcKey, Ciphers, MacKey } from "../protocol/ciphers.ts";

const ALGORITHM = "aes-128-cbc";
const NO_SALT = new Uint8Array(0);

// One call of the generator costs as much as an encryption whatever its size, so the small lengths
// share one.
const pool = new Uint8Array(4096);
let poolUsed = pool.length;

export const nodeCiphers: Ciphers = {
  randomBytes(length) {
    if (length > pool.length) return randomFillSync(new Uint8Array(length));
    if (poolUsed + length > pool.length) {
      randomFillSync(pool);
      poolUsed = 0;
    }
    const bytes = pool.slice(poolUsed, poolUsed + length);
    pool.fill(0, poolUsed, poolUsed + length); // Some become secrets; no second copy stays behind.
    poolUsed += length;
    return bytes;
  },

  hkdfSha256(secret, info, length) {
    if (length > HKDF_BYTES_MAX) throw new RangeError("HKDF cannot give that many bytes");
    return new Uint8Array(hkdfSync("sha256", secret, NO_SALT, info, length));
  },

  importMacKey(raw): MacKey {
    const key = createSecretKey(raw);
    return { sign: (data) => createHmac("sha256", key).update(data).digest() };
  },

  importCbcKey(raw): CbcKey {
    if (raw.length !== CBC_KEY_BYTES) throw new RangeError("an AES-128 key has 16 bytes");
    const key = createSecretKey(raw);
    // Padding is done here: with it off, `update` alone gives all blocks, and the second call and
    // the copy that joins its result fall away.
    return {
      encrypt: (iv, plain) =>
        createCipheriv(ALGORITHM, key, iv).setAutoPadding(false).update(pad(plain)),
      decrypt(iv, cipher) {
        if (cipher.length === 0 || cipher.length % BLOCK_BYTES !== 0) return null;
        return unpad(createDecipheriv(ALGORITHM, key, iv).setAutoPadding(false).update(cipher));
      },
    };
  },

  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};

function pad(plain: Uint8Array): Uint8Array {
  const padding = BLOCK_BYTES - (plain.length % BLOCK_BYTES);
  const padded = new Uint8Array(plain.length + padding).fill(padding, plain.length);
  padded.set(plain);
  return padded;
}

function unpad(padded: Uint8Array): Uint8Array | null {
  const length = padded.length;
  const padding = padded[length - 1]!;
  // All bytes of the last block are looked at, whatever they are.
  let wrong = padding === 0 || padding > BLOCK_BYTES ? 1 : 0;
  for (let back = 1; back <= BLOCK_BYTES; back++) {
    if (back <= padding) wrong |= padded[length - back]! ^ padding;
  }
  return wrong === 0 ? padded.subarray(0, length - padding) : null;
}
