/**
 * Connections to the embedded store's files: the one place that runs SQLite. Whoever opens one here
 * owns it, and closes it.
 */

import { closeSync, existsSync, fchmodSync, fstatSync, openSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { backup, DatabaseSync } from "node:sqlite";
import { MIGRATIONS, SCHEMA, SCHEMA_VERSION } from "./sqlite-schema.ts";
import { numberOf } from "./sqlite-statements.ts";
import { StoreFull, StoreUnusable } from "./store.ts";

/** How long a new owner waits for the last one to let go, as when the ledger thread restarts. */
const LOCK_WAIT_MS = 1_500;
const READER_WAIT_MS = 5_000;
/** Pages that a copy takes in one step: between two steps it can be told to stop. */
const COPY_PAGES = 1_000;
const SQLITE_BUSY = 5;
const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;
const SQLITE_CORRUPT = 11;
/** Of writing, of forcing onto the disk, and of cutting a file. */
const IOERR_WRITES: ReadonlySet<number> = new Set([3, 4, 6].map((n) => SQLITE_IOERR | (n << 8)));
/** Node's own: a whole number that is none of JavaScript's. */
const OUT_OF_RANGE = "ERR_OUT_OF_RANGE";

/** Of the files, whatever the folder and the umask allow: SQLite gives its journal the same. */
const FILE_MODE = 0o600;

/** The database of a data folder, and of a backup. */
export const DATABASE_FILE = "bank.sqlite";
/** What whoever uses a folder holds locked; a folder that a bank has used has it for good. */
export const LOCK_FILE = "bank.lock";
export const databaseIn = (folder: string): string => join(folder, DATABASE_FILE);

/**
 * Opens the writer's connection, makes the tables, and brings older ones up to date.
 * @param bytesMax The most that the file may grow to.
 * @throws StoreUnusable, or SQLite's own errors
 */
export function openForWriting(folder: string, bytesMax: number | undefined): DatabaseSync {
  for (const suffix of ["", "-wal", "-shm"])
    makePrivate(databaseIn(folder) + suffix, suffix === "");
  const database = new DatabaseSync(databaseIn(folder), { timeout: READER_WAIT_MS });
  const version = versionOf(database);
  if (version > SCHEMA_VERSION) {
    database.close();
    throw newerVersion(folder);
  }
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  const change = version === 0 ? SCHEMA : MIGRATIONS.get(version);
  if (change !== undefined) database.exec(`BEGIN IMMEDIATE; ${change} COMMIT;`);
  if (bytesMax !== undefined) {
    const pageBytes = Number(database.prepare("PRAGMA page_size").get()?.["page_size"]);
    database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(bytesMax / pageBytes))}`);
  }
  return database;
}

/** Opens a reader's connection, beside the writer or without one. @throws StoreUnusable */
export function openForReading(folder: string): DatabaseSync {
  const none = new StoreUnusable("damaged", `there is no bank in ${folder}`);
  if (!existsSync(databaseIn(folder))) throw none;
  return checked(folder, none, () => {
    return new DatabaseSync(databaseIn(folder), { readOnly: true, timeout: READER_WAIT_MS });
  });
}

/**
 * Opens a database that nobody writes, such as a backup's, and leaves no file beside it.
 * @throws StoreUnusable
 */
export function openFrozen(folder: string): DatabaseSync {
  const url = pathToFileURL(databaseIn(folder));
  url.searchParams.set("immutable", "1");
  const none = new StoreUnusable("damaged", `the database in ${folder} has no tables`);
  return checked(folder, none, () => new DatabaseSync(url, { readOnly: true }));
}

function checked(folder: string, none: StoreUnusable, open: () => DatabaseSync): DatabaseSync {
  let database: DatabaseSync | null = null;
  try {
    database = open();
    const version = versionOf(database);
    if (version === 0) throw none; // Its ledger is just about to make the tables.
    if (version > SCHEMA_VERSION) throw newerVersion(folder);
    return database;
  } catch (error) {
    database?.close();
    throw translated(error, folder);
  }
}

/**
 * Two banks on one folder would each keep balances of their own, so the folder is locked: by an
 * open transaction on a second file, which the system gives up with the process, however it ends.
 */
export function lockFolder(folder: string): DatabaseSync {
  const file = join(folder, LOCK_FILE);
  makePrivate(file, true);
  const lock = new DatabaseSync(file, { timeout: LOCK_WAIT_MS });
  try {
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;");
    return lock;
  } catch (error) {
    lock.close();
    if (codeOf(error) !== SQLITE_BUSY) throw translated(error, folder);
    throw new StoreUnusable("in_use", `another bank is using ${folder}`);
  }
}

/**
 * Copies a database, page by page, to a file of the same name in another folder. Made within a
 * read transaction, the copy is of that moment, however much is written meanwhile; without one,
 * each commit of another connection makes it begin anew (docs/decisions/0006).
 * @throws whatever the signal was aborted with
 */
export async function copyDatabase(
  database: DatabaseSync,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  makePrivate(databaseIn(folder), true);
  await backup(database, databaseIn(folder), {
    rate: COPY_PAGES,
    progress: () => signal.throwIfAborted(),
  });
}

export const versionOf = (database: DatabaseSync): number =>
  numberOf(database.prepare("PRAGMA user_version"), "user_version");

/** What an error of SQLite's means for the operator; any other error is left as it is. */
export function translated(error: unknown, folder: string): unknown {
  const code = codeOf(error);
  if (code === SQLITE_NOTADB || code === SQLITE_CORRUPT) {
    return new StoreUnusable("damaged", `the database in ${folder} is damaged`);
  }
  if (code === SQLITE_FULL) return new StoreFull(`there is no room in ${folder}`);
  if (code !== SQLITE_IOERR && code !== SQLITE_CANTOPEN) return error;
  const told = error instanceof Error ? error.message : String(error);
  return new StoreUnusable("unreachable", `the database in ${folder} cannot be used: ${told}`);
}

export const isFull = (error: unknown): boolean => codeOf(error) === SQLITE_FULL;

/** Whether an error is of what was being written, by SQLite's extended codes. */
export const isUnwritten = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && IOERR_WRITES.has(Number(error.errcode));

/** Whether a number was read that is too large to be exact: no bank writes one. */
export const isOutOfRange = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === OUT_OF_RANGE;

const newerVersion = (folder: string): StoreUnusable =>
  new StoreUnusable("newer_version", `${folder} was written by a newer Secure ATM`);

/**
 * Closes a file to everybody but its owner, also one that an older version or a copy has left open;
 * @param makes whether it is made if it is not there: SQLite takes an empty one for a new database.
 */
function makePrivate(file: string, makes: boolean): void {
  if (!makes && !existsSync(file)) return;
  const opened = openSync(file, "a", FILE_MODE);
  try {
    if ((fstatSync(opened).mode & 0o777) !== FILE_MODE) fchmodSync(opened, FILE_MODE);
  } finally {
    closeSync(opened);
  }
}

/** SQLite's primary result code of an error, or null if it is not SQLite's. */
function codeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !("errcode" in error)) return null;
  return typeof error.errcode === "number" ? error.errcode & 0xff : null;
}
