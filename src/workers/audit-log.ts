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
import { formatAuditLine, type AuditEntry } from "../bank/audit.ts";
import { openToken, sealToken, IV_BYTES, type FernetKey } from "../protocol/fernet.ts";
import type { Ciphers } from "../protocol/ciphers.ts";
import { Room } from "../protocol/room.ts";
import type { AuditReader } from "./store.ts";

export const PLAIN_FILE = "audit_log_unencrypted.txt";
export const SEALED_FILE = "audit_log.enc";

const ENTRIES_MAX = 1_000; // In one write.
const CHUNK_BYTES = 1 << 20;
const FILE_MODE = 0o600;
const LINE_FEED = 0x0a;

const room = new Room();

/** How one of the files writes an entry as a line, and reads it back to the plain one. */
export type LineFormat = {
  readonly file: string;
  encode(entry: AuditEntry): string;
  /** The line's `<username>\t<action>\t<time>`, or null if it is not of this format. */
  decode(line: string): string | null;
};

export const plainFormat: LineFormat = {
  file: PLAIN_FILE,
  encode: formatAuditLine,
  decode: (line) => line,
};

/** Fernet tokens, sealed at the time of their entry; lines under older keys are read as well. */
export const sealedFormat = (
  ciphers: Ciphers,
  key: FernetKey,
  ...older: readonly FernetKey[]
): LineFormat => ({
  file: SEALED_FILE,
  encode(entry) {
    const line = room.encode(formatAuditLine(entry));
    return sealToken(key, line, Math.floor(entry.at / 1_000), ciphers.randomBytes(IV_BYTES));
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

/** One of the files, as its writer. */
export class AuditLog {
  readonly #path: string;
  readonly #format: LineFormat;
  readonly #reader: AuditReader;
  readonly #onDamage: (message: string) => void;
  /** How the last write has left the file; null when it has to be looked at first. */
  #left: { lines: number; bytes: number } | null = null;

  constructor(options: {
    folder: string;
    format: LineFormat;
    reader: AuditReader;
    onDamage: (message: string) => void;
  }) {
    this.#path = join(options.folder, options.format.file);
    this.#format = options.format;
    this.#reader = options.reader;
    this.#onDamage = options.onDamage;
  }

  /**
   * Appends every entry that the file lacks; the first of all makes the file. One that somebody has
   * moved away, or emptied, is written anew from the first entry on.
   * @throws Error of the file system. The next call then begins by mending what was cut short.
   */
  catchUp(): void {
    const isAsLeft = this.#left?.bytes === sizeOf(this.#path);
    let lines = this.#left !== null && isAsLeft ? this.#left.lines : this.#recover();
    this.#left = null; // Until the write below has ended well.
    for (;;) {
      const entries = this.#reader.auditAfter(lines, ENTRIES_MAX);
      if (entries.length === 0) break;
      const text = entries.map((entry) => `${this.#format.encode(entry)}\n`).join("");
      appendAll(this.#path, text);
      lines += entries.length;
    }
    this.#left = { lines, bytes: sizeOf(this.#path) };
  }

  /** Counts the lines, cuts off one that a crash left torn, and checks the last of them. */
  #recover(): number {
    if (!existsSync(this.#path)) return 0;
    const { lines, bytes, last } = readTail(this.#path);
    if (lines === 0) {
      truncate(this.#path, 0);
      return 0;
    }
    const entry = this.#reader.auditAt(lines);
    if (entry !== null && this.#format.decode(last) === formatAuditLine(entry)) {
      truncate(this.#path, bytes);
      return lines;
    }
    const aside = `${this.#path}.damaged-${Date.now()}`;
    renameSync(this.#path, aside);
    this.#onDamage(`${this.#path} does not agree with the bank's store; kept as ${aside}`);
    return 0;
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

function appendAll(path: string, text: string): void {
  const file = openSync(path, "a", FILE_MODE);
  try {
    const bytes = Buffer.from(text);
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
