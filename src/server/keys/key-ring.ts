/**
 * The bank's keys, in files that only its owner can read. They are made with the bank, and a bank
 * whose keys are gone is not started with new ones: nobody could log in, and the audit could not
 * be read.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { freshOrKept } from "./fresh-file.ts";
import {
  hasHad,
  hasKey,
  keysIn,
  makeVersion,
  publishVersions,
  readVersions,
  versionsFileIn,
  type KeyName,
  type Versions,
} from "./key-files.ts";
import { makeSecretFolder } from "./secret-file.ts";

export { KeyUnusable, keysIn } from "./key-files.ts";

export type KeyRing = {
  /** The raw Fernet keys of `audit_log.enc`. */
  readonly auditKeys: Versions;
  /** What passwords are hashed under before bcrypt. */
  readonly peppers: Versions;
  /** What the secrets of second factors are sealed under (./secret-box.ts). */
  readonly factorKeys: Versions;
};

/**
 * Reads the keys of a data folder, and makes them if there is no bank in it yet.
 * @throws KeyUnusable
 */
export function openKeyRing(folder: string): KeyRing {
  makeSecretFolder(keysIn(folder));
  const isNew = !existsSync(join(folder, "bank.sqlite"));
  const open = (name: KeyName): void => {
    if (isNew && !hasKey(folder, name)) makeVersion(folder, name, 1);
  };
  open("audit");
  open("pepper");
  // A bank that was made before there were second factors has no such key, and needs one now.
  if (!hasKey(folder, "factor") && !hasHad(folder, "factor")) makeVersion(folder, "factor", 1);
  const keys = readKeyRing(folder);
  if (!hasHad(folder, "factor")) publishVersions(folder);
  return keys;
}

/**
 * The keys of a running bank, as they are at each look: a rotation and a retirement are taken up at
 * once. If the files are damaged under the bank, it keeps what it has and says so.
 */
export function followKeyRing(
  folder: string,
  { first, onDamage }: { first: KeyRing; onDamage: (error: Error) => void },
): () => KeyRing {
  const read = (): KeyRing => readKeyRing(folder);
  return freshOrKept(versionsFileIn(folder), { first, read, onDamage });
}

/** Reads the keys of the encrypted audit file alone. @throws KeyUnusable */
export function readAuditKeys(folder: string): [Uint8Array, ...Uint8Array[]] {
  const [current, ...older] = readVersions(folder, "audit");
  return [current.key, ...older.map(({ key }) => key)];
}

const readKeyRing = (folder: string): KeyRing => ({
  auditKeys: readVersions(folder, "audit"),
  peppers: readVersions(folder, "pepper"),
  factorKeys: readVersions(folder, "factor"),
});
