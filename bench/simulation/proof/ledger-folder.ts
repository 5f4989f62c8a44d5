/** What a bank's folder holds, read beside the bank or after it: the books for the proof. */

import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { importFernetKey } from "../../../src/protocol/fernet.ts";
import { readAuditKeys } from "../../../src/server/keys/key-ring.ts";
import { plainFormat, sealedFormat } from "../../../src/workers/audit-log.ts";
import { AuditMatch } from "../../../src/workers/audit-match.ts";
import { verifyAuditFile } from "../../../src/workers/audit-verification.ts";
import type { AccountRow, JournalRow } from "../../../src/workers/books-snapshot.ts";
import { openSnapshot } from "../../../src/workers/sqlite-snapshot.ts";
import { openSqliteReader } from "../../../src/workers/sqlite-store.ts";

export type { AccountRow, JournalRow } from "../../../src/workers/books-snapshot.ts";

export type BooksOnDisk = {
  readonly accounts: readonly AccountRow[];
  /** In the order of their numbers. */
  readonly journal: readonly JournalRow[];
  /**
   * What is wrong with the audit: changes without a row, rows of no change, files that are not what
   * the store says.
   */
  readonly auditFaults: readonly string[];
};

/** Of one moment: what the bank commits meanwhile is not in it. */
export function readBooks(folder: string): BooksOnDisk {
  const snapshot = openSnapshot(folder);
  try {
    const accounts = [...snapshot.accounts()];
    const journal = [...snapshot.journal()];
    const byId = new Map(accounts.map((row) => [row.id, row]));
    const auditFaults: string[] = [];
    const audit = new AuditMatch(
      snapshot.audit(),
      (id) => byId.get(id),
      (_kind, text) => auditFaults.push(text),
    );
    for (const row of journal) audit.add(row);
    for (let isOver = false; !isOver;) isOver = audit.end();
    return { accounts, journal, auditFaults: [...auditFaults, ...fileFaults(folder)] };
  } finally {
    snapshot.close();
  }
}

function fileFaults(folder: string): string[] {
  const reader = openSqliteReader(folder);
  try {
    const [current, ...older] = readAuditKeys(folder);
    const keyOf = (raw: Uint8Array) => importFernetKey(nodeCiphers, raw);
    const sealed = sealedFormat(nodeCiphers, keyOf(current), ...older.map(keyOf));
    return [plainFormat, sealed].flatMap((format) => {
      const { file, fault } = verifyAuditFile(folder, format, reader);
      return fault === null ? [] : [`${file} ${fault}`];
    });
  } finally {
    reader.close();
  }
}
