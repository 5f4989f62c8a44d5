/**
 * What the owner's commands have done beside the bank, for its audit: a small file for each, in
 * `reports/` of the bank's folder. The bank takes them up, running or at its next start, and
 * deletes what it has on record. A file's name is a key, under which it is put on record once: also
 * where the bank is killed before it has deleted it, or cannot.
 */

import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { replacePublicFile } from "./keys/secret-file.ts";

const LOOK_EVERY_MS = 500;
const BYTES_MAX = 4_096;
const OBJECT_CHARS_MAX = 1_000;

const ACTIONS = ["backup", "restore", "audit.read"] as const;

export type OwnerReport = { action: (typeof ACTIONS)[number]; object: string };

const reportsIn = (folder: string): string => join(folder, "reports");

/** For the commands. @throws Error of the file system */
export function reportToBank(folder: string, { action, object }: OwnerReport): void {
  const reports = reportsIn(folder);
  mkdirSync(reports, { recursive: true, mode: 0o700 });
  const report: OwnerReport = { action, object: object.slice(0, OBJECT_CHARS_MAX).toWellFormed() };
  // Not secret, so that a bank that is not the one who has written it can read it.
  replacePublicFile(join(reports, `${crypto.randomUUID()}.json`), JSON.stringify(report));
}

export type ReportOptions = {
  /** Once for a key, however often. @returns whether the report is on record, for good. */
  record: (key: string, report: OwnerReport) => Promise<boolean>;
  onDamage: (message: string) => void;
};

/**
 * Takes up what there is, and then what comes. Where the folder cannot be used, the bank serves all
 * the same. @returns what ends that.
 */
export async function followReports(
  folder: string,
  { record, onDamage }: ReportOptions,
): Promise<() => void> {
  const reports = reportsIn(folder);
  /** Of the look before, so that lasting damage is told once. */
  let damages: readonly string[] = [];
  let isLooking = false;

  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    const found: string[] = [];
    for (const name of namesIn(found)) {
      await take(name).catch((error: unknown) => found.push(damageOf(join(reports, name), error)));
    }
    for (const damage of found) if (!damages.includes(damage)) onDamage(damage);
    damages = found;
    isLooking = false;
  }

  function namesIn(found: string[]): string[] {
    try {
      mkdirSync(reports, { recursive: true, mode: 0o700 });
      return readdirSync(reports).filter((name) => name.endsWith(".json"));
    } catch (error) {
      found.push(damageOf(reports, error));
      return [];
    }
  }

  async function take(name: string): Promise<void> {
    const path = join(reports, name);
    const report = readReport(path);
    if (report === null) {
      renameSync(path, `${path}.refused`);
      onDamage(`${path} is no report, and was set aside`);
    } else if (await record(name, report)) {
      rmSync(path);
    }
  }

  await look();
  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  return () => clearInterval(timer);
}

const damageOf = (path: string, error: unknown): string =>
  `${path}: ${error instanceof Error ? error.message : String(error)}`;

/** Null for what is none. */
function readReport(path: string): OwnerReport | null {
  if (statSync(path).size > BYTES_MAX) return null;
  try {
    const { action, object } = JSON.parse(readFileSync(path, "utf8")) as Partial<OwnerReport>;
    const isKnown = action !== undefined && ACTIONS.includes(action);
    return isKnown && typeof object === "string" && object !== "" ? { action, object } : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}
