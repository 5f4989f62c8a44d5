/**
 * AES-256-GCM by one AES object for all messages of a key: of node:crypto's GCM objects each serves
 * one message, and making it costs several times the work (bench/micro/gcm.ts). What is not AES is
 * done by ./gcm.wat. Noise counts its nonces, so the blocks of the next few messages are encrypted
 * in the same call.
 */
import { createCipheriv, createDecipheriv, createSecretKey } from "node:crypto";
import type { Cipheriv, KeyObject } from "node:crypto";
import { AEAD_KEY_BYTES, AEAD_TAG_BYTES, BLOCK_BYTES } from "../protocol/ciphers.ts";
import type { AeadKey } from "../protocol/ciphers.ts";
import { Room } from "../protocol/room.ts";
import { GCM_CODE } from "./gcm-code.ts";

const GCM = "aes-256-gcm";
const GCM_OPTIONS = { authTagLength: AEAD_TAG_BYTES };
const ECB = "aes-256-ecb";

// ./gcm.wat says where its memory has what.
const HASH_KEY_AT = 0;
const STREAM_AT = 16;
const TEXT_AT = 16_384;
/** Longer texts cost less by an object of their own, which has the processor's instructions. */
const TEXT_BYTES_MAX = 256;

/** Messages whose blocks are encrypted at once: one, then two, four, and at most so many … */
const AHEAD_MAX = 8;
/** … if they are no longer than most are. */
const AHEAD_TEXT_BYTES = 144;
const AHEAD_BLOCKS = blocksFor(AHEAD_TEXT_BYTES);

const NONCE_BYTES = 12;
const WORD_BYTES = Uint32Array.BYTES_PER_ELEMENT;
const BLOCK_WORDS = BLOCK_BYTES / WORD_BYTES;
/** The last byte of a nonce, in its last word as memory has it. */
const ONE_FURTHER = 1 << 24;

/** As much of the global as is used here: the types of Node leave it out. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

type GcmModule = {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly seal: (length: number) => void;
  readonly open: (length: number) => number;
};

const code = new WebAssembly.Module(Buffer.from(GCM_CODE, "base64"));
const gcm = new WebAssembly.Instance(code).exports as GcmModule;
// One for all keys, since a call is over before the next begins.
const memory = new Uint8Array(gcm.memory.buffer);
const memoryWords = new Uint32Array(gcm.memory.buffer);
const counters = countersOf(1, blocksFor(TEXT_BYTES_MAX));
const countersAhead = countersOf(AHEAD_MAX, AHEAD_BLOCKS);
const room = new Room();
const nonceBytes = new Uint8Array(NONCE_BYTES);
const nonceWords = new Uint32Array(nonceBytes.buffer);

/** @throws RangeError unless the key has 32 bytes. */
export function importGcmKey(raw: Uint8Array): AeadKey {
  if (raw.length !== AEAD_KEY_BYTES) throw new RangeError("an AES-256 key has 32 bytes");
  const key = createSecretKey(raw);
  let stream: KeyStream | null = null;
  return {
    seal(nonce, associatedData, plaintext) {
      checkNonce(nonce);
      const { length } = plaintext;
      if (associatedData.length > 0 || length > TEXT_BYTES_MAX) {
        return sealByObject(key, nonce, associatedData, plaintext);
      }
      stream ??= new KeyStream(key);
      stream.lay(nonce, length);
      memory.set(plaintext, TEXT_AT);
      gcm.seal(length);
      return memory.subarray(TEXT_AT, TEXT_AT + length + AEAD_TAG_BYTES);
    },
    open(nonce, associatedData, sealed) {
      checkNonce(nonce);
      const length = sealed.length - AEAD_TAG_BYTES;
      if (length < 0) return null;
      if (associatedData.length > 0 || length > TEXT_BYTES_MAX) {
        return openByObject(key, nonce, associatedData, sealed);
      }
      stream ??= new KeyStream(key);
      stream.lay(nonce, length);
      memory.set(sealed, TEXT_AT);
      return gcm.open(length) === 1 ? memory.subarray(TEXT_AT, TEXT_AT + length) : null;
    },
  };
}

/** The encrypted counter blocks of a key: for each nonce the tag's mask, then the text's. */
class KeyStream {
  readonly #aes: Cipheriv;
  readonly #hashKey: Uint32Array;
  /** Of nonces that follow one another, AHEAD_BLOCKS each; the first of them, and how many. */
  #ahead = new Uint32Array(0);
  readonly #first = new Uint32Array(NONCE_BYTES / WORD_BYTES);
  #nonces = 0;

  constructor(key: KeyObject) {
    this.#aes = createCipheriv(ECB, key, null).setAutoPadding(false);
    this.#hashKey = this.#encrypted(new Uint32Array(BLOCK_WORDS));
  }

  /** Puts into the module's memory what a text of `length` bytes needs of the key. */
  lay(nonce: Uint8Array, length: number): void {
    nonceBytes.set(nonce);
    layWords(HASH_KEY_AT, this.#hashKey, 0, BLOCK_WORDS);
    const words = blocksFor(length) * BLOCK_WORDS;
    if (length <= AHEAD_TEXT_BYTES) {
      const from = this.#placeOfNonce() * AHEAD_BLOCKS * BLOCK_WORDS;
      layWords(STREAM_AT, this.#ahead, from, words);
      return;
    }
    for (let at = 0; at < words; at += BLOCK_WORDS) writeNonce(counters, at, 0);
    layWords(STREAM_AT, this.#encrypted(counters.subarray(0, words)), 0, words);
  }

  /** Of `nonceBytes` among those whose blocks are there; if they are not, they are made. */
  #placeOfNonce(): number {
    // The last byte is the highest of its word: where another differs, this is no whole number.
    const place = (nonceWords[2]! - this.#first[2]!) / ONE_FURTHER;
    const isOfThem = place >= 0 && place < this.#nonces && Number.isInteger(place);
    if (isOfThem && nonceWords[1] === this.#first[1] && nonceWords[0] === this.#first[0]) {
      return place;
    }
    const wanted = Math.min(AHEAD_MAX, Math.max(1, 2 * this.#nonces)); // An idle key has few.
    const nonces = Math.min(wanted, 0x100 - nonceBytes[NONCE_BYTES - 1]!); // None with a carry.
    const words = AHEAD_BLOCKS * BLOCK_WORDS;
    for (let further = 0; further < nonces; further++) {
      for (let at = further * words; at < (further + 1) * words; at += BLOCK_WORDS) {
        writeNonce(countersAhead, at, further);
      }
    }
    // All or nothing: blocks that are taken for another nonce's would mask two texts alike.
    this.#ahead = this.#encrypted(countersAhead.subarray(0, nonces * words));
    this.#first.set(nonceWords);
    this.#nonces = nonces;
    return 0;
  }

  #encrypted(blocks: Uint32Array): Uint32Array<ArrayBuffer> {
    const { buffer, byteOffset, byteLength } = this.#aes.update(blocks);
    return new Uint32Array(buffer, byteOffset, byteLength / WORD_BYTES);
  }
}

function checkNonce(nonce: Uint8Array): void {
  if (nonce.length !== NONCE_BYTES) throw new RangeError("a nonce has 12 bytes");
}

/** The mask of the tag, and those of so many bytes of text. */
function blocksFor(length: number): number {
  return 1 + Math.ceil(length / BLOCK_BYTES);
}

/** Counter blocks of so many nonces, 1, 2, … of each, without the nonces. */
function countersOf(nonces: number, blocks: number): Uint32Array {
  const bytes = new Uint8Array(nonces * blocks * BLOCK_BYTES);
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < nonces * blocks; block++) {
    view.setUint32(block * BLOCK_BYTES + NONCE_BYTES, 1 + (block % blocks));
  }
  return new Uint32Array(bytes.buffer);
}

/** The nonce so many after `nonceBytes`, if that takes no carry. */
function writeNonce(blocks: Uint32Array, at: number, further: number): void {
  blocks[at] = nonceWords[0]!;
  blocks[at + 1] = nonceWords[1]!;
  blocks[at + 2] = nonceWords[2]! + further * ONE_FURTHER;
}

function layWords(byteAt: number, words: Uint32Array, from: number, count: number): void {
  const at = byteAt / WORD_BYTES;
  for (let word = 0; word < count; word++) memoryWords[at + word] = words[from + word]!;
}

function sealByObject(
  key: KeyObject,
  nonce: Uint8Array,
  associatedData: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv(GCM, key, nonce, GCM_OPTIONS).setAAD(associatedData);
  const sealed = room.take(plaintext.length + AEAD_TAG_BYTES);
  sealed.set(cipher.update(plaintext));
  cipher.final(); // Empty: GCM is a stream.
  sealed.set(cipher.getAuthTag(), plaintext.length);
  return sealed;
}

function openByObject(
  key: KeyObject,
  nonce: Uint8Array,
  associatedData: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  const tagAt = sealed.length - AEAD_TAG_BYTES;
  const decipher = createDecipheriv(GCM, key, nonce, GCM_OPTIONS).setAAD(associatedData);
  decipher.setAuthTag(sealed.subarray(tagAt));
  const plaintext = decipher.update(sealed.subarray(0, tagAt));
  try {
    decipher.final();
  } catch {
    return null; // The tag does not match; nobody sees what `update` gave.
  }
  return plaintext;
}
