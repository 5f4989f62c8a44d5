/** Row 62: what every row of the audit must be, in the store and in both files. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { formatAuditLine, type AuditEntry } from "../../../src/bank/audit.ts";
import { AUDIT_VOCABULARY, THE_BANK, THE_OWNER } from "../../../src/bank/audit-vocabulary.ts";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { importFernetKey } from "../../../src/protocol/fernet.ts";
import { readAuditKeys } from "../../../src/server/keys/key-ring.ts";
import { PLAIN_FILE, SEALED_FILE, openAuditLine } from "../../../src/workers/audit-log.ts";

const FIELDS = ["sequence", "at", "who", "action", "outcome", "amount", "transaction"];
const ALL_FIELDS = [...FIELDS, "origin", "object"].toSorted();

/** An address and a port; or the bank's own process, its folder, its owner's command line. */
const ORIGIN = /^(?:[\da-f.:]+:\d{1,5}|process \d+|the bank's folder|command line)$/;
/** A user name as the bank takes it. */
const NAME = /^[\w.@+-]{1,32}$/;
const ADDRESS = /^[\da-f.:]+:\d{1,5}$/;
const LINE = /^([^\t]+)\t([\w.]+)(?:: (\w+))?\t(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)$/;

/** Rows that move money, and no others, name a transaction. */
const MOVES = new Set(["deposit", "withdraw", "transfer", "admin.adjust", "admin.approve"]);
const SUMS = new Set([...MOVES].filter((action) => action !== "admin.approve"));
/** Whoever fails to get in may have given any name. */
const BY_ANY_NAME = new Set(["login", "signup"]);

/** What is wrong with a row; nothing, if it is one. */
export function faultsOf(entry: AuditEntry, notBefore: number): string[] {
  const { at, who, action, outcome, amount, transaction, origin, object } = entry;
  const words = Object.hasOwn(AUDIT_VOCABULARY, action)
    ? AUDIT_VOCABULARY[action as keyof typeof AUDIT_VOCABULARY]
    : null;
  const isNamed = NAME.test(who) || ADDRESS.test(who) || who === THE_BANK || who === THE_OWNER;
  const isMove = MOVES.has(action) && outcome === "ok";
  const hasSum = isMove || SUMS.has(action);
  // A session refuses it by the role, or for want of a confirmation, and the sum is not told.
  const isUntold = UNTOLD.has(outcome);
  const faults: Record<string, boolean> = {
    fields: Object.keys(entry).toSorted().join() !== ALL_FIELDS.join(),
    at: !Number.isSafeInteger(at) || at < notBefore || at > Date.now(),
    who: who === "" || !(isNamed || BY_ANY_NAME.has(action)),
    action: words === null,
    outcome: !(words?.outcomes as readonly string[] | undefined)?.includes(outcome),
    amount: (!isUntold && (amount !== null) !== hasSum) || !Number.isSafeInteger(amount ?? 0),
    transaction: (transaction !== null) !== isMove || !Number.isSafeInteger(transaction ?? 1),
    origin: !ORIGIN.test(origin),
    object: object === "" || (object !== null && words?.object === null),
    "an object": object === null && NEEDS_OBJECT.has(action),
  };
  return Object.keys(faults).filter((name) => faults[name]);
}

const UNTOLD = new Set(["not_permitted", "weak_password", "confirmation_required"]);

/** What is done to another, or to the bank. */
const NEEDS_OBJECT: ReadonlySet<string> = new Set([
  ...["transfer", "admin.init", "admin.show", "admin.lock", "admin.unlock", "admin.disable"],
  ...["admin.enable", "admin.resetFactor", "admin.setRoles", "admin.adjust", "admin.approve"],
  ...["admin.reject", "admin.endSession", "start", "stop", "keys.rotate", "keys.retire"],
  ...["backup", "restore", "audit.read"],
]);

export function expectEveryRowToFit(entries: readonly AuditEntry[], notBefore: number): void {
  expect(entries.length).toBeGreaterThan(0);
  const faulty = entries.flatMap((entry) => {
    const faults = faultsOf(entry, notBefore);
    return faults.length === 0 ? [] : [{ entry, faults }];
  });
  expect(faulty).toEqual([]);
  expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
  const times = entries.map(({ at }) => at);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
}

/** Both files of a bank that has stopped say the same as its store, in lines that are whole. */
export function expectFilesToFit(folder: string, entries: readonly AuditEntry[]): void {
  const keys = readAuditKeys(folder).map((key) => importFernetKey(nodeCiphers, key));
  const plain = linesOf(join(folder, PLAIN_FILE));
  const sealed = linesOf(join(folder, SEALED_FILE)).map((line) => openAuditLine(keys, line));
  expect(plain).toEqual(entries.map(formatAuditLine));
  expect(sealed).toEqual(plain);
  for (const [index, line] of plain.entries()) {
    const [, , action, outcome = "ok", time] = LINE.exec(line) ?? [];
    const { at, ...entry } = entries[index]!;
    expect({ action, outcome }).toEqual({ action: entry.action, outcome: entry.outcome });
    expect(Date.parse(`${time?.replace(" ", "T")}Z`)).toBe(Math.floor(at / 1_000) * 1_000);
  }
}

const linesOf = (path: string): string[] => readFileSync(path, "utf8").split("\n").slice(0, -1);
