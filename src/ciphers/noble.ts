/**
 * The ciphers in plain JavaScript, for browsers: WebCrypto is closed to pages that are not a secure
 * context.
 */
import { cbc, gcm } from "@noble/ciphers/aes.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import {
  AEAD_KEY_BYTES,
  AEAD_TAG_BYTES,
  BLOCK_BYTES,
  CBC_KEY_BYTES,
  HKDF_BYTES_MAX,
  X25519_KEY_BYTES,
} from "../protocol/ciphers.ts";
import type { AeadKey, CbcKey, Ciphers, MacKey } from "../protocol/ciphers.ts";
import { x25519 } from "./x25519.ts";

export const nobleCiphers: Ciphers = {
  // Unlike `crypto.subtle`, this is there on every page.
  randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),

  hkdfSha256(secret, info, length) {
    if (length > HKDF_BYTES_MAX) throw new RangeError("HKDF cannot give that many bytes");
    return hkdf(sha256, secret, undefined, info, length);
  },

  sha256: (data) => sha256(data),

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
      encryptAll(ivs, plains) {
        if (ivs.length !== plains.length * BLOCK_BYTES) throw new RangeError("an IV has 16 bytes");
        return plains.map((plain, index) => {
          return cbc(key, ivs.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES)).encrypt(
            plain,
          );
        });
      },
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

  importAeadKey(raw): AeadKey {
    if (raw.length !== AEAD_KEY_BYTES) throw new RangeError("an AES-256 key has 32 bytes");
    const key = raw.slice();
    return {
      seal: (nonce, associatedData, plaintext) =>
        gcm(key, nonce, associatedData).encrypt(plaintext),
      open(nonce, associatedData, sealed) {
        if (sealed.length < AEAD_TAG_BYTES) return null;
        try {
          return gcm(key, nonce, associatedData).decrypt(sealed);
        } catch {
          return null; // With the length right, only the tag is left to be wrong.
        }
      },
    };
  },

  generateKeyPair() {
    const privateKey = crypto.getRandomValues(new Uint8Array(X25519_KEY_BYTES));
    return { privateKey, publicKey: x25519.getPublicKey(privateKey) };
  },

  publicKeyOf(privateKey) {
    checkX25519Key(privateKey);
    return x25519.getPublicKey(privateKey);
  },

  sharedSecret(privateKey, publicKey) {
    checkX25519Key(privateKey);
    checkX25519Key(publicKey);
    try {
      return x25519.getSharedSecret(privateKey, publicKey);
    } catch {
      return null; // With the lengths right, only the secret is left to be wrong: all zeros.
    }
  },

  equal(a, b) {
    if (a.length !== b.length) return false;
    let difference = 0;
    for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
    return difference === 0;
  },
};

function checkX25519Key(key: Uint8Array): void {
  if (key.length !== X25519_KEY_BYTES) throw new RangeError("an X25519 key has 32 bytes");
}
