/**
 * The bank's keys as one file that leaves the bank, sealed under a passphrase. It also holds the
 * digest of the backup's manifest: so keys belong to one backup, and whoever changes the backup and
 * writes it a fitting manifest is found out by whoever knows the passphrase.
 *
 * Version 1 is one line of JSON. Its key is scrypt's (N = 2^17, r = 8, p = 1) from the passphrase
 * in NFC and 16 random bytes; the content is sealed by AES-256-GCM, with all that comes before it
 * in the line as associated data. `sha256` is of all before itself: it tells a damaged file from a
 * wrong passphrase, and protects nothing else.
 */

import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from "node:crypto";
import { decodeBase64Url, encodeBase64Url } from "../protocol/base64url.ts";
import type { KeyFile } from "./bank-secrets.ts";
import { BackupRefused } from "./refused.ts";

const FORMAT = "secure-atm keys";
const VERSION = 1;
const ALGORITHM = "aes-256-gcm";
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 } as const;

export type BankKeys = {
  /** SHA-256 of the manifest of the backup that they belong to, in hex. */
  readonly manifest: string;
  readonly files: readonly KeyFile[];
};

type Header = { readonly salt: Uint8Array; readonly nonce: Uint8Array };

export async function sealKeys(keys: BankKeys, passphrase: string): Promise<string> {
  const header = { salt: randomBytes(SALT_BYTES), nonce: randomBytes(NONCE_BYTES) };
  const key = await keyOf(passphrase, header);
  const cipher = createCipheriv(ALGORITHM, key, header.nonce).setAAD(textOf(header));
  const files = keys.files.map(({ path, content }) => ({
    path,
    content: encodeBase64Url(content),
  }));
  const plain = JSON.stringify({ manifest: keys.manifest, files });
  const ciphertext = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return lineOf(header, Buffer.concat([ciphertext, cipher.getAuthTag()]));
}

/** @throws BackupRefused if the text is damaged, or the passphrase another one */
export async function openKeys(text: string, passphrase: string): Promise<BankKeys> {
  const { header, sealed } = parseLine(text);
  const key = await keyOf(passphrase, header);
  const tagAt = sealed.length - TAG_BYTES;
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv(ALGORITHM, key, header.nonce, options)
    .setAAD(textOf(header))
    .setAuthTag(sealed.subarray(tagAt));
  let plain: string;
  try {
    const opened = decipher.update(sealed.subarray(0, tagAt));
    plain = Buffer.concat([opened, decipher.final()]).toString("utf8");
  } catch {
    // The library says no more than that; a file that is damaged has not come this far.
    throw new BackupRefused("passphrase", "the keys are sealed under another passphrase");
  }
  const { manifest, files } = JSON.parse(plain) as {
    manifest: string;
    files: { path: string; content: string }[];
  };
  return {
    manifest,
    files: files.map(({ path, content }) => ({ path, content: bytesOf(content) })),
  };
}

function parseLine(text: string): { header: Header; sealed: Uint8Array } {
  const damaged = new BackupRefused("damaged", "the file of the keys is damaged");
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw damaged;
  }
  if (typeof value !== "object" || value === null || value["format"] !== FORMAT) throw damaged;
  const read = (name: string): Uint8Array =>
    decodeBase64Url(String(value[name])) ?? new Uint8Array();
  const header = { salt: read("salt"), nonce: read("nonce") };
  const sealed = read("sealed");
  // Whatever was read too kindly, a byte that was flipped for one, comes out as another text.
  if (lineOf(header, sealed) !== text) throw damaged;
  if (header.nonce.length !== NONCE_BYTES || sealed.length <= TAG_BYTES) throw damaged;
  return { header, sealed };
}

function lineOf(header: Header, sealed: Uint8Array): string {
  const value = { ...fieldsOf(header), sealed: encodeBase64Url(sealed) };
  const sha256 = createHash("sha256").update(JSON.stringify(value)).digest("hex");
  return `${JSON.stringify({ ...value, sha256 })}\n`;
}

const textOf = (header: Header): Buffer => Buffer.from(JSON.stringify(fieldsOf(header)));

const fieldsOf = ({ salt, nonce }: Header) => ({
  ...{ format: FORMAT, version: VERSION },
  ...{ salt: encodeBase64Url(salt), nonce: encodeBase64Url(nonce) },
});

const keyOf = (passphrase: string, { salt }: Header): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFC"), salt, KEY_BYTES, SCRYPT, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });

function bytesOf(text: string): Uint8Array {
  const bytes = decodeBase64Url(text);
  if (bytes === null) throw new BackupRefused("damaged", "a key is no key");
  return bytes;
}
