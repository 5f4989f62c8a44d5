/** Compares an audit file with the store line by line: any edit, cut, insertion, swap is found. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { formatAuditLine } from "../bank/audit.ts";
import { readLines, type LineFormat } from "./audit-log.ts";
import type { AuditReader } from "./store.ts";

const ENTRIES_MAX = 1_000; // Read at once.

export type Verification = {
  file: string;
  /** Lines that agree with the store. */
  lines: number;
  /** The first thing that is wrong, for the operator; null if nothing is. */
  fault: string | null;
};

export function verifyAuditFile(
  folder: string,
  format: LineFormat,
  reader: AuditReader,
): Verification {
  const { file } = format;
  const path = join(folder, file);
  const lines = existsSync(path) ? readLines(path) : [].values();
  let agreed = 0;
  for (;;) {
    const entries = reader.auditAfter(agreed, ENTRIES_MAX);
    for (const entry of entries) {
      const line = lines.next();
      if (line.done === true || !line.value.complete) {
        return { file, lines: agreed, fault: `ends before entry ${entry.sequence}` };
      }
      if (format.decode(line.value.text) !== formatAuditLine(entry)) {
        return { file, lines: agreed, fault: `line ${entry.sequence} is not the one written` };
      }
      agreed += 1;
    }
    if (entries.length === 0) break;
  }
  const more = lines.next();
  const fault = more.done === true ? null : `has lines that nobody wrote, after ${agreed}`;
  return { file, lines: agreed, fault };
}
