/**
 * The bank's keys, in files that only its owner can read. They are made with the bank, and a bank
 * whose keys are gone is not started with new ones: nobody could log in, and the audit could not
 * be read.
 */

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeBase64Url, encodeBase64Url } from "../../protocol/base64url.ts";
import { createSecretFile, makeSecretFolder } from "./secret-file.ts";

/**
 * The files, each one line: URL-safe base64. `audit.key` is a Fernet key as every library takes it.
 */
const KEY_BYTES = { "audit.key": 32, "pepper.key": 48 } as const;

export type KeyRing = {
  /** The raw Fernet key of `audit_log.enc`. */
  readonly auditKey: Uint8Array;
  /** What passwords are hashed under before bcrypt. */
  readonly pepper: Uint8Array;
};

/** A key is missing or is not one; the message says which, for the operator. */
export class KeyUnusable extends Error {
  override readonly name = "KeyUnusable";
}

/**
 * Reads the keys of a data folder, and makes them if there is no bank in it yet.
 * @throws KeyUnusable
 */
export function openKeyRing(folder: string): KeyRing {
  makeSecretFolder(keysIn(folder));
  const isNew = !existsSync(join(folder, "bank.sqlite"));
  const open = (name: keyof typeof KEY_BYTES): Uint8Array => {
    if (isNew) makeKey(folder, name);
    return readKey(folder, name);
  };
  return { auditKey: open("audit.key"), pepper: open("pepper.key") };
}

/** Reads the key of the encrypted audit file alone. @throws KeyUnusable */
export const readAuditKey = (folder: string): Uint8Array => readKey(folder, "audit.key");

/** Where a data folder keeps its secrets. */
export const keysIn = (folder: string): string => join(folder, "keys");

function readKey(folder: string, name: keyof typeof KEY_BYTES): Uint8Array {
  const path = join(keysIn(folder), name);
  if (!existsSync(path)) throw new KeyUnusable(`the key ${path} is missing`);
  const key = decodeBase64Url(readFileSync(path, "utf8").trim());
  if (key?.length !== KEY_BYTES[name]) throw new KeyUnusable(`${path} does not hold a key`);
  return key;
}

/** Never in place of a key that is there: if another bank was quicker, its key is the key. */
function makeKey(folder: string, name: keyof typeof KEY_BYTES): void {
  const text = `${encodeBase64Url(randomBytes(KEY_BYTES[name]))}\n`;
  createSecretFile(join(keysIn(folder), name), text);
}
