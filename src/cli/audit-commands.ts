/**
 * `secure-atm audit`: reads the audit files and the audit in the store, and changes neither. That
 * somebody has read them is reported to the bank, for its audit.
 */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { formatTime, objectOf, type AuditEntry } from "../bank/audit.ts";
import { isBackup } from "../backup/manifest.ts";
import { nodeCiphers } from "../ciphers/node.ts";
import { importFernetKey, type FernetKey } from "../protocol/fernet.ts";
import { readAuditKeys } from "../server/keys/key-ring.ts";
import { reportToBank } from "../server/owner-reports.ts";
import {
  SEALED_FILE,
  openAuditLine,
  plainFormat,
  readLines,
  sealedFormat,
  type LineFormat,
} from "../workers/audit-log.ts";
import { verifyAuditFile, type Verification } from "../workers/audit-verification.ts";
import { openFrozenReader, openSqliteReader } from "../workers/sqlite-store.ts";
import type { StoreReader } from "../workers/store.ts";
import { CommandFailed, EXIT, explained } from "./exit.ts";

const ENTRIES_MAX = 1_000; // Read at once.
/** A running bank's files come nearer to its store within this time, */
const CATCH_UP_MS = 500;
/** and are waited for so often, as long as they do. */
const CATCH_UPS_MAX = 20;

/** Prints the encrypted file's lines as they are in the plain one. */
export function decryptAudit(file: string | undefined, folder: string): void {
  const path = file ?? join(folder, SEALED_FILE);
  if (!existsSync(path)) throw new CommandFailed(EXIT.environment, `There is no file ${path}.`);
  const keys = auditKeysOf(folder);
  report(folder, "decrypt");
  let number = 0;
  for (const { text, complete } of readLines(path)) {
    number += 1;
    const line = openAuditLine(keys, text);
    if (line === null && !complete) {
      // A running bank may just be writing it, or one that has died was.
      process.stderr.write(`The last line of ${path} is incomplete and was passed over.\n`);
      return;
    }
    if (line === null) {
      const message = `Line ${number} of ${path} was not written under a key in ${folder}.`;
      throw new CommandFailed(EXIT.integrity, message);
    }
    print(line);
  }
}

/** Prints every entry of the store, with all its fields. */
export function listAudit(folder: string, json: boolean): void {
  const reader = openReader(folder);
  report(folder, "list");
  try {
    for (let after = 0; ;) {
      const entries = reader.auditAfter(after, ENTRIES_MAX);
      if (entries.length === 0) return;
      for (const entry of entries) print(json ? jsonOf(entry) : textOf(entry));
      after += entries.length;
    }
  } finally {
    reader.close();
  }
}

/** Compares both files with the store. @throws CommandFailed with the integrity code. */
export async function verifyAudit(folder: string): Promise<void> {
  const reader = openReader(folder);
  report(folder, "verify");
  try {
    const formats = [plainFormat, sealedFormat(nodeCiphers, ...auditKeysOf(folder))];
    const last = reader.auditLast();
    const verifications: Verification[] = [];
    for (const format of formats)
      verifications.push(await verifyFile(folder, format, reader, last));
    for (const { file, lines, fault } of verifications) {
      print(`${fault === null ? "OK" : "DAMAGED"}  ${file}: ${fault ?? `${lines} lines`}`);
    }
    if (verifications.some(({ fault }) => fault !== null)) {
      throw new CommandFailed(EXIT.integrity, "The audit files do not agree with the store.");
    }
  } finally {
    reader.close();
  }
}

/** The files of a running bank are behind its store, so one that grows is waited for. */
async function verifyFile(
  folder: string,
  format: LineFormat,
  reader: StoreReader,
  last: number,
): Promise<Verification> {
  let verification = verifyAuditFile(folder, format, reader, last);
  for (let waits = 0; verification.isBehind && waits < CATCH_UPS_MAX; waits++) {
    const { lines } = verification;
    await delay(CATCH_UP_MS);
    verification = verifyAuditFile(folder, format, reader, last);
    if (verification.lines === lines) break;
  }
  return verification;
}

/**
 * Before anything is shown. A folder that cannot be written is read all the same, and a backup has
 * no bank that could be told.
 */
function report(folder: string, command: string): void {
  if (isBackup(folder)) return;
  try {
    reportToBank(resolve(folder), { action: "audit.read", object: `secure-atm audit ${command}` });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`The bank's audit will not tell of this reading: ${reason}\n`);
  }
}

function auditKeysOf(folder: string): [FernetKey, ...FernetKey[]] {
  try {
    const [current, ...older] = readAuditKeys(folder);
    const imported = (key: Uint8Array): FernetKey => importFernetKey(nodeCiphers, key);
    return [imported(current), ...older.map(imported)];
  } catch (error) {
    throw explained(error, 0);
  }
}

function openReader(folder: string): StoreReader {
  try {
    const open = isBackup(folder) ? openFrozenReader : openSqliteReader;
    return open(resolve(folder));
  } catch (error) {
    throw explained(error, 0);
  }
}

const jsonOf = (entry: AuditEntry): string =>
  JSON.stringify({ ...entry, at: new Date(entry.at).toISOString(), object: objectOf(entry) });

function textOf({ sequence, at, who, action, outcome, ...rest }: AuditEntry): string {
  const { amount, transaction, origin, object } = rest;
  const money = amount === null ? "" : `  ${(amount / 100).toFixed(2)}`;
  const posting = transaction === null ? "" : `  transaction ${transaction}`;
  const aim = object === null ? "" : `  ${JSON.stringify(object)}`;
  const what = `${JSON.stringify(who)}  ${action}  ${outcome}${aim}${money}${posting}`;
  return `${sequence}  ${formatTime(at)}  ${origin}  ${what}`;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
