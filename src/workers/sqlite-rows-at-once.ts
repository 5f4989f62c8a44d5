/**
 * Writes rows of one table several at a time: a call of SQLite takes about as long as the row that
 * it writes. Whoever adds rows flushes them within the same transaction, or drops them.
 */

import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

const ROWS = 16;

export class RowsAtOnce {
  readonly #columns: number;
  readonly #one: StatementSync;
  readonly #several: StatementSync;
  #waiting: SQLInputValue[] = [];

  /** @param verb Such as `INSERT INTO` and a table that has so many columns. */
  constructor(database: DatabaseSync, verb: string, columns: number) {
    const row = `(${Array(columns).fill("?").join(", ")})`;
    this.#columns = columns;
    this.#one = database.prepare(`${verb} VALUES ${row}`);
    this.#several = database.prepare(`${verb} VALUES ${Array(ROWS).fill(row).join(", ")}`);
  }

  /** @param values As many as the table has columns. */
  add(...values: readonly SQLInputValue[]): void {
    this.#waiting.push(...values);
    if (this.#waiting.length < ROWS * this.#columns) return;
    this.#several.run(...this.#waiting);
    this.drop();
  }

  flush(): void {
    for (let at = 0; at < this.#waiting.length; at += this.#columns) {
      this.#one.run(...this.#waiting.slice(at, at + this.#columns));
    }
    this.drop();
  }

  /** Forgets the rows that wait: their transaction is rolled back. */
  drop(): void {
    this.#waiting.length = 0;
  }
}
