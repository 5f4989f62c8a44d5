/** What a bank's folder holds, read beside the bank or after it: the books for the proof. */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { importFernetKey } from "../../../src/protocol/fernet.ts";
import { readAuditKeys } from "../../../src/server/keys/key-ring.ts";
import { plainFormat, sealedFormat } from "../../../src/workers/audit-log.ts";
import { verifyAuditFile } from "../../../src/workers/audit-verification.ts";
import { openSqliteReader } from "../../../src/workers/sqlite-store.ts";

export type AccountRow = { id: number; kind: "customer" | "vault"; name: string; balance: number };

export type JournalRow = {
  readonly id: number;
  readonly kind: "deposit" | "withdraw" | "transfer";
  readonly amount: number;
  readonly debit: number;
  readonly debitBalance: number;
  readonly debitPrevious: number;
  readonly credit: number;
  readonly creditBalance: number;
  readonly creditPrevious: number;
};

export type BooksOnDisk = {
  readonly accounts: readonly AccountRow[];
  /** In the order of their numbers. */
  readonly journal: readonly JournalRow[];
  /** Numbers of journal rows that have not exactly one audit row which says the same. */
  readonly unaudited: readonly number[];
  /** What is wrong with the audit: rows of no change, files that are not what the store says. */
  readonly auditFaults: readonly string[];
};

/** Of one moment: what the bank commits meanwhile is not in it. */
export function readBooks(folder: string): BooksOnDisk {
  const database = new DatabaseSync(join(folder, "bank.sqlite"), { readOnly: true });
  try {
    database.exec("BEGIN");
    return {
      accounts: readAll<AccountRow>(database, "SELECT id, kind, name, balance FROM accounts"),
      journal: readAll<JournalRow>(database, JOURNAL),
      unaudited: readAll<{ id: number }>(database, UNAUDITED).map(({ id }) => id),
      auditFaults: [
        ...readAll<{ sequence: number }>(database, AUDIT_OF_NOTHING).map(
          ({ sequence }) => `audit row ${sequence} tells of a change that is not in the journal`,
        ),
        ...fileFaults(folder),
      ],
    };
  } finally {
    database.close();
  }
}

const JOURNAL = `SELECT id, kind, amount,
  debit, debit_balance AS debitBalance, debit_previous AS debitPrevious,
  credit, credit_balance AS creditBalance, credit_previous AS creditPrevious
  FROM journal ORDER BY id`;
// One pass over each table: the audit has no index by journal row.
const UNAUDITED = `WITH told AS (
    SELECT journal_id AS id, count(*) AS rows, min(action) AS action, min(amount) AS amount
    FROM audit WHERE journal_id IS NOT NULL AND outcome = 'ok' GROUP BY journal_id)
  SELECT journal.id AS id FROM journal LEFT JOIN told ON told.id = journal.id
  WHERE told.rows IS NOT 1 OR told.action <> journal.kind OR told.amount <> journal.amount`;
const AUDIT_OF_NOTHING = `SELECT sequence FROM audit
  WHERE journal_id IS NOT NULL AND journal_id NOT IN (SELECT id FROM journal)`;

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

const readAll = <T>(database: DatabaseSync, sql: string): T[] =>
  database.prepare(sql).all() as unknown as T[];
