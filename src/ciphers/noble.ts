/**
 * The ciphers in plain JavaScript, for browsers: WebCrypto is closed to pages that are not a secure
 * context.
 */
import { cbc } from "@noble/ciphers/aes.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { BLOCK_BYTES, CBC_KEY_BYTES, HKDF_BYTES_MAX } from "../protocol/ciphers.ts";
import type { CbcKey, Ciphers, MacKey } from "../protocol/ciphers.ts";

export const nobleCiphers: Ciphers = {
  // Unlike `crypto.subtle`, this is there on every page.
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),

  hkdfSha256(secret, info, length) {
    if (length > HKDF_BYTES_MAX) throw new RangeError("HKDF cannot give that many bytes");
    return hkdf(sha256, secret, undefined, info, length);
  },

  importMacKey(raw): MacKey {
    // The state after the key is the same for every message.
    const keyed = hmac.create(sha256, raw);
    return { sign: (data) => keyed.clone().update(data).digest() };
  },

  importCbcKey(raw): CbcKey {
    if (raw.length !== CBC_KEY_BYTES) throw new RangeError("an AES-128 key has 16 bytes");
    const key = raw.slice();
    return {
      encrypt: (iv, plain) => cbc(key, iv).encrypt(plain),
      decrypt(iv, cipher) {
        if (cipher.length === 0 || cipher.length % BLOCK_BYTES !== 0) return null;
        try {
          return cbc(key, iv).decrypt(cipher);
        } catch {
          return null; // With the lengths right, only the padding is left to be wrong.
        }
      },
    };
  },

  equal(a, b) {
    if (a.length !== b.length) return false;
    let difference = 0;
    for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
    return difference === 0;
  },
};
