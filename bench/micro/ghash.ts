/**
 * Would GCM be cheaper without its cipher objects, which serve one message each? Seals the same
 * message by `createCipheriv`, and by one AES object of the key with GHASH in JavaScript, in
 * constant time: `node bench/micro/ghash.ts`. It first checks that both give the same; then it
 * prints the CPU time of each. Why the bank has the first: docs/decisions/0010.
 */
import { createCipheriv, randomBytes } from "node:crypto";
import { nodeCiphers } from "../../src/ciphers/node.ts";

/** About what the frame of a deposit holds. */
const MESSAGE_BYTES = 120;
const MESSAGE_BYTES_MAX = 512;
const CHECKS = 10_000;
const ROUNDS = 5;
const SEALS = 50_000;
const BLOCK_BYTES = 16;
const NO_DATA = new Uint8Array(0);
/** The two halves of the nine products that `multiply` needs. */
const low = new Int32Array(9);
const high = new Int32Array(9);
/** What it gives, in eight words, and four that it needs on the way. */
const words = new Int32Array(12);

type Seal = (nonce: Uint8Array, plaintext: Uint8Array) => Uint8Array;

const key = randomBytes(32);
const aead = nodeCiphers.importAeadKey(key);
const byObject: Seal = (nonce, plaintext) => aead.seal(nonce, NO_DATA, plaintext);
const inParts = sealerInParts(key);

for (let i = 0; i < CHECKS; i++) {
  const nonce = randomBytes(12);
  const plaintext = randomBytes(i % MESSAGE_BYTES_MAX);
  const same = nodeCiphers.equal(byObject(nonce, plaintext), inParts(nonce, plaintext));
  if (!same) throw new Error(`they differ over ${plaintext.length} bytes`);
}
const subkey = wordsOf(new Uint8Array(BLOCK_BYTES).fill(7), 0);
const sum = new Int32Array(4);
for (const [name, work] of [
  ["an object each", sealing(byObject)],
  ["one AES object, GHASH in JavaScript", sealing(inParts)],
  ["of that, GHASH", () => digest(new Uint8Array(MESSAGE_BYTES_MAX), MESSAGE_BYTES, subkey, sum)],
] as const) {
  console.log(`${name}: ${microseconds(work).toFixed(1)} µs`);
}

function sealing(seal: Seal): () => void {
  const nonce = randomBytes(12);
  const plaintext = randomBytes(MESSAGE_BYTES);
  return () => void seal(nonce, plaintext);
}

/** The least of several rounds: what else the machine does only adds. */
function microseconds(work: () => void): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (let i = 0; i < SEALS; i++) work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / SEALS;
  });
  return Math.min(...rounds);
}

/** NIST SP 800-38D, for nonces of 12 bytes and no associated data. */
function sealerInParts(raw: Uint8Array): Seal {
  const cipher = createCipheriv("aes-256-ecb", raw, null).setAutoPadding(false);
  const hashKey = wordsOf(cipher.update(new Uint8Array(BLOCK_BYTES)), 0);
  const counters = new Uint8Array(MESSAGE_BYTES_MAX + 2 * BLOCK_BYTES);
  const text = new Uint8Array(MESSAGE_BYTES_MAX + BLOCK_BYTES);
  const hash = new Int32Array(4);
  return (nonce, plaintext) => {
    const { length } = plaintext;
    const blocks = 1 + Math.ceil(length / BLOCK_BYTES);
    for (let block = 0; block < blocks; block++) {
      counters.set(nonce, block * BLOCK_BYTES);
      counters[block * BLOCK_BYTES + 15] = block + 1;
    }
    const stream = cipher.update(counters.subarray(0, blocks * BLOCK_BYTES));
    const sealed = new Uint8Array(length + BLOCK_BYTES);
    text.fill(0, length, length + BLOCK_BYTES);
    for (let at = 0; at < length; at++) {
      text[at] = plaintext[at]! ^ stream[BLOCK_BYTES + at]!;
      sealed[at] = text[at]!;
    }
    digest(text, length, hashKey, hash);
    for (let at = 0; at < BLOCK_BYTES; at++) {
      sealed[length + at] = stream[at]! ^ (hash[3 - (at >> 2)]! >>> (24 - 8 * (at & 3)));
    }
    return sealed;
  };
}

/** GHASH of a text that zeros follow, its words the last first. */
function digest(text: Uint8Array, length: number, hashKey: Int32Array, hash: Int32Array): void {
  hash.fill(0);
  for (let at = 0; at < length; at += BLOCK_BYTES) {
    for (let word = 0; word < 4; word++) hash[3 - word]! ^= wordAt(text, at + 4 * word);
    multiply(hash, hashKey);
  }
  hash[0]! ^= length * 8;
  multiply(hash, hashKey);
}

function wordsOf(bytes: Uint8Array, at: number): Int32Array {
  return Int32Array.from([12, 8, 4, 0], (offset) => wordAt(bytes, at + offset));
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

/**
 * `y` times `h` in GF(2^128), into `y`; without a table or a branch that depends on either. By
 * Karatsuba's rule nine products of words are enough. The half that 32 bits have no room for is
 * that of the reversed words, reversed (as in BearSSL's ghash_ctmul32.c).
 */
function multiply(y: Int32Array, h: Int32Array): void {
  const [y0, y1, y2, y3] = [y[0]!, y[1]!, y[2]!, y[3]!];
  const [h0, h1, h2, h3] = [h[0]!, h[1]!, h[2]!, h[3]!];
  product(0, y0, h0);
  product(1, y1, h1);
  product(2, y2, h2);
  product(3, y3, h3);
  product(4, y0 ^ y1, h0 ^ h1);
  product(5, y2 ^ y3, h2 ^ h3);
  product(6, y0 ^ y2, h0 ^ h2);
  product(7, y1 ^ y3, h1 ^ h3);
  product(8, y0 ^ y1 ^ y2 ^ y3, h0 ^ h1 ^ h2 ^ h3);
  join(0, 0, 1, 4);
  join(4, 2, 3, 5);
  join(8, 6, 7, 8);
  for (let at = 0; at < 4; at++) words[8 + at]! ^= words[at]! ^ words[4 + at]!;
  for (let at = 0; at < 4; at++) words[2 + at]! ^= words[8 + at]!;
  reduce(y);
}

/** The 64 bits of one product by 32 bits each. */
function product(index: number, a: number, b: number): void {
  low[index] = lowProduct(a, b);
  high[index] = reversed(lowProduct(reversed(a), reversed(b))) >>> 1;
}

/** Four words, from the two products of words and that of their sums. */
function join(at: number, first: number, second: number, sums: number): void {
  words[at] = low[first]!;
  words[at + 1] = high[first]! ^ low[sums]! ^ low[first]! ^ low[second]!;
  words[at + 2] = low[second]! ^ high[sums]! ^ high[first]! ^ high[second]!;
  words[at + 3] = high[second]!;
}

/** 32 bits without carries: between the bits that are multiplied there is room for theirs. */
function lowProduct(a: number, b: number): number {
  const [a0, a1, a2, a3] = [a & 0x11111111, a & 0x22222222, a & 0x44444444, a & 0x88888888];
  const [b0, b1, b2, b3] = [b & 0x11111111, b & 0x22222222, b & 0x44444444, b & 0x88888888];
  const { imul } = Math;
  const z0 = imul(a0, b0) ^ imul(a1, b3) ^ imul(a2, b2) ^ imul(a3, b1);
  const z1 = imul(a0, b1) ^ imul(a1, b0) ^ imul(a2, b3) ^ imul(a3, b2);
  const z2 = imul(a0, b2) ^ imul(a1, b1) ^ imul(a2, b0) ^ imul(a3, b3);
  const z3 = imul(a0, b3) ^ imul(a1, b2) ^ imul(a2, b1) ^ imul(a3, b0);
  return (z0 & 0x11111111) | (z1 & 0x22222222) | (z2 & 0x44444444) | (z3 & 0x88888888);
}

function reversed(word: number): number {
  let bits = ((word & 0x55555555) << 1) | ((word >>> 1) & 0x55555555);
  bits = ((bits & 0x33333333) << 2) | ((bits >>> 2) & 0x33333333);
  bits = ((bits & 0x0f0f0f0f) << 4) | ((bits >>> 4) & 0x0f0f0f0f);
  bits = ((bits & 0x00ff00ff) << 8) | ((bits >>> 8) & 0x00ff00ff);
  return (bits << 16) | (bits >>> 16);
}

/** The first eight words modulo the polynomial of GCM, whose bits are the wrong way round. */
function reduce(into: Int32Array): void {
  for (let at = 7; at > 0; at--) words[at] = (words[at]! << 1) | (words[at - 1]! >>> 31);
  words[0]! <<= 1;
  for (let at = 0; at < 4; at++) {
    const word = words[at]!;
    words[at + 4]! ^= word ^ (word >>> 1) ^ (word >>> 2) ^ (word >>> 7);
    words[at + 3]! ^= (word << 31) ^ (word << 30) ^ (word << 25);
  }
  for (let at = 0; at < 4; at++) into[at] = words[at + 4]!;
}
