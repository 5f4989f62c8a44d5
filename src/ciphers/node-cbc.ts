/**
 * AES-128-CBC by cipher objects that serve all messages of a key: making one costs four times as
 * much as an encryption (bench/micro/crypto.ts). Padding is done here: with the objects' own, the
 * last block would come with their end.
 */
import { createCipheriv, createDecipheriv, createSecretKey } from "node:crypto";
import type { Cipheriv, Decipheriv } from "node:crypto";
import { BLOCK_BYTES, CBC_KEY_BYTES, type CbcKey } from "../protocol/ciphers.ts";

const CBC = "aes-128-cbc";
/** One block after the other, without a chain. */
const ECB = "aes-128-ecb";
const NO_IV = new Uint8Array(BLOCK_BYTES);
const WORD_BYTES = Uint32Array.BYTES_PER_ELEMENT;
const BLOCK_WORDS = BLOCK_BYTES / WORD_BYTES;

/** @throws RangeError unless the key has 16 bytes. */
export function importAesKey(raw: Uint8Array): CbcKey {
  if (raw.length !== CBC_KEY_BYTES) throw new RangeError("an AES-128 key has 16 bytes");
  const key = createSecretKey(raw);
  let encryption: Chain | null = null;
  let decryption: Chain | null = null;
  let blocks: Cipheriv | null = null;
  return {
    encrypt(iv, plain) {
      encryption ??= new Chain(createCipheriv(CBC, key, NO_IV));
      return encryption.encrypt(iv, pad(plain));
    },
    encryptAll(ivs, plains) {
      blocks ??= createCipheriv(ECB, key, null).setAutoPadding(false);
      return encryptSideBySide(blocks, ivs, plains);
    },
    decrypt(iv, cipher) {
      if (cipher.length === 0 || cipher.length % BLOCK_BYTES !== 0) return null;
      decryption ??= new Chain(createDecipheriv(CBC, key, NO_IV));
      return unpad(decryption.decrypt(iv, cipher));
    },
  };
}

/**
 * A cipher object that goes on as if each message were the continuation of the last: CBC adds the
 * last ciphertext block to what comes next, and here that is exchanged for the message's own IV.
 * Nothing of one message is left in the next.
 */
class Chain {
  readonly #cipher: Cipheriv | Decipheriv;
  /** What the cipher adds to the next block: the last ciphertext block, at first its IV. */
  readonly #carried = new Uint8Array(NO_IV);

  constructor(cipher: Cipheriv | Decipheriv) {
    this.#cipher = cipher.setAutoPadding(false);
  }

  /** Changes `padded`, whole blocks that are the caller's to give away. */
  encrypt(iv: Uint8Array, padded: Uint8Array): Uint8Array {
    this.#exchangeFor(iv, padded);
    const encrypted = this.#cipher.update(padded);
    this.#carried.set(encrypted.subarray(-BLOCK_BYTES));
    return encrypted;
  }

  decrypt(iv: Uint8Array, encrypted: Uint8Array): Uint8Array {
    const padded = this.#cipher.update(encrypted);
    this.#exchangeFor(iv, padded);
    this.#carried.set(encrypted.subarray(-BLOCK_BYTES));
    return padded;
  }

  #exchangeFor(iv: Uint8Array, block: Uint8Array): void {
    if (iv.length !== BLOCK_BYTES) throw new RangeError("an IV has 16 bytes");
    for (let at = 0; at < BLOCK_BYTES; at++) block[at]! ^= iv[at]! ^ this.#carried[at]!;
  }
}

/**
 * The chains of many messages, all by a block at a time: a call of the cipher costs as much as some
 * hundred blocks. `cipher` encrypts single blocks; what CBC adds to each is added here.
 */
function encryptSideBySide(
  cipher: Cipheriv,
  ivs: Uint8Array,
  plains: readonly Uint8Array[],
): Uint8Array[] {
  if (ivs.length !== plains.length * BLOCK_BYTES) throw new RangeError("an IV has 16 bytes");
  const { bytes, starts } = layOut(ivs, plains);
  const words = new Uint32Array(bytes.buffer);
  const column = new Uint8Array(ivs.length);
  const columnWords = new Uint32Array(column.buffer);
  for (let block = 0; ; block += BLOCK_BYTES) {
    let used = 0;
    eachBlock(starts, block, (at) => {
      for (let word = at; word < at + BLOCK_WORDS; word++) {
        columnWords[used++] = words[word]! ^ words[word - BLOCK_WORDS]!;
      }
    });
    if (used === 0) break;
    column.set(cipher.update(column.subarray(0, used * WORD_BYTES)));
    used = 0;
    eachBlock(starts, block, (at) => {
      for (let word = at; word < at + BLOCK_WORDS; word++) words[word] = columnWords[used++]!;
    });
  }
  return plains.map((_, index) => bytes.subarray(starts[index], starts[index + 1]! - BLOCK_BYTES));
}

/** Each message's IV and its padded blocks; where those start, and where one more would. */
function layOut(ivs: Uint8Array, plains: readonly Uint8Array[]) {
  const starts = [BLOCK_BYTES];
  for (const plain of plains) starts.push(starts.at(-1)! + paddedLength(plain) + BLOCK_BYTES);
  const bytes = new Uint8Array(starts.at(-1)! - BLOCK_BYTES);
  plains.forEach((plain, index) => {
    const start = starts[index]!;
    const iv = index * BLOCK_BYTES;
    bytes.set(ivs.subarray(iv, iv + BLOCK_BYTES), start - BLOCK_BYTES);
    padInto(bytes.subarray(start, start + paddedLength(plain)), plain);
  });
  return { bytes, starts };
}

/** Of each message that has one there, the word at which its block begins. */
function eachBlock(starts: readonly number[], block: number, visit: (at: number) => void): void {
  for (let index = 1; index < starts.length; index++) {
    const at = starts[index - 1]! + block;
    if (at < starts[index]! - BLOCK_BYTES) visit(at / WORD_BYTES);
  }
}

const paddedLength = (plain: Uint8Array): number =>
  plain.length + BLOCK_BYTES - (plain.length % BLOCK_BYTES);

function pad(plain: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(plain));
  padInto(padded, plain);
  return padded;
}

function padInto(padded: Uint8Array, plain: Uint8Array): void {
  padded.set(plain);
  padded.fill(padded.length - plain.length, plain.length);
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
