/**
 * The audit in pages as its files have it, each made once: the files ask for the same pages one
 * after the other.
 */

import { formatAuditLine, type AuditEntry } from "../bank/audit.ts";
import type { AuditReader } from "./store.ts";

const ENTRIES_MAX = 1_000;
const LINE_FEED = 0x0a;

const encoder = new TextEncoder();

export type AuditPage = {
  /** The entries' plain lines, each with its line feed, in UTF-8. */
  readonly text: Uint8Array;
  /** When each of them happened, in seconds since the epoch. */
  readonly timesSeconds: readonly number[];
};

export class AuditPages {
  readonly #reader: AuditReader;
  #after = -1;
  /** What it says stays true, since entries are never changed. */
  #last: AuditPage | null = null;

  constructor(reader: AuditReader) {
    this.#reader = reader;
  }

  /** What comes after this entry; null if nothing does. */
  after(sequence: number): AuditPage | null {
    if (this.#last !== null && sequence === this.#after) return this.#last;
    const entries = this.#reader.auditAfter(sequence, ENTRIES_MAX);
    if (entries.length === 0) return null; // The last page may still be asked for.
    this.#after = sequence;
    this.#last = pageOf(entries);
    return this.#last;
  }

  entryAt(sequence: number): AuditEntry | null {
    return this.#reader.auditAt(sequence);
  }
}

export const pageOf = (entries: readonly AuditEntry[]): AuditPage => ({
  text: encoder.encode(entries.map((entry) => `${formatAuditLine(entry)}\n`).join("")),
  timesSeconds: entries.map(({ at }) => Math.floor(at / 1_000)),
});

/** The lines of a page's text, without their line feeds. */
export function linesIn(text: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < text.length;) {
    const end = text.indexOf(LINE_FEED, start);
    lines.push(text.subarray(start, end));
    start = end + 1;
  }
  return lines;
}
