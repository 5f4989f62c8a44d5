/**
 * Keys in versions, each a file of its own below `keys/`: `pepper.key` is version 1, `pepper-2.key`
 * the next. A version is made once and never written again; the highest is the current one, and
 * those before it are kept to read what was made under them, until they are retired.
 *
 * `keys/versions.json` says what the highest of each is. It is replaced after every change, so that
 * a running bank notices one by its stamp, and a bank that has lost its newest key does not go on
 * with an older one, or with a new one.
 */

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { decodeBase64Url, encodeBase64Url } from "../../protocol/base64url.ts";
import { createSecretFile, readIfThere, replaceSecretFile } from "./secret-file.ts";

/**
 * How long each key is. A file is one line: URL-safe base64. `audit.key` is a Fernet key as every
 * library takes it.
 */
const KEY_BYTES = { audit: 32, pepper: 48, factor: 32 } as const;
const KEY_FILE = /^(audit|pepper|factor)(?:-([1-9]\d{0,5}))?\.key$/;

export const KEY_NAMES = ["audit", "pepper", "factor"] as const;
export type KeyName = (typeof KEY_NAMES)[number];

export type VersionedKey = { readonly version: number; readonly key: Uint8Array };

/** The current version first, then the older ones, newest first. */
export type Versions = readonly [VersionedKey, ...VersionedKey[]];

/** A key is missing or is not one; the message says which, for the operator. */
export class KeyUnusable extends Error {
  override readonly name = "KeyUnusable";
}

/** Where a data folder keeps its secrets. */
export const keysIn = (folder: string): string => join(folder, "keys");

/** What changes with every rotation and retirement. */
export const versionsFileIn = (folder: string): string => join(keysIn(folder), "versions.json");

/** @throws KeyUnusable */
export function readVersions(folder: string, name: KeyName): Versions {
  const numbers = numbersOf(folder, name);
  const [first, ...others] = numbers.map((version) => readVersion(folder, name, version));
  const known = knownVersions(folder)[name] ?? 1;
  if (first === undefined || first.version < known) {
    throw new KeyUnusable(`the key ${fileOf(folder, name, known)} is missing`);
  }
  return [first, ...others];
}

export const hasKey = (folder: string, name: KeyName): boolean =>
  numbersOf(folder, name).length > 0;

/** Whether the bank has ever been started with such a key, be it lost since. @throws KeyUnusable */
export const hasHad = (folder: string, name: KeyName): boolean =>
  knownVersions(folder)[name] !== undefined;

/** Never in place of a key that is there: if another was quicker, its key is the key. */
export function makeVersion(folder: string, name: KeyName, version: number): boolean {
  const text = `${encodeBase64Url(randomBytes(KEY_BYTES[name]))}\n`;
  return createSecretFile(fileOf(folder, name, version), text);
}

/** Makes the next version, the current one from now on. @throws KeyUnusable */
export function rotateKey(folder: string, name: KeyName): Versions {
  const [current] = readVersions(folder, name);
  if (!makeVersion(folder, name, current.version + 1)) {
    throw new KeyUnusable(`the ${name} key was rotated at this moment by somebody else`);
  }
  publishVersions(folder);
  return readVersions(folder, name);
}

/** Erases an older version for good. @throws KeyUnusable for the current one, or one not there. */
export function retireKey(folder: string, name: KeyName, version: number): void {
  const [current, ...older] = readVersions(folder, name);
  if (current.version === version) {
    throw new KeyUnusable(`version ${version} of the ${name} key is the current one: rotate first`);
  }
  if (!older.some((key) => key.version === version)) {
    throw new KeyUnusable(`there is no version ${version} of the ${name} key`);
  }
  rmSync(fileOf(folder, name, version));
  publishVersions(folder);
}

/** Writes down what the highest of each is now. */
export function publishVersions(folder: string): void {
  const highest = KEY_NAMES.map((name) => [name, numbersOf(folder, name)[0] ?? 1]);
  replaceSecretFile(versionsFileIn(folder), `${JSON.stringify(Object.fromEntries(highest))}\n`);
}

/** Empty for a bank that has not been started yet. */
function knownVersions(folder: string): Partial<Record<KeyName, number>> {
  const text = readIfThere(versionsFileIn(folder));
  if (text === null) return {};
  try {
    return JSON.parse(text) as Partial<Record<KeyName, number>>;
  } catch {
    throw new KeyUnusable(`${versionsFileIn(folder)} is damaged`);
  }
}

function readVersion(folder: string, name: KeyName, version: number): VersionedKey {
  const path = fileOf(folder, name, version);
  const key = decodeBase64Url(readFileSync(path, "utf8").trim());
  if (key?.length !== KEY_BYTES[name]) throw new KeyUnusable(`${path} does not hold a key`);
  return { version, key };
}

/** The highest first. */
function numbersOf(folder: string, name: KeyName): number[] {
  if (!existsSync(keysIn(folder))) return [];
  return readdirSync(keysIn(folder))
    .flatMap((file) => {
      const match = KEY_FILE.exec(file);
      return match?.[1] === name ? [Number(match[2] ?? 1)] : [];
    })
    .toSorted((a, b) => b - a);
}

const fileOf = (folder: string, name: KeyName, version: number): string =>
  join(keysIn(folder), version === 1 ? `${name}.key` : `${name}-${version}.key`);
