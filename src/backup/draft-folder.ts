/**
 * A folder that appears whole or not at all: it is filled under another name beside its own, forced
 * onto the disk, and renamed. That one step decides also for a file apart, such as a backup's keys:
 * while what was filled is still in its draft, whatever was written apart for it goes with it.
 *
 * A draft is a folder of its own, which its maker holds locked. The system lets go of the lock with
 * the process, however it ends: so a draft that can be locked is a dead one's, and is swept away.
 */

import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, lstatSync, mkdirSync, openSync } from "node:fs";
import { readFileSync, readdirSync, renameSync, rmSync, rmdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createSecretFile, draftOf, readIfThere } from "../server/keys/secret-file.ts";
import { replaceSecretFile } from "../server/keys/secret-file.ts";
import { LOCK_FILE, lockFolder } from "../workers/sqlite-connection.ts";
import { StoreUnusable } from "../workers/store.ts";
import { digestOf } from "./digest.ts";
import { BackupRefused, whileWriting } from "./refused.ts";

/** Within a draft: what is filled, and what says which file was written apart for it. */
const CONTENT = "content";
const APART = "apart.json";
const ID_BYTES = 8;

const RETRIES_MAX = 10;
const RETRY_MS = 20;

/** `writing`: the name that it has while it is written. */
type Apart = { readonly path: string; readonly writing: string; readonly sha256: string };

type Lock = ReturnType<typeof lockFolder>;

export type Draft = {
  /** What is to be filled. */
  readonly folder: string;
  /** Writes a secret file elsewhere, which stays only if the folder gets its name. */
  writeApart(path: string, text: string): void;
};

export type Making<T> = {
  /** Whether the folder may be there already, with nothing in it. */
  allowsEmpty: boolean;
  /** Fills the folder; if it throws, nothing is left of it. */
  fill: (draft: Draft) => Promise<T>;
  /** Makes the names in a folder durable; a test has another. */
  sync?: (folder: string) => void;
};

/** @throws BackupRefused if the folder is there, and whatever `fill` or the file system throws */
export async function makeFolder<T>(
  folder: string,
  { allowsEmpty, fill, sync = syncFolder }: Making<T>,
): Promise<T> {
  refuseExisting(folder, allowsEmpty);
  const draft = join(dirname(folder), nameOfDraft(folder, randomBytes(ID_BYTES).toString("hex")));
  const content = join(draft, CONTENT);
  mkdirSync(draft, { mode: 0o700 });
  let lock: Lock | null = null;
  try {
    lock = lockFolder(draft);
    mkdirSync(content, { mode: 0o700 });
    const writeApart = (path: string, text: string): void => writeFor(draft, { path, text, sync });
    const filled = await fill({ folder: content, writeApart });
    syncBelow(content, sync);
    refuseExisting(folder, allowsEmpty);
    if (existsSync(folder)) rmdirSync(folder);
    renameSync(content, folder);
    try {
      sync(dirname(folder));
    } catch (error) {
      // A power cut could take the name back, and leave what was written apart.
      renameSync(folder, content);
      throw error;
    }
    return filled;
  } catch (error) {
    throw whileWriting(folder, error);
  } finally {
    discard(draft, lock);
  }
}

/** Takes away what was left by those who were killed while they made a folder of this name. */
export function sweepDrafts(folder: string): void {
  if (!existsSync(dirname(folder))) return;
  for (const name of readdirSync(dirname(folder))) {
    const draft = join(dirname(folder), name);
    if (nameOfDraft(folder, idIn(name)) !== name || !isOurs(draft)) continue;
    const lock = lockOfDead(draft);
    if (lock !== null) discard(draft, lock);
  }
}

/** Null where its maker lives, or has just taken it away by itself. */
function lockOfDead(draft: string): Lock | null {
  try {
    return lockFolder(draft);
  } catch (error) {
    if (error instanceof StoreUnusable && error.reason === "in_use") return null;
    if (!existsSync(join(draft, LOCK_FILE))) return null;
    throw error;
  }
}

/** @throws BackupRefused */
export function refuseExisting(path: string, allowsEmpty = false): void {
  if (!existsSync(dirname(path))) {
    throw new BackupRefused("place", `there is no folder ${dirname(path)}`);
  }
  // A link is there, wherever it leads: nothing can be put in its place, or behind it.
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  const isEmpty = allowsEmpty && found.isDirectory() && readdirSync(path).length === 0;
  if (!isEmpty) throw new BackupRefused("exists", `${path} is there already, and is left as it is`);
}

const nameOfDraft = (folder: string, id: string): string => `.${basename(folder)}.${id}.draft`;
const idIn = (name: string): string => /\.([0-9a-f]{16})\.draft$/.exec(name)?.[1] ?? "";

/** Made by this user, and open to nobody else: what it says of a file apart can be believed. */
function isOurs(draft: string): boolean {
  const found = lstatSync(draft, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true) return false;
  if (process.getuid === undefined) return true; // Windows has other rights than these.
  return found.uid === process.getuid() && (found.mode & 0o077) === 0;
}

/** What it is, and where, is durable before it is there. */
function writeFor(
  draft: string,
  { path, text, sync }: { path: string; text: string; sync: (folder: string) => void },
): void {
  const apart: Apart = { path, writing: draftOf(path), sha256: digestOf(text) };
  replaceSecretFile(join(draft, APART), JSON.stringify(apart));
  sync(draft);
  if (!isCreated(path, text)) {
    throw new BackupRefused("exists", `${path} is there already, and is left as it is`);
  }
  sync(dirname(path));
}

function isCreated(path: string, text: string): boolean {
  try {
    return createSecretFile(path, text);
  } catch (error) {
    throw whileWriting(path, error);
  }
}

/** What is in it under its lock, since whoever waits for that takes it for a dead one's then. */
function discard(draft: string, lock: Lock | null): void {
  const content = join(draft, CONTENT);
  try {
    // Once it has its name, what was written apart belongs to it.
    if (existsSync(content)) removeApart(draft);
    rmSync(content, { recursive: true, force: true });
  } finally {
    lock?.close();
  }
  // Whoever waits for the lock makes its file anew, and then the folder is not empty once more.
  rmSync(draft, { recursive: true, force: true, maxRetries: RETRIES_MAX, retryDelay: RETRY_MS });
}

/** By what is in it: another's file of that name is left alone. */
function removeApart(draft: string): void {
  const text = readIfThere(join(draft, APART));
  if (text === null) return;
  const { path, writing, sha256 } = JSON.parse(text) as Apart;
  rmSync(writing, { force: true });
  if (!existsSync(path) || !lstatSync(path).isFile()) return;
  if (digestOf(readFileSync(path, "utf8")) === sha256) rmSync(path);
}

function syncBelow(folder: string, sync: (folder: string) => void): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncBelow(path, sync);
    else syncFile(path);
  }
  sync(folder);
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
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
