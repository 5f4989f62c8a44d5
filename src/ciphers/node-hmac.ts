/**
 * HMAC-SHA256 (RFC 2104) by two hashes in one call each: an object of `createHmac` costs more than
 * the work that it does, at the lengths of our messages (bench/micro/crypto.ts has the gain).
 */
import { hash } from "node:crypto";
import { MAC_BYTES, type MacKey } from "../protocol/ciphers.ts";

/** What SHA-256 takes at once, and so the length to which HMAC fills up its key. */
const HASH_BLOCK_BYTES = 64;
const INNER = 0x36;
const OUTER = 0x5c;

// Shared by all keys, since a call is over before the next begins: behind a key's inner block the
// text, behind its outer block the inner hash.
const TEXT_BYTES_MAX = 8192;
const inner = Buffer.alloc(HASH_BLOCK_BYTES + TEXT_BYTES_MAX);
const outer = Buffer.alloc(HASH_BLOCK_BYTES + MAC_BYTES);

/** `raw` is not kept, and may have any length. */
export function importHmacKey(raw: Uint8Array): MacKey {
  const key = raw.length > HASH_BLOCK_BYTES ? hash("sha256", raw, "buffer") : raw;
  const innerBlock = paddedWith(INNER, key);
  const outerBlock = paddedWith(OUTER, key);
  return {
    sign(data) {
      const length = HASH_BLOCK_BYTES + data.length;
      const text = length <= inner.length ? inner : Buffer.alloc(length);
      text.set(innerBlock);
      text.set(data, HASH_BLOCK_BYTES);
      outer.set(outerBlock);
      // As a string of bytes a hash comes back in a third of the time that a Buffer takes.
      outer.write(hash("sha256", text.subarray(0, length), "binary"), HASH_BLOCK_BYTES, "binary");
      return Buffer.from(hash("sha256", outer, "binary"), "binary");
    },
  };
}

function paddedWith(byte: number, key: Uint8Array): Uint8Array {
  const block = new Uint8Array(HASH_BLOCK_BYTES).fill(byte);
  key.forEach((keyByte, at) => (block[at] = keyByte ^ byte));
  return block;
}
