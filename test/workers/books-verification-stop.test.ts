/** The proof of large books can be stopped: it looks at whether to go on, whatever it walks. */

import { describe, expect, it } from "vitest";
import { verifyBooks } from "../../src/workers/books-verification.ts";
import type { BooksSnapshot } from "../../src/workers/books-snapshot.ts";
import { openSnapshot } from "../../src/workers/sqlite-snapshot.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { liveThroughADay, tamper } from "./books-stage.ts";

const ROWS = 30_000;
const ROWS_AT_ONCE_MAX = 10_001;

/** The rows of a snapshot, counted as they are read. */
function counted(snapshot: BooksSnapshot, count: () => void): BooksSnapshot {
  function* each<T>(rows: Iterable<T>): Generator<T> {
    for (const row of rows) {
      count();
      yield row;
    }
  }
  return {
    head: () => snapshot.head(),
    accounts: () => each(snapshot.accounts()),
    journal: (after) => each(snapshot.journal(after)),
    audit: () => each(snapshot.audit()),
    outcomes: () => each(snapshot.outcomes()),
    credentials: () => each(snapshot.credentials()),
    standings: () => each(snapshot.standings()),
    proposals: () => each(snapshot.proposals()),
    storageFaults: () => snapshot.storageFaults(),
  };
}

const NUMBERS = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})`;
const readings = (after: string): string => `${NUMBERS}
  INSERT INTO audit SELECT (${after}) + i, 10000, 'alice', 'balance', 'ok', NULL, NULL, 'x', NULL
  FROM n`;

describe("the proof of large books looks at whether to go on", () => {
  it.for<readonly [where: string, sql: string]>([
    [
      "in accounts",
      `${NUMBERS} INSERT INTO accounts SELECT 5 + i, 0, 0 FROM n;
       ${NUMBERS} INSERT INTO holders SELECT 5 + i, 'customer', 'user' || i, 1 FROM n`,
    ],
    [
      "in the audit before a row of the journal",
      `UPDATE audit SET sequence = sequence + ${ROWS}
         WHERE sequence > 13;
       UPDATE journal SET sequence = sequence + ${ROWS}, at = 10000 WHERE id = 7;
       ${readings("13")}`,
    ],
    ["in the audit behind the last of them", readings("SELECT max(sequence) FROM audit")],
    [
      "in an audit that tells of what is not in the journal",
      `${readings("SELECT max(sequence) FROM audit")}; UPDATE audit SET journal_id = 99
       WHERE at = 10000`,
    ],
    [
      "in outcomes",
      `${NUMBERS} INSERT INTO outcomes
       SELECT 100 + i, 1, 'key ' || i, 'deposit 1', NULL, 'insufficient_funds' FROM n`,
    ],
  ])("%s", async ([, sql]) => {
    const folder = temporaryFolder();
    liveThroughADay(folder);
    tamper(folder, sql);
    const snapshot = openSnapshot(folder);
    let sinceLast = 0;
    let most = 0;
    let total = 0;
    const rows = counted(snapshot, () => {
      total += 1;
      sinceLast += 1;
      most = Math.max(most, sinceLast);
    });
    await verifyBooks(rows, async () => {
      sinceLast = 0;
    });
    snapshot.close();
    expect(total).toBeGreaterThan(ROWS);
    expect(most).toBeLessThan(2 * ROWS_AT_ONCE_MAX);
  });
});
