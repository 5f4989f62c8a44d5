/**
 * The ceiling of the disk: a bare loop that writes a journal row for each transfer and each touched
 * balance once a batch, durably, as the ledger's store does; without audit, without idempotency,
 * without an index, without anybody who asks.
 */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { seededRandom } from "../../src/actor/random.ts";

const ACCOUNTS = 1_000;
const TABLES = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE accounts (
    id INTEGER PRIMARY KEY, balance INTEGER NOT NULL, last_transaction INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE journal (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, amount INTEGER NOT NULL,
    debit INTEGER NOT NULL, debit_balance INTEGER NOT NULL, debit_previous INTEGER NOT NULL,
    credit INTEGER NOT NULL, credit_balance INTEGER NOT NULL, credit_previous INTEGER NOT NULL,
    memo TEXT
  ) STRICT;`;

export class SqliteLoop {
  readonly #batch: number;
  readonly #database: DatabaseSync;
  readonly #commit: () => void;

  /** @param folder Holds nothing of that name yet. */
  constructor(folder: string, batch: number, seed: number) {
    this.#batch = batch;
    this.#database = new DatabaseSync(join(folder, `bare-${batch}.sqlite`));
    this.#database.exec(TABLES);
    this.#commit = committer(this.#database, batch, seed);
  }

  /** Makes batches durable for as long. */
  run(durationMs: number): { transfers: number; elapsedMs: number } {
    const startedAt = performance.now();
    let transfers = 0;
    while (performance.now() - startedAt < durationMs) {
      this.#commit();
      transfers += this.#batch;
    }
    return { transfers, elapsedMs: performance.now() - startedAt };
  }

  close(): void {
    this.#database.close();
  }
}

function committer(database: DatabaseSync, batch: number, seed: number): () => void {
  const random = seededRandom(seed);
  const addAccount = database.prepare("INSERT INTO accounts VALUES (?, 0, 0)");
  for (let id = 0; id < ACCOUNTS; id++) addAccount.run(id);
  const addRow = database.prepare("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const setBalance = database.prepare(
    "UPDATE accounts SET balance = ?, last_transaction = ? WHERE id = ?",
  );
  const balances = new Float64Array(ACCOUNTS);
  const latest = new Float64Array(ACCOUNTS);
  const touched = new Set<number>();
  let id = 0;
  return () => {
    database.exec("BEGIN IMMEDIATE");
    const at = Date.now();
    for (let row = 0; row < batch; row++) {
      const customer = 1 + Math.floor(random() * (ACCOUNTS - 1));
      id += 1;
      balances[0]! -= 100;
      balances[customer]! += 100;
      addRow.run(
        ...[id, at, "deposit", 100, 0, balances[0]!, latest[0]!],
        ...[customer, balances[customer]!, latest[customer]!, null],
      );
      latest[0] = id;
      latest[customer] = id;
      touched.add(0).add(customer);
    }
    for (const account of touched) setBalance.run(balances[account]!, latest[account]!, account);
    touched.clear();
    database.exec("COMMIT");
  };
}
