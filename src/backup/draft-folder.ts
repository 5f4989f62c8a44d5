/**
 * A folder that appears whole or not at all: it is filled under another name beside its own, forced
 * onto the disk, and renamed. What a crash leaves behind has a name that says that it is no more
 * than a draft.
 */

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { readdirSync, renameSync, rmSync, rmdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BackupRefused } from "./refused.ts";

/**
 * @param fill Fills the folder; if it throws, nothing is left of it.
 * @param allowsEmpty Whether the folder may be there already, with nothing in it.
 * @throws BackupRefused if the folder is there, and whatever `fill` or the file system throws
 */
export async function makeFolder<T>(
  folder: string,
  { allowsEmpty, fill }: { allowsEmpty: boolean; fill: (draft: string) => Promise<T> },
): Promise<T> {
  refuseExisting(folder, allowsEmpty);
  const draft = join(dirname(folder), `.${basename(folder)}.${process.pid}.draft`);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  try {
    const filled = await fill(draft);
    syncBelow(draft);
    refuseExisting(folder, allowsEmpty);
    if (existsSync(folder)) rmdirSync(folder);
    renameSync(draft, folder);
    syncFolder(dirname(folder));
    return filled;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** @throws BackupRefused */
export function refuseExisting(path: string, allowsEmpty = false): void {
  if (!existsSync(dirname(path))) {
    throw new BackupRefused("place", `there is no folder ${dirname(path)}`);
  }
  if (!existsSync(path)) return;
  const isEmpty = allowsEmpty && statSync(path).isDirectory() && readdirSync(path).length === 0;
  if (!isEmpty) throw new BackupRefused("exists", `${path} is there already, and is left as it is`);
}

function syncBelow(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncBelow(path);
    else syncFile(path);
  }
  syncFolder(folder);
}

function syncFile(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes names durable. Windows has no such call, and does it by itself. */
export function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
