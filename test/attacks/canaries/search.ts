/** Looks for secrets in whatever a bank leaves behind, in every form that they might have there. */

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** A secret under the name that is told where it is found. */
export type Canary = readonly [name: string, secret: string | Uint8Array];

/** What is found: `where: name, as form`. */
export function canariesIn(
  where: string,
  haystack: string | Uint8Array,
  canaries: readonly Canary[],
): string[] {
  const bytes = Buffer.from(haystack);
  // What is long may be broken into lines.
  const joined = Buffer.from(bytes.toString("latin1").replaceAll(/[\r\n]/g, ""), "latin1");
  return canaries.flatMap(([name, secret]) =>
    Object.entries(formsOf(secret))
      .filter(([, form]) => bytes.includes(form) || joined.includes(form))
      .map(([form]) => `${where}: ${name}, as ${form}`),
  );
}

/** Every file below a folder but those that `isSkipped`, by its path within. */
export function canariesBelow(
  folder: string,
  canaries: readonly Canary[],
  isSkipped: (path: string) => boolean = () => false,
): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !isSkipped(path.slice(folder.length + 1)))
    .flatMap((path) => canariesIn(path, readFileSync(path), canaries));
}

/** Each is as long as the secret makes it, so that it is not found by chance. */
export function formsOf(secret: string | Uint8Array): Record<string, Buffer> {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString("hex");
  const forms: Record<string, Buffer> = {
    bytes,
    hex: Buffer.from(hex),
    "HEX in capitals": Buffer.from(hex.toUpperCase()),
    "hex with spaces": Buffer.from(hex.replaceAll(/(..)(?!$)/g, "$1 ")),
    "a list of numbers": Buffer.from(bytes.join(",")),
  };
  for (const offset of [0, 1, 2]) {
    const base64 = withinBase64(bytes, offset);
    forms[`base64 at ${offset}`] = Buffer.from(base64);
    forms[`base64url at ${offset}`] = Buffer.from(base64.replaceAll("+", "-").replaceAll("/", "_"));
  }
  if (typeof secret === "string") {
    const json = JSON.stringify(secret).slice(1, -1);
    forms["UTF-16"] = Buffer.from(secret, "utf16le");
    forms["JSON"] = Buffer.from(json);
    forms["JSON in ASCII"] = Buffer.from(json.replaceAll(/[^ -~]/g, escapeOf));
    forms["JSON within JSON"] = Buffer.from(JSON.stringify(json).slice(1, -1));
    forms["part of a URL"] = Buffer.from(encodeURIComponent(secret));
    forms["a form's field"] = Buffer.from(encodeURIComponent(secret).replaceAll("%20", "+"));
  }
  return forms;
}

const escapeOf = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** What is the same of the base64 of every text that holds the bytes `offset` past a third byte. */
function withinBase64(bytes: Uint8Array, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  const end = Math.floor(((offset + bytes.length) * 8) / 6);
  return text.slice(Math.ceil((offset * 8) / 6), end);
}
