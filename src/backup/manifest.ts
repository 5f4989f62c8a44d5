/** The manifest of a backup, `manifest.json`: what the backup is of, and what its file must be. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { DATABASE_FILE, LOCK_FILE } from "../workers/sqlite-connection.ts";
import type { Head } from "../workers/books-snapshot.ts";
import { BackupRefused } from "./refused.ts";

export const MANIFEST_FILE = "manifest.json";

const FORMAT = "secure-atm backup";
const VERSION = 1;
const SHA256 = /^[0-9a-f]{64}$/;

export type Manifest = {
  /** When the snapshot was taken, in ms since the epoch. */
  readonly takenAt: number;
  /** The version of the database's tables. */
  readonly schema: number;
  readonly database: { readonly bytes: number; readonly sha256: string };
  readonly head: Head;
  /** Of all balances, in cents: zero. */
  readonly sum: number;
};

/**
 * Whether `folder` is a backup, which whoever reads it leaves as it is. One that a bank was started
 * in is that bank's, manifest or not.
 */
export const isBackup = (folder: string): boolean =>
  existsSync(join(folder, MANIFEST_FILE)) && !existsSync(join(folder, LOCK_FILE));

export function encodeManifest({ takenAt, schema, database, head, sum }: Manifest): string {
  const value = {
    ...{ format: FORMAT, version: VERSION, takenAt: new Date(takenAt).toISOString(), schema },
    files: { [DATABASE_FILE]: { bytes: database.bytes, sha256: database.sha256 } },
    head: {
      ...{ accounts: head.accounts, lastTransaction: head.lastTransaction },
      ...{ lastAudit: head.lastAudit, sum },
    },
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Takes what `encodeManifest` writes, down to the byte. @throws BackupRefused */
export function parseManifest(text: string): Manifest {
  const damaged = new BackupRefused("damaged", `${MANIFEST_FILE} is damaged`);
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw damaged;
  }
  if (!isObject(value) || value["format"] !== FORMAT) throw damaged;
  if (value["version"] !== VERSION) {
    throw new BackupRefused("damaged", `${MANIFEST_FILE} has a version that is not known here`);
  }
  const { files, head } = value;
  const file = isObject(files) ? files[DATABASE_FILE] : null;
  if (!isObject(file) || !isObject(head)) throw damaged;
  const manifest: Manifest = {
    takenAt: Date.parse(String(value["takenAt"])),
    schema: Number(value["schema"]),
    database: { bytes: Number(file["bytes"]), sha256: String(file["sha256"]) },
    head: {
      accounts: Number(head["accounts"]),
      lastTransaction: Number(head["lastTransaction"]),
      lastAudit: Number(head["lastAudit"]),
    },
    sum: Number(head["sum"]),
  };
  if (Number.isNaN(manifest.takenAt) || !SHA256.test(manifest.database.sha256)) throw damaged;
  // Whatever was read too kindly comes out as another text.
  if (encodeManifest(manifest) !== text) throw damaged;
  return manifest;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
