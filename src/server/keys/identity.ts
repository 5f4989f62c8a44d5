/**
 * The bank's identity: the static X25519 key that clients pin (docs/protocol.md). It is made on the
 * first start and never replaced in silence, for a client that meets another key must refuse it.
 *
 * Each key is a file of its own, `keys/identity-N.json`, made once and never written again; the
 * highest N is the current one. So a rotation and a start at the same moment cannot undo each
 * other. `identity.pub` beside the books says which key clients know: with it a bank notices that
 * its key is gone, or is another one.
 */

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { nodeCiphers } from "../../ciphers/node.ts";
import { fingerprintOf } from "../../protocol/channel.ts";
import type { KeyPair } from "../../protocol/ciphers.ts";
import { decodeHex, encodeHex } from "../../protocol/hex.ts";
import { freshOrKept } from "./fresh-file.ts";
import { KeyUnusable, keysIn } from "./key-files.ts";
import {
  createSecretFile,
  makeSecretFolder,
  readIfThere,
  replacePublicFile,
} from "./secret-file.ts";

const KEY_FILE = /^identity-([1-9]\d{0,8})\.json$/;

export type PreviousKey = { publicKeyHex: string; fingerprint: string; untilMs: number };

export type Identity = {
  current: KeyPair;
  /** What a handshake may use: the current key first, then those still in their overlap. */
  all: readonly KeyPair[];
  publicKeyHex: string;
  /** For people to compare. */
  fingerprint: string;
  /** The keys in their overlap, newest first. */
  previous: readonly PreviousKey[];
};

/** A key file, and what its successors say of its end. */
type Key = KeyPair & { number: number; untilMs: number };
type KeyRecord = { privateKey: string; publicKey: string; previousUntilMs: number | null };

/**
 * Opens the bank's identity: makes it if there never was one, erases what is past its overlap.
 * @throws KeyUnusable
 */
export function openIdentity(folder: string, nowMs: number): Identity {
  makeSecretFolder(keysIn(folder));
  if (numbersIn(folder).length === 0 && !existsSync(publicFileIn(folder))) {
    makeKey(folder, 1, null);
  }
  const keys = readKeys(folder);
  publish(folder, keys);
  for (const key of keys) if (key.untilMs <= nowMs) rmSync(fileOf(folder, key.number));
  return identityOf(keys, nowMs);
}

/** Reads the identity and changes nothing. @returns null if there is none. @throws KeyUnusable */
export function readIdentity(folder: string, nowMs: number): Identity | null {
  const isThere = numbersIn(folder).length > 0 || existsSync(publicFileIn(folder));
  return isThere ? identityOf(readKeys(folder), nowMs) : null;
}

/** Makes a new current key; the one before works on for `overlapMs`. @throws KeyUnusable */
export function rotateIdentity(
  folder: string,
  { overlapMs, nowMs }: { overlapMs: number; nowMs: number },
): Identity {
  const current = newest(readKeys(folder));
  if (!makeKey(folder, current.number + 1, nowMs + overlapMs)) {
    throw new KeyUnusable("the identity was rotated at this moment by somebody else");
  }
  const keys = readKeys(folder);
  publish(folder, keys);
  return identityOf(keys, nowMs);
}

/**
 * The identity of a running bank at each handshake: a rotation is taken up at once, and a key ends
 * when its time does. If the files are damaged under the bank, or it may not read them (as when
 * root has rotated the key), it keeps what it has and says so.
 */
export function followIdentity(
  folder: string,
  { now, onDamage }: { now: () => number; onDamage: (error: Error) => void },
): () => Identity {
  const read = (): Key[] => readKeys(folder);
  const keys = freshOrKept(publicFileIn(folder), { first: read(), read, onDamage });
  return () => identityOf(keys(), now());
}

function identityOf(keys: readonly Key[], nowMs: number): Identity {
  const current = newest(keys);
  const previous = keys.filter((key) => key !== current && key.untilMs > nowMs).toReversed();
  const pairOf = ({ privateKey, publicKey }: Key): KeyPair => ({ privateKey, publicKey });
  return {
    current: pairOf(current),
    all: [current, ...previous].map(pairOf),
    publicKeyHex: encodeHex(current.publicKey),
    fingerprint: fingerprintOf(nodeCiphers, current.publicKey),
    previous: previous.map(({ publicKey, untilMs }) => ({
      publicKeyHex: encodeHex(publicKey),
      fingerprint: fingerprintOf(nodeCiphers, publicKey),
      untilMs,
    })),
  };
}

/** All keys, oldest first, checked against the one that clients know. */
function readKeys(folder: string): Key[] {
  const keys: Key[] = [];
  let untilMs = Number.POSITIVE_INFINITY;
  for (const number of numbersIn(folder).toReversed()) {
    const path = fileOf(folder, number);
    if (keys.length > 0 && keys[0]?.number !== number + 1) {
      throw new KeyUnusable(`the key after ${path} is missing`);
    }
    const { privateKey, publicKey, previousUntilMs } = parseKey(path, readFileSync(path, "utf8"));
    const pair = { privateKey: decodeHex(privateKey), publicKey: decodeHex(publicKey) };
    keys.unshift({ ...pair, number, untilMs });
    // No key outlives its successor: a rotation without an overlap ends all that came before.
    untilMs = Math.min(untilMs, previousUntilMs ?? Number.NEGATIVE_INFINITY);
  }
  if (keys.length === 0) {
    throw new KeyUnusable(`the bank's identity is missing: no ${fileOf(folder, 1)} or later`);
  }
  const known = readIfThere(publicFileIn(folder))?.trim();
  if (known !== undefined && !keys.some(({ publicKey }) => encodeHex(publicKey) === known)) {
    const files = join(keysIn(folder), "identity-*.json");
    throw new KeyUnusable(`${files} do not hold the key that ${publicFileIn(folder)} names`);
  }
  return keys;
}

function parseKey(path: string, text: string): KeyRecord {
  const damaged = new KeyUnusable(`${path} does not hold a key`);
  let value: Partial<KeyRecord> | null;
  try {
    value = JSON.parse(text) as Partial<KeyRecord> | null;
  } catch {
    throw damaged;
  }
  const { privateKey, publicKey, previousUntilMs } = value ?? {};
  const isKey = (key: unknown): key is string =>
    typeof key === "string" && /^[0-9a-f]{64}$/.test(key);
  if (!isKey(privateKey) || !isKey(publicKey)) throw damaged;
  if (previousUntilMs !== null && typeof previousUntilMs !== "number") throw damaged;
  if (encodeHex(nodeCiphers.publicKeyOf(decodeHex(privateKey))) !== publicKey) throw damaged;
  return { privateKey, publicKey, previousUntilMs };
}

/** @returns false if there is a key of this number. */
function makeKey(folder: string, number: number, previousUntilMs: number | null): boolean {
  const { privateKey, publicKey } = nodeCiphers.generateKeyPair();
  const record: KeyRecord = {
    privateKey: encodeHex(privateKey),
    publicKey: encodeHex(publicKey),
    previousUntilMs,
  };
  return createSecretFile(fileOf(folder, number), `${JSON.stringify(record)}\n`);
}

/** Tells clients, and the next start, of the current key. */
function publish(folder: string, keys: readonly Key[]): void {
  const text = `${encodeHex(newest(keys).publicKey)}\n`;
  if (readIfThere(publicFileIn(folder)) !== text) replacePublicFile(publicFileIn(folder), text);
}

function newest(keys: readonly Key[]): Key {
  const key = keys.at(-1);
  if (key === undefined) throw new KeyUnusable("the bank's identity is missing");
  return key;
}

const publicFileIn = (folder: string): string => join(folder, "identity.pub");
const fileOf = (folder: string, number: number): string =>
  join(keysIn(folder), `identity-${number}.json`);

function numbersIn(folder: string): number[] {
  if (!existsSync(keysIn(folder))) return [];
  return readdirSync(keysIn(folder))
    .flatMap((name) => KEY_FILE.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b);
}
