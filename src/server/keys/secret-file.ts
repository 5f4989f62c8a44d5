/**
 * Files that hold secrets: only their owner can read them, and each is there whole or not at all,
 * whenever the machine stops.
 */

import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";

const FOLDER_MODE = 0o700;
const SECRET_MODE = 0o600;
const PUBLIC_MODE = 0o644;

export function makeSecretFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
}

/** Makes the file, never in place of one that is there. @returns whether this call made it. */
export function createSecretFile(path: string, text: string): boolean {
  if (existsSync(path)) return false;
  const draft = writeDraft(path, text, SECRET_MODE);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (!existsSync(path)) throw error;
    return false; // Another process was quicker.
  } finally {
    rmSync(draft);
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

function writeDraft(path: string, content: string | Uint8Array, mode: number): string {
  const draft = `${path}.${process.pid}.new`;
  rmSync(draft, { force: true }); // One left by a crash would keep its mode.
  writeFileSync(draft, content, { mode, flush: true, flag: "wx" });
  return draft;
}
