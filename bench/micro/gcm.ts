/**
 * What a seal and an open of AES-256-GCM cost: by an object of node:crypto for each, and by one AES
 * object of the key with the rest in WebAssembly (src/ciphers/node-gcm.ts), for texts of several
 * lengths: `node bench/micro/gcm.ts`. It first checks that both give the same; then it prints the
 * CPU time of each. Why the bank has the second: docs/decisions/0011.
 */
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from "node:crypto";
import { importGcmKey } from "../../src/ciphers/node-gcm.ts";
import type { AeadKey } from "../../src/protocol/ciphers.ts";

/** The frame of a deposit holds about 120 bytes, that of a page of history some 2,500. */
const LENGTHS = [60, 120, 250, 500, 1_000, 2_500];
const LENGTH_MAX = 3_000;
const CHECKS = 10_000;
const ROUNDS = 5;
const MESSAGES = 20_000;
const TAG_BYTES = 16;
const NO_DATA = new Uint8Array(0);

const raw = randomBytes(32);
const byObject = objectsOf(raw);
const byModule = importGcmKey(raw);

for (let n = 0; n < CHECKS; n++) {
  const text = randomBytes(n % LENGTH_MAX);
  const sealed = byObject.seal(nonceOf(n), NO_DATA, text);
  const isOpened = text.equals(byModule.open(nonceOf(n), NO_DATA, sealed) ?? NO_DATA);
  const isSame = Buffer.from(sealed).equals(byModule.seal(nonceOf(n), NO_DATA, text));
  if (!isSame || !isOpened) {
    throw new Error(`they differ over ${text.length} bytes`);
  }
}
for (const length of LENGTHS) {
  const text = randomBytes(length);
  const costs = [byObject, byModule].flatMap((key) => [sealing(key, text), opening(key, text)]);
  const [seal, open, moduleSeal, moduleOpen] = costs.map((cost) => cost.toFixed(2).padStart(6));
  const other = `by the module ${moduleSeal} and ${moduleOpen}`;
  console.log(`${length} bytes: by objects ${seal} and ${open} µs, ${other}`);
}

function sealing(key: AeadKey, text: Uint8Array): number {
  return microseconds((n) => key.seal(nonceOf(n), NO_DATA, text));
}

function opening(key: AeadKey, text: Uint8Array): number {
  const sealed = Array.from({ length: MESSAGES }, (_, n) => {
    return key.seal(nonceOf(n), NO_DATA, text).slice();
  });
  return microseconds((n) => key.open(nonceOf(n), NO_DATA, sealed[n]!));
}

/** The least of several rounds: what else the machine does only adds. */
function microseconds(work: (n: number) => unknown): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (let n = 0; n < MESSAGES; n++) work(n);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / MESSAGES;
  });
  return Math.min(...rounds);
}

/** As Noise counts (docs/protocol.md, "The channel"). */
function nonceOf(n: number): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(8, n);
  return nonce;
}

function objectsOf(rawKey: Uint8Array): AeadKey {
  const key = createSecretKey(rawKey);
  const options = { authTagLength: TAG_BYTES };
  return {
    seal(nonce, _associatedData, text) {
      const cipher = createCipheriv("aes-256-gcm", key, nonce, options);
      const sealed = new Uint8Array(text.length + TAG_BYTES);
      sealed.set(cipher.update(text));
      cipher.final();
      sealed.set(cipher.getAuthTag(), text.length);
      return sealed;
    },
    open(nonce, _associatedData, sealed) {
      const decipher = createDecipheriv("aes-256-gcm", key, nonce, options);
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      const text = decipher.update(sealed.subarray(0, -TAG_BYTES));
      decipher.final();
      return text;
    },
  };
}
