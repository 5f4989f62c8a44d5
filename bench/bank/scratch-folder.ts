/**
 * The folder of a bank under load, with customers in it: written as the bank's own store writes
 * them, since signing up a thousand at bcrypt's full cost would take minutes.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccountId } from "../../src/bank/ledger.ts";
import { openKeyRing } from "../../src/server/keys/key-ring.ts";
import { hashPassword } from "../../src/workers/passwords.ts";
import { openSqliteStore } from "../../src/workers/sqlite-store.ts";
import type { User } from "../load/line.ts";

export const PASSWORD = "correct horse battery staple";

/**
 * So cheap that a thousand sessions begin in seconds, if it is the bank's cost too: a bank pads a
 * cheaper hash to its own cost, and makes a new one.
 */
export const LOAD_COST = 4;
/** The bank's default, for what is about logins. */
export const LOGIN_COST = 12;

/** A name by its number, of the same length for all. */
export const userName = (index: number): string => `load-${String(index).padStart(7, "0")}`;

export const usersOf = (count: number, nameOf = userName): User[] =>
  Array.from({ length: count }, (_, index) => ({ name: nameOf(index), password: PASSWORD }));

const loginName = (index: number): string => `login-${index}`;

/** The customers of what is about logins. */
export const loginUsers = (count: number): User[] => usersOf(count, loginName);

/** To be removed when this process ends: by one listener, of which a process may have but a few. */
const folders: string[] = [];

export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "secure-atm-bench-"));
  if (folders.length === 0) process.once("exit", removeFolders);
  folders.push(folder);
  return folder;
}

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Makes a new bank in `folder`, with so many customers for the load and for logins, whose passwords
 * all have one cost.
 */
export function fillFolder(
  folder: string,
  customers: number,
  logins: number,
  cost = LOAD_COST,
): void {
  const { peppers } = openKeyRing(folder);
  const passwordHash = hashPassword({ password: PASSWORD, peppers, cost });
  const store = openSqliteStore({ folder });
  const at = Date.now();
  const users = [...usersOf(customers), ...loginUsers(logins)];
  const entries = users.map(({ name: username }, index) => {
    const account = (index + 1) as AccountId;
    const event = { type: "signed_up", account, username, passwordHash } as const;
    return { at, event, audit: null };
  });
  store.append(entries);
  store.close();
}
