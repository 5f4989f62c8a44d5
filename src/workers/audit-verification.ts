/** Compares an audit file with the store line by line: any edit, cut, insertion, swap is found. */

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { formatAuditLine, type AuditEntry } from "../bank/audit.ts";
import { readLines, type LineFormat } from "./audit-log.ts";
import type { AuditReader } from "./store.ts";

const ENTRIES_MAX = 1_000; // Read at once.

export type Verification = {
  file: string;
  /** Lines that agree with the store. */
  lines: number;
  /** The first thing that is wrong, for the operator; null if nothing is. */
  fault: string | null;
  /** Whether all that is wrong is that the file ends too early. */
  isBehind: boolean;
};

/**
 * Of a bank that runs, both the store and the file grow meanwhile. So the file must hold the
 * entries up to `last`, and of later ones only those that the store holds too; lines that are
 * added after this has begun are not looked at.
 * @param last By default the store's latest, for a bank that has stopped.
 */
export function verifyAuditFile(
  folder: string,
  format: LineFormat,
  reader: AuditReader,
  last = reader.auditLast(),
): Verification {
  const { file } = format;
  const path = join(folder, file);
  const size = existsSync(path) ? statSync(path).size : 0;
  const lines = size > 0 ? readLines(path) : [].values();
  const entries = entriesOf(reader);
  let agreed = 0;
  const ends = (fault: string | null, isBehind = false): Verification => ({
    ...{ file, lines: agreed, fault, isBehind },
  });
  for (const { text, complete, endsAt } of lines) {
    if (agreed >= last && endsAt > size) break;
    // Asked for after its line was read: the store has an entry before the file has its line.
    const entry = entries.next();
    if (entry.done === true) return ends(`has lines that nobody wrote, after ${agreed}`);
    if (!complete) break; // It is just being written.
    if (format.decode(text) !== formatAuditLine(entry.value)) {
      return ends(`line ${entry.value.sequence} is not the one written`);
    }
    agreed += 1;
  }
  return agreed < last ? ends(`ends before entry ${agreed + 1}`, true) : ends(null);
}

function* entriesOf(reader: AuditReader): Generator<AuditEntry> {
  for (let after = 0; ;) {
    const entries = reader.auditAfter(after, ENTRIES_MAX);
    if (entries.length === 0) return;
    yield* entries;
    after += entries.length;
  }
}
