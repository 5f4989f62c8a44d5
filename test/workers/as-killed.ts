/** The files of a store as a death at this moment leaves them, in a folder within its own. */

import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

export function asKilled(folder: string, name: string): string {
  const to = join(folder, name);
  mkdirSync(to);
  for (const file of ["bank.sqlite", "bank.sqlite-wal"]) {
    if (existsSync(join(folder, file))) copyFileSync(join(folder, file), join(to, file));
  }
  return to;
}
