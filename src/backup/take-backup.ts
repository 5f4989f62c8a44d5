/**
 * Takes a backup of a bank, running or not: a folder with its database as of one moment and a
 * manifest, and apart from it the bank's keys, sealed. The two audit files are no part of it: the
 * bank writes them anew from its database (docs/decisions/0002).
 */

import { existsSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { replaceSecretFile } from "../server/keys/secret-file.ts";
import { verifyBooks } from "../workers/books-verification.ts";
import type { OpensSecret } from "../workers/people-replay.ts";
import { databaseIn } from "../workers/sqlite-connection.ts";
import { openFrozenSnapshot, openSnapshot } from "../workers/sqlite-snapshot.ts";
import { readKeyFiles, secretOpener } from "./bank-secrets.ts";
import { digestOf, digestOfFile } from "./digest.ts";
import { makeFolder, refuseExisting, sweepDrafts } from "./draft-folder.ts";
import { MANIFEST_FILE, encodeManifest, type Manifest } from "./manifest.ts";
import { BackupRefused } from "./refused.ts";
import { sealKeys } from "./sealed-keys.ts";

export type BackupOptions = {
  /** The bank's folder; all three are absolute. */
  data: string;
  /** The backup's: made by this. */
  to: string;
  /** The keys' file: made by this. */
  keysTo: string;
  passphrase: string;
  now: () => number;
  /** Ends it, with nothing left behind. */
  signal: AbortSignal;
  /** Makes the names in a folder durable; a test has another. */
  sync?: (folder: string) => void;
};

/** @throws BackupRefused, KeyUnusable, StoreUnusable, StoreFull, or what ended it by `signal` */
export async function takeBackup(options: BackupOptions): Promise<Manifest> {
  const { data, to, keysTo, passphrase, now, signal } = options;
  sweepDrafts(to);
  refusePlaces(options);
  return makeFolder(to, {
    allowsEmpty: false,
    async fill(draft) {
      const manifest = await fillBackup(data, draft.folder, now(), signal);
      const text = encodeManifest(manifest);
      replaceSecretFile(join(draft.folder, MANIFEST_FILE), text);
      // After the snapshot: whatever key it needs has been made by now.
      const keys = { manifest: digestOf(text), files: readKeyFiles(data) };
      const sealed = await sealKeys(keys, passphrase);
      signal.throwIfAborted();
      // Before the folder has its name: whoever sees a backup has its keys as well.
      draft.writeApart(keysTo, sealed);
      return manifest;
    },
    ...(options.sync === undefined ? {} : { sync: options.sync }),
  });
}

/** Keys never lie where the backup does, nor either of both within the bank. */
function refusePlaces({ data, to, keysTo }: BackupOptions): void {
  refuseExisting(to);
  refuseExisting(keysTo);
  if (isWithin(keysTo, to)) {
    throw new BackupRefused("place", "the keys must not lie within the backup: name another place");
  }
  if (existsSync(data) && (isWithin(to, data) || isWithin(keysTo, data))) {
    throw new BackupRefused("place", "what lies within the bank's own folder is lost with it");
  }
}

/** By the names that the file system has for them, whatever links lead there. */
function isWithin(path: string, folder: string): boolean {
  const way = relative(realPath(folder), realPath(path));
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

const realPath = (path: string): string =>
  existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));

async function fillBackup(
  data: string,
  draft: string,
  takenAt: number,
  signal: AbortSignal,
): Promise<Manifest> {
  const snapshot = openSnapshot(data);
  const { schema } = snapshot;
  try {
    await snapshot.copyTo(draft, signal);
  } finally {
    snapshot.close(); // The bank's log may shrink again: what follows looks at the copy.
  }
  const { head, sum } = await proveFolder(draft, signal, secretOpener(data));
  const file = databaseIn(draft);
  const database = { bytes: statSync(file).size, sha256: await digestOfFile(file, signal) };
  return { takenAt, schema, database, head, sum };
}

/** @throws BackupRefused if the books in it are not sound */
export async function proveFolder(
  folder: string,
  signal: AbortSignal,
  opens: OpensSecret | null,
): Promise<Pick<Manifest, "head" | "sum">> {
  const snapshot = openFrozenSnapshot(folder);
  try {
    const breathe = async (): Promise<void> => {
      await nextTurn();
      signal.throwIfAborted();
    };
    const { isSound, faults, head, sum } = await verifyBooks(snapshot, breathe, opens);
    if (!isSound) {
      const [first] = faults;
      throw new BackupRefused("damaged", `the books are damaged: ${first?.text ?? "see verify"}`);
    }
    return { head, sum };
  } finally {
    snapshot.close();
  }
}
