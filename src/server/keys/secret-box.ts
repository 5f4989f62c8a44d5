/**
 * Small secrets at rest, such as those of second factors: `v1:` and base64url of a nonce, the
 * ciphertext and the tag of AES-256-GCM. The number is the version of the key, and the account is
 * authenticated with it: a box that is copied to another account does not open.
 */

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { AccountId } from "../../bank/ledger.ts";
import { decodeBase64Url, encodeBase64Url } from "../../protocol/base64url.ts";
import type { Versions } from "./key-files.ts";

const ALGORITHM = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BOX = /^v([1-9]\d{0,5}):([\w-]+={0,2})$/;

/** Seals under the current key. */
export function sealSecret(keys: Versions, account: AccountId, text: string): string {
  const [{ version, key }] = keys;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(associated(version, account));
  const ciphertext = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return `v${version}:${encodeBase64Url(Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]))}`;
}

/** Null if it was not sealed for this account under a key that is still there. */
export function openSecret(keys: Versions, account: AccountId, box: string): string | null {
  const [, number, content = ""] = BOX.exec(box) ?? [];
  const key = keys.find(({ version }) => String(version) === number);
  const bytes = decodeBase64Url(content);
  if (key === undefined || bytes === null || bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  const tagAt = bytes.length - TAG_BYTES;
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv(ALGORITHM, key.key, bytes.subarray(0, NONCE_BYTES), options)
    .setAAD(associated(key.version, account))
    .setAuthTag(bytes.subarray(tagAt));
  try {
    const text = decipher.update(bytes.subarray(NONCE_BYTES, tagAt));
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    return null; // Another account's, or damaged: the library says no more than that.
  }
}

/** Whether it is better sealed again: under an older key. */
export const isSealedUnderOlder = ([{ version }]: Versions, box: string): boolean =>
  !box.startsWith(`v${version}:`);

const associated = (version: number, account: AccountId): Buffer =>
  Buffer.from(`secure-atm factor secret v${version} account ${account}`);
