/** Audit entries, each page read once: the two files ask for the same pages one after the other. */

import type { AuditEntry } from "../bank/audit.ts";
import type { AuditReader } from "./store.ts";

/** What it remembers stays true: entries are never changed. That there are none can change. */
export class LastPage implements AuditReader {
  readonly #reader: AuditReader;
  #after = -1;
  #limit = 0;
  #entries: AuditEntry[] = [];

  constructor(reader: AuditReader) {
    this.#reader = reader;
  }

  auditAfter(sequence: number, limit: number): AuditEntry[] {
    const isKept = this.#entries.length > 0 && sequence === this.#after && limit === this.#limit;
    if (isKept) return this.#entries;
    const entries = this.#reader.auditAfter(sequence, limit);
    if (entries.length === 0) return entries; // Which ends one file's page, and not the other's.
    this.#after = sequence;
    this.#limit = limit;
    this.#entries = entries;
    return entries;
  }

  auditAt(sequence: number): AuditEntry | null {
    return this.#reader.auditAt(sequence);
  }

  auditLast(): number {
    return this.#reader.auditLast();
  }
}
