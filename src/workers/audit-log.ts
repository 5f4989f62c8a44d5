/**
 * The audit files, `audit_log_unencrypted.txt` and `audit_log.enc`: one line for each entry that
 * the store holds, in order. Line N is entry N, so the files themselves say how far they are: a
 * crash loses no line and doubles none. The store is the truth; a file that does not agree with
 * it is set aside and written anew.
 */

import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { formatAuditLine } from "../bank/audit.ts";
import { openToken, sealLines, IV_BYTES, type FernetKey } from "../protocol/fernet.ts";
import type { Ciphers } from "../protocol/ciphers.ts";
import { linesIn, type AuditPage, type AuditPages } from "./audit-pages.ts";

export const PLAIN_FILE = "audit_log_unencrypted.txt";
export const SEALED_FILE = "audit_log.enc";

const CHUNK_BYTES = 1 << 20;
const FILE_MODE = 0o600;
const LINE_FEED = 0x0a;

/** How one of the files writes entries as lines, and reads a line back to the plain one. */
export type LineFormat = {
  readonly file: string;
  /** The page's lines, each with its line feed. */
  encode(page: AuditPage): Uint8Array;
  /** The line's `<username>\t<action>\t<time>`, or null if it is not of this format. */
  decode(line: string): string | null;
};

export const plainFormat: LineFormat = {
  file: PLAIN_FILE,
  encode: ({ text }) => text,
  decode: (line) => line,
};

/** Fernet tokens, sealed at the time of their entry; lines under older keys are read as well. */
export const sealedFormat = (
  ciphers: Ciphers,
  key: FernetKey,
  ...older: readonly FernetKey[]
): LineFormat => ({
  file: SEALED_FILE,
  encode({ text, timesSeconds }) {
    const ivs = ciphers.randomBytes(timesSeconds.length * IV_BYTES);
    return sealLines(key, linesIn(text), timesSeconds, ivs);
  },
  decode: (line) => openAuditLine([key, ...older], line),
});

/** Opens one line of the encrypted file, however old; null if it is under none of the keys. */
export function openAuditLine(keys: readonly FernetKey[], line: string): string | null {
  const forever = Number.MAX_SAFE_INTEGER;
  for (const key of keys) {
    try {
      return new TextDecoder().decode(openToken(key, line, 0, forever, forever).plaintext);
    } catch {
      // Whatever is wrong with a token, it is not one under this key.
    }
  }
  return null;
}

/** How much of a file is written. */
type Extent = { readonly lines: number; readonly bytes: number };

const NOTHING: Extent = { lines: 0, bytes: 0 };

/** One of the files, as its writer. */
export class AuditLog {
  readonly #path: string;
  readonly #format: LineFormat;
  readonly #pages: AuditPages;
  readonly #onDamage: (message: string) => void;
  /** How the last write has left the file; null when it has to be looked at first. */
  #left: Extent | null = null;

  constructor(options: {
    folder: string;
    format: LineFormat;
    pages: AuditPages;
    onDamage: (message: string) => void;
  }) {
    this.#path = join(options.folder, options.format.file);
    this.#format = options.format;
    this.#pages = options.pages;
    this.#onDamage = options.onDamage;
  }

  /**
   * Appends every entry that the file lacks; the first of all makes the file. One that somebody has
   * moved away, or emptied, is written anew from the first entry on.
   * @throws Error of the file system. The next call then begins by mending what was cut short.
   */
  catchUp(): void {
    const left = this.#left?.bytes === sizeOf(this.#path) ? this.#left : null;
    let { lines, bytes } = left ?? this.#recover();
    this.#left = null; // Until the writes below have ended well.
    for (let page = this.#pages.after(lines); page !== null; page = this.#pages.after(lines)) {
      const text = this.#format.encode(page);
      appendAll(this.#path, text);
      lines += page.timesSeconds.length;
      bytes += text.length;
    }
    this.#left = { lines, bytes };
  }

  /** Counts the lines, cuts off one that a crash left torn, and checks the last of them. */
  #recover(): Extent {
    if (!existsSync(this.#path)) return NOTHING;
    const { lines, bytes, last } = readTail(this.#path);
    const entry = lines === 0 ? null : this.#pages.entryAt(lines);
    const agrees = entry !== null && this.#format.decode(last) === formatAuditLine(entry);
    if (lines === 0 || agrees) {
      truncate(this.#path, bytes);
      return { lines, bytes };
    }
    const aside = `${this.#path}.damaged-${Date.now()}`;
    renameSync(this.#path, aside);
    this.#onDamage(`${this.#path} does not agree with the bank's store; kept as ${aside}`);
    return NOTHING;
  }
}

/** Zero for a file that is not there. */
const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** The complete lines of a file: how many, how many bytes they are, and the last of them. */
function readTail(path: string): { lines: number; bytes: number; last: string } {
  let lines = 0;
  let bytes = 0;
  let last = "";
  for (const line of readLines(path)) {
    if (!line.complete) break;
    lines += 1;
    bytes = line.endsAt;
    last = line.text;
  }
  return { lines, bytes, last };
}

/** A file's lines, without their line feeds; only the last can be incomplete. */
export function* readLines(
  path: string,
): Generator<{ text: string; complete: boolean; endsAt: number }> {
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let pending = Buffer.alloc(0);
    let endsAt = 0;
    for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
      let rest = Buffer.concat([pending, chunk.subarray(0, size)]);
      for (let at = rest.indexOf(LINE_FEED); at >= 0; at = rest.indexOf(LINE_FEED)) {
        endsAt += at + 1;
        yield { text: rest.toString("utf8", 0, at), complete: true, endsAt };
        rest = rest.subarray(at + 1);
      }
      pending = rest;
    }
    if (pending.length > 0) {
      yield { text: pending.toString("utf8"), complete: false, endsAt: endsAt + pending.length };
    }
  } finally {
    closeSync(file);
  }
}

function appendAll(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "a", FILE_MODE);
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
  } finally {
    closeSync(file);
  }
}

function truncate(path: string, bytes: number): void {
  const file = openSync(path, "r+");
  try {
    ftruncateSync(file, bytes);
  } finally {
    closeSync(file);
  }
}
