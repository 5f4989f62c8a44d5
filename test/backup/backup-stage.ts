/** Backups of test banks, in folders that are gone when the test has ended. */

import { join } from "node:path";
import type { Manifest } from "../../src/backup/manifest.ts";
import { restoreBackup } from "../../src/backup/restore-backup.ts";
import { takeBackup } from "../../src/backup/take-backup.ts";
import { temporaryFolder } from "../temporary-folder.ts";

export const PASSPHRASE = "correct horse battery staple";

export type Backup = {
  /** Where the backup, its keys and what is restored from them lie. */
  place: string;
  folder: string;
  keys: string;
  manifest: Manifest;
};

export async function takeTestBackup(
  data: string,
  signal = new AbortController().signal,
): Promise<Backup> {
  const place = temporaryFolder();
  const [folder, keys] = [join(place, "backup"), join(place, "keys")];
  const manifest = await takeBackup({
    ...{ data, to: folder, keysTo: keys, passphrase: PASSPHRASE, now: Date.now, signal },
  });
  return { place, folder, keys, manifest };
}

/** @returns the folder of the restored bank. */
export async function restoreTestBackup(
  { place, folder, keys }: Pick<Backup, "place" | "folder" | "keys">,
  { passphrase = PASSPHRASE, name = "restored" } = {},
): Promise<string> {
  const data = join(place, name);
  const { signal } = new AbortController();
  await restoreBackup({ from: folder, keys, data, passphrase, signal });
  return data;
}
