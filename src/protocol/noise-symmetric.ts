/**
 * The two lower states of Noise (its specification's sections 5.1 and 5.2): a key with its counter,
 * and what both sides of a handshake know so far.
 */
import { AEAD_TAG_BYTES, MAC_BYTES } from "./ciphers.ts";
import type { AeadKey, Ciphers } from "./ciphers.ts";
import { ProtocolError } from "./error.ts";

const NONCE_BYTES = 12;
const COUNTER_AT = 4;
const EMPTY = new Uint8Array(0);

/** 5.1: one direction's key and its counter. What it gives is the key's: to be read at once. */
export class CipherState {
  #key: AeadKey | null;
  /** 12.4: 32 bits of zeros, then the counter n, 64 bits, big-endian. It counts in place. */
  readonly #nonce = new Uint8Array(NONCE_BYTES);

  /** @param n The first nonce; only tests begin elsewhere than at zero. */
  constructor(key: AeadKey, n = 0n) {
    this.#key = key;
    new DataView(this.#nonce.buffer).setBigUint64(COUNTER_AT, n);
  }

  /** @throws RangeError when the counter has run out, or a decryption has failed before. */
  encryptWithAd(associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const ciphertext = this.#usableKey().seal(this.#nonce, associatedData, plaintext);
    this.#count();
    return ciphertext;
  }

  /**
   * The plaintext, or null for a forgery; after one the state is dead, so that nobody tries twice.
   * @throws RangeError as `encryptWithAd`.
   */
  decryptWithAd(associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array | null {
    const plaintext = this.#usableKey().open(this.#nonce, associatedData, ciphertext);
    if (plaintext === null) this.#key = null;
    else this.#count();
    return plaintext;
  }

  #usableKey(): AeadKey {
    if (this.#key === null) throw new RangeError("a decryption has failed: the key is gone");
    if (this.#isLast()) throw new RangeError("no nonces are left");
    return this.#key;
  }

  /** 5.1: the highest n is reserved. */
  #isLast(): boolean {
    for (let at = NONCE_BYTES - 1; at >= COUNTER_AT; at--) {
      if (this.#nonce[at] !== 0xff) return false;
    }
    return true;
  }

  #count(): void {
    for (let at = NONCE_BYTES - 1; at >= COUNTER_AT; at--) {
      this.#nonce[at]! += 1;
      if (this.#nonce[at] !== 0) return; // No carry.
    }
  }
}

/** 5.2: what both sides know so far, as a chaining key, a hash, and a key once there is one. */
export class SymmetricState {
  readonly #ciphers: Ciphers;
  #chainingKey: Uint8Array;
  #h: Uint8Array;
  #cipher: CipherState | null = null;

  constructor(ciphers: Ciphers, protocolName: string) {
    const name = new TextEncoder().encode(protocolName);
    this.#ciphers = ciphers;
    this.#h = name.length <= MAC_BYTES ? padded(name, MAC_BYTES) : ciphers.sha256(name);
    this.#chainingKey = this.#h;
  }

  get handshakeHash(): Uint8Array {
    return this.#h.slice();
  }

  /** How many bytes `encryptAndHash` adds. */
  get tagBytes(): number {
    return this.#cipher === null ? 0 : AEAD_TAG_BYTES;
  }

  mixKey(inputKeyMaterial: Uint8Array): void {
    const [chainingKey, key] = this.#hkdf(inputKeyMaterial);
    this.#chainingKey = chainingKey;
    this.#cipher = this.#cipherStateOf(key);
  }

  mixHash(data: Uint8Array): void {
    this.#h = this.#ciphers.sha256(concat(this.#h, data));
  }

  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const ciphertext =
      this.#cipher === null ? plaintext : this.#cipher.encryptWithAd(this.#h, plaintext).slice();
    this.mixHash(ciphertext);
    return ciphertext;
  }

  /** @throws ProtocolError `bad_handshake` for a forgery. */
  decryptAndHash(ciphertext: Uint8Array): Uint8Array {
    const plaintext =
      this.#cipher === null ? ciphertext : this.#cipher.decryptWithAd(this.#h, ciphertext);
    if (plaintext === null) throw new ProtocolError("bad_handshake");
    this.mixHash(ciphertext);
    return plaintext.slice();
  }

  /** One key from the initiator to the responder, one back. */
  split(): [CipherState, CipherState] {
    const [first, second] = this.#hkdf(EMPTY);
    return [this.#cipherStateOf(first), this.#cipherStateOf(second)];
  }

  #cipherStateOf(key: Uint8Array): CipherState {
    return new CipherState(this.#ciphers.importAeadKey(key));
  }

  /** 4.3: HKDF with the chaining key as its salt, and two outputs. */
  #hkdf(inputKeyMaterial: Uint8Array): [Uint8Array, Uint8Array] {
    const ciphers = this.#ciphers;
    const pseudoRandomKey = ciphers.importMacKey(this.#chainingKey).sign(inputKeyMaterial);
    const temporaryKey = ciphers.importMacKey(pseudoRandomKey);
    const first = temporaryKey.sign(Uint8Array.of(1));
    return [first, temporaryKey.sign(concat(first, Uint8Array.of(2)))];
  }
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const result = new Uint8Array(length);
  result.set(bytes);
  return result;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
