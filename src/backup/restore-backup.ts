/**
 * Makes a bank's folder from a backup and its keys, or makes nothing: every byte of both is checked
 * on the way, and the books are proven once more where they lie in the end.
 */

import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { KeyUnusable } from "../server/keys/key-files.ts";
import { databaseIn } from "../workers/sqlite-connection.ts";
import { secretOpener, writeKeyFiles } from "./bank-secrets.ts";
import { digestOf } from "./digest.ts";
import { makeFolder, refuseExisting, sweepDrafts } from "./draft-folder.ts";
import { MANIFEST_FILE, parseManifest, type Manifest } from "./manifest.ts";
import { BackupRefused } from "./refused.ts";
import { openKeys, type BankKeys } from "./sealed-keys.ts";
import { proveFolder } from "./take-backup.ts";

export type RestoreOptions = {
  /** The backup's folder; all three are absolute. */
  from: string;
  /** The file of its keys. */
  keys: string;
  /** The new bank's folder: made by this, or empty. */
  data: string;
  passphrase: string;
  /** Ends it, with nothing left behind. */
  signal: AbortSignal;
};

/** @throws BackupRefused, StoreUnusable, or what `signal` was aborted with */
export async function restoreBackup(options: RestoreOptions): Promise<Manifest> {
  const { data, passphrase, signal } = options;
  sweepDrafts(data);
  refuseExisting(data, true);
  const text = readPart(join(options.from, MANIFEST_FILE), "the backup has no manifest");
  const manifest = parseManifest(text);
  const keys = await openKeys(readPart(options.keys, "there are no keys"), passphrase);
  if (keys.manifest !== digestOf(text)) {
    throw new BackupRefused("damaged", "the backup is not the one that these keys belong to");
  }
  return makeFolder(data, {
    allowsEmpty: true,
    async fill({ folder: draft }) {
      await copyDatabase(options.from, draft, manifest, signal);
      writeKeys(draft, keys);
      const proven = await proveFolder(draft, signal, secretOpener(draft));
      if (!isSame(proven, manifest)) {
        throw new BackupRefused("damaged", "the books are not those of the manifest");
      }
      signal.throwIfAborted();
      return manifest;
    },
  });
}

function readPart(path: string, otherwise: string): string {
  if (!existsSync(path)) throw new BackupRefused("damaged", `${otherwise}: no ${path}`);
  return readFileSync(path, "utf8");
}

/** The digest is of the bytes that were written: nobody changes them after they were read. */
async function copyDatabase(
  from: string,
  to: string,
  { database: { bytes, sha256 } }: Manifest,
  signal: AbortSignal,
): Promise<void> {
  const source = databaseIn(from);
  if (!existsSync(source)) throw new BackupRefused("damaged", `the backup has no ${source}`);
  const hash = createHash("sha256");
  let copied = 0;
  await pipeline(
    createReadStream(source),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        copied += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(databaseIn(to), { mode: 0o600, flags: "wx" }),
    { signal },
  );
  if (copied !== bytes || hash.digest("hex") !== sha256) {
    throw new BackupRefused("damaged", `${source} is not what was backed up`);
  }
}

const isSame = ({ head, sum }: Pick<Manifest, "head" | "sum">, manifest: Manifest): boolean =>
  head.accounts === manifest.head.accounts &&
  head.lastTransaction === manifest.head.lastTransaction &&
  head.lastAudit === manifest.head.lastAudit &&
  sum === manifest.sum;

function writeKeys(draft: string, { files }: BankKeys): void {
  try {
    writeKeyFiles(draft, files);
  } catch (error) {
    if (!(error instanceof KeyUnusable)) throw error;
    throw new BackupRefused("damaged", `the backup's keys cannot be used: ${error.message}`);
  }
}
