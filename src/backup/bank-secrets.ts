/**
 * The files of a bank that are secret, or say what a secret belongs to: all of `keys/` and `tls/`,
 * and `identity.pub`. They are no part of the backup itself.
 */

import { existsSync, statSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { AccountId } from "../bank/ledger.ts";
import { readIdentity } from "../server/keys/identity.ts";
import { KEY_NAMES, KeyUnusable, hasKey, readVersions } from "../server/keys/key-files.ts";
import { openSecret } from "../server/keys/secret-box.ts";
import { replaceSecretFile } from "../server/keys/secret-file.ts";
import type { OpensSecret } from "../workers/people-replay.ts";
import { BackupRefused } from "./refused.ts";

/** Its path has forward slashes, from the bank's folder on. */
export type KeyFile = { readonly path: string; readonly content: Uint8Array };

const PLACES = ["identity.pub", "keys", "tls"];
/** No way out of the folder, on any system. */
const PATH = /^(identity\.pub|(keys|tls)(\/(?!\.{1,2}(\/|$))[^/\\:\0]+)+)$/;
/** A file that is just being written, or was when its writer died. */
const DRAFT = /\.\d+\.new$/;
const READS_MAX = 10;

/**
 * Reads them until two readings agree, since a rotation replaces several.
 * @throws KeyUnusable if a bank could not start with them
 */
export function readKeyFiles(folder: string): KeyFile[] {
  let files = readOnce(folder);
  for (let reads = 0; reads < READS_MAX; reads++) {
    const again = readOnce(folder);
    if (isSame(files, again)) {
      checkKeys(folder);
      return files;
    }
    files = again;
  }
  throw new KeyUnusable(`the keys in ${folder} change all the time`);
}

/** Writes them below a folder that is new. @throws KeyUnusable, BackupRefused */
export function writeKeyFiles(folder: string, files: readonly KeyFile[]): void {
  for (const { path, content } of files) {
    if (!PATH.test(path)) throw new BackupRefused("damaged", `${path} is no key's place`);
    const target = join(folder, ...path.split("/"));
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    replaceSecretFile(target, content);
  }
  checkKeys(folder);
}

/** What opens the secrets of second factors; null where the folder has no key for them. */
export function secretOpener(folder: string): OpensSecret | null {
  if (!hasKey(folder, "factor")) return null;
  const keys = readVersions(folder, "factor");
  return (account, sealed) => openSecret(keys, account as AccountId, sealed) !== null;
}

/** As the start of a bank does, which changes nothing of a bank that is there. */
function checkKeys(folder: string): void {
  for (const name of KEY_NAMES) {
    // A bank that was made before there were second factors gets that key at its next start.
    if (name !== "factor" || hasKey(folder, name)) readVersions(folder, name);
  }
  if (readIdentity(folder, Date.now()) === null) {
    throw new KeyUnusable(`there is no identity in ${folder}`);
  }
}

function readOnce(folder: string): KeyFile[] {
  const files: KeyFile[] = [];
  for (const place of PLACES) {
    for (const path of filesBelow(join(folder, place))) {
      const name = relative(folder, path).split(sep).join("/");
      if (DRAFT.test(name)) continue;
      if (!PATH.test(name)) throw new KeyUnusable(`${path} does not belong among the keys`);
      files.push({ path: name, content: readFileSync(path) });
    }
  }
  return files;
}

function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).toSorted();
  return names.flatMap((name) => filesBelow(join(path, name)));
}

const isSame = (files: readonly KeyFile[], others: readonly KeyFile[]): boolean =>
  files.length === others.length &&
  files.every(({ path, content }, index) => {
    const other = others[index];
    return other?.path === path && Buffer.compare(content, other.content) === 0;
  });
