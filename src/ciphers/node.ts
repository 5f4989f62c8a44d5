/**
 * The ciphers of the bank, on node:crypto. Keys are KeyObjects: importing one costs more than using
 * it.
 */
import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hash,
  hkdfSync,
  randomFillSync,
  timingSafeEqual,
} from "node:crypto";
import type { KeyObject } from "node:crypto";
import { HKDF_BYTES_MAX, X25519_KEY_BYTES } from "../protocol/ciphers.ts";
import type { Ciphers } from "../protocol/ciphers.ts";
import { importAesKey } from "./node-cbc.ts";
import { importGcmKey } from "./node-gcm.ts";
import { importHmacKey } from "./node-hmac.ts";

const NO_SALT = new Uint8Array(0);

// What stands before the raw key in PKCS #8 and in SubjectPublicKeyInfo (RFC 8410 sections 7, 4).
const PRIVATE_KEY_PREFIX = Buffer.from("302e020100300506032b656e04220420", "hex");
const PUBLIC_KEY_PREFIX = Buffer.from("302a300506032b656e032100", "hex");

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

  sha256: (data) => hash("sha256", data, "buffer"),

  importMacKey: importHmacKey,

  importCbcKey: importAesKey,

  importAeadKey: importGcmKey,

  generateKeyPair() {
    const privateKey = nodeCiphers.randomBytes(X25519_KEY_BYTES);
    return { privateKey, publicKey: nodeCiphers.publicKeyOf(privateKey) };
  },

  publicKeyOf(privateKey) {
    const key = createPublicKey(importPrivateKey(privateKey));
    const info = key.export({ format: "der", type: "spki" });
    return new Uint8Array(info.subarray(PUBLIC_KEY_PREFIX.length));
  },

  sharedSecret(privateKey, publicKey) {
    const keys = {
      privateKey: importPrivateKey(privateKey),
      publicKey: importPublicKey(publicKey),
    };
    try {
      return diffieHellman(keys);
    } catch {
      return null; // With both keys imported, only the secret is left to be wrong: all zeros.
    }
  },

  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};

function importPrivateKey(raw: Uint8Array): KeyObject {
  const key = behind(PRIVATE_KEY_PREFIX, raw);
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}

function importPublicKey(raw: Uint8Array): KeyObject {
  const key = behind(PUBLIC_KEY_PREFIX, raw);
  return createPublicKey({ key, format: "der", type: "spki" });
}

function behind(prefix: Buffer, raw: Uint8Array): Buffer {
  if (raw.length !== X25519_KEY_BYTES) throw new RangeError("an X25519 key has 32 bytes");
  return Buffer.concat([prefix, raw]);
}
