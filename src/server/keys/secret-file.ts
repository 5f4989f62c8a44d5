/**
 * Files that hold secrets: only their owner can read them, and each is there whole or not at all,
 * whenever the machine stops.
 */

import { closeSync, existsSync, linkSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { renameSync, rmSync, writeFileSync } from "node:fs";

const FOLDER_MODE = 0o700;
const SECRET_MODE = 0o600;
const PUBLIC_MODE = 0o644;
/** What a file system without hard links says when it is asked for one. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

export function makeSecretFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
}

/**
 * Makes the file, never in place of one that is there.
 * @param link A test has another.
 * @returns whether this call made it
 */
export function createSecretFile(path: string, text: string, link = linkSync): boolean {
  if (existsSync(path)) return false;
  const draft = writeDraft(path, text, SECRET_MODE);
  try {
    link(draft, path);
    return true;
  } catch (error) {
    if (existsSync(path)) return false; // Another process was quicker.
    if (!isOneOf(NO_LINKS, error)) throw error;
    return moveOnce(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Where there are no hard links, as on most memory sticks: the name is taken by an empty file, by
 * one of all who try, and the draft put in its place. Killed in between, it leaves the empty file:
 * no key to anybody, and never written over.
 */
function moveOnce(draft: string, path: string): boolean {
  try {
    closeSync(openSync(path, "wx", SECRET_MODE));
  } catch (error) {
    if (isOneOf(["EEXIST"], error)) return false;
    throw error;
  }
  try {
    renameSync(draft, path);
    return true;
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

/** Puts the file in place of one that may be there. */
export const replaceSecretFile = (path: string, content: string | Uint8Array): void =>
  renameSync(writeDraft(path, content, SECRET_MODE), path);

/** The same for what stands beside a secret and is none: a public key, a certificate. */
export const replacePublicFile = (path: string, text: string): void =>
  renameSync(writeDraft(path, text, PUBLIC_MODE), path);

/** Null if there is no such file. */
export const readIfThere = (path: string): string | null =>
  existsSync(path) ? readFileSync(path, "utf8") : null;

/** The name that a file has while this process writes it. */
export const draftOf = (path: string): string => `${path}.${process.pid}.new`;

function writeDraft(path: string, content: string | Uint8Array, mode: number): string {
  const draft = draftOf(path);
  rmSync(draft, { force: true }); // One left by a crash would keep its mode.
  try {
    writeFileSync(draft, content, { mode, flush: true, flag: "wx" });
  } catch (error) {
    rmSync(draft, { force: true }); // As much as there was room for.
    throw error;
  }
  return draft;
}

const isOneOf = (codes: readonly string[], error: unknown): boolean =>
  error instanceof Error && "code" in error && codes.includes(String(error.code));
