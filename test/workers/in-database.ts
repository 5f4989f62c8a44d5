/** The file of a store that nobody has open, by SQL. */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export function inDatabase<T>(folder: string, use: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(folder, "bank.sqlite"));
  try {
    return use(database);
  } finally {
    database.close();
  }
}
