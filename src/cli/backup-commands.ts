/** `secure-atm backup`, `restore` and `verify`: a bank's copies, and the proof of its books. */

import { resolve } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Command } from "commander";
import { secretOpener } from "../backup/bank-secrets.ts";
import { isBackup, type Manifest } from "../backup/manifest.ts";
import { restoreBackup } from "../backup/restore-backup.ts";
import { takeBackup } from "../backup/take-backup.ts";
import { reportToBank, type OwnerReport } from "../server/owner-reports.ts";
import { verifyBooks, type Verdict } from "../workers/books-verification.ts";
import type { FaultKind } from "../workers/journal-replay.ts";
import { openFrozenSnapshot, openSnapshot } from "../workers/sqlite-snapshot.ts";
import { knownPassphrase, newPassphrase } from "./backup-passphrase.ts";
import { examples } from "./examples.ts";
import { CommandFailed, EXIT, explained } from "./exit.ts";
import { dataOption } from "./options.ts";
import { untilSignalled } from "./shutdown.ts";

type PassphraseFlag = { passphraseFile?: string };
type BackupFlags = PassphraseFlag & { data: string; to: string; keysTo: string };
type RestoreFlags = PassphraseFlag & { from: string; keys: string; data: string };

const PASSPHRASE = "--passphrase-file <file>";

export function addBackupCommands(root: Command): void {
  root
    .command("backup")
    .description("copy a bank, running or not, and apart from it its keys, sealed")
    .requiredOption("--to <folder>", "the backup, a folder that is not there yet")
    .requiredOption("--keys-to <file>", "the keys, a file that is not there yet, elsewhere")
    .option(PASSPHRASE, "holds the passphrase for the keys; asked for without it")
    .addOption(dataOption())
    .addHelpText("before", examples("backup --to /backup/monday --keys-to /safe/monday.keys"))
    .action((flags: BackupFlags) => backup(flags));
  root
    .command("restore")
    .description("make a bank's folder from a backup and its keys")
    .requiredOption("--from <folder>", "the backup")
    .requiredOption("--keys <file>", "its keys")
    .option(PASSPHRASE, "holds the passphrase of the keys; asked for without it")
    // Without the default of the others: whoever restores says where to.
    .requiredOption("--data <dir>", "the bank's folder: not there yet, or empty")
    .addHelpText(
      "before",
      examples("restore --from /backup/monday --keys /safe/monday.keys --data restored"),
    )
    .action((flags: RestoreFlags) => restore(flags));
  root
    .command("verify")
    .description("prove the books of a bank, running or not: balances, journal, audit")
    .addOption(dataOption())
    .option("--json", "as one JSON object", false)
    .addHelpText("before", examples("verify", "verify --json --data /srv/bank"))
    .action(({ data, json }: { data: string; json: boolean }) => verify(resolve(data), json));
}

async function backup({ passphraseFile, ...flags }: BackupFlags): Promise<void> {
  const passphrase = await newPassphrase(passphraseFile);
  const [data, to, keysTo] = [resolve(flags.data), resolve(flags.to), resolve(flags.keysTo)];
  const manifest = await stoppable("Stopped: there is no backup.", (signal) =>
    takeBackup({ data, to, keysTo, passphrase, now: Date.now, signal }),
  );
  tellBank(data, { action: "backup", object: `${to} of ${takenAt(manifest)}` });
  print(`The backup is in ${to}: ${headOf(manifest)}.`);
  print(`Its keys are in ${keysTo}. Keep them elsewhere; without them, and without their`);
  print("passphrase, the backup is of no use.");
}

async function restore({ passphraseFile, ...flags }: RestoreFlags): Promise<void> {
  const passphrase = await knownPassphrase(passphraseFile);
  const [from, keys, data] = [resolve(flags.from), resolve(flags.keys), resolve(flags.data)];
  const manifest = await stoppable("Stopped: nothing was restored.", (signal) =>
    restoreBackup({ from, keys, data, passphrase, signal }),
  );
  tellBank(data, { action: "restore", object: `${from} of ${takenAt(manifest)}` });
  print(`The bank is in ${data}, as of ${takenAt(manifest)}:`);
  print(`${headOf(manifest)}. To start it: secure-atm server --data ${flags.data}`);
}

/** The audit is the bank's to write. A backup is none the worse where its folder takes no file. */
function tellBank(folder: string, report: OwnerReport): void {
  try {
    reportToBank(folder, report);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`The bank's audit will not tell of this: ${reason}\n`);
  }
}

const takenAt = (manifest: Manifest): string => new Date(manifest.takenAt).toISOString();

const headOf = ({ head: { accounts, lastTransaction, lastAudit } }: Manifest): string =>
  `${accounts} accounts, transaction ${lastTransaction}, audit row ${lastAudit}`;

async function verify(folder: string, json: boolean): Promise<void> {
  const verdict = await stoppable("Stopped: nothing is proven.", async (signal) => {
    // Without SQLite's files beside a backup. What a bank that was started in its folder has
    // written stands in these.
    const snapshot = isBackup(folder) ? openFrozenSnapshot(folder) : openSnapshot(folder);
    try {
      const breathe = async (): Promise<void> => {
        await nextTurn();
        signal.throwIfAborted();
      };
      // After the snapshot: whatever key it needs has been made by now.
      return await verifyBooks(snapshot, breathe, secretOpener(folder));
    } finally {
      snapshot.close();
    }
  });
  if (json) printJson(verdict);
  else for (const line of linesOf(verdict)) print(line);
  if (!verdict.isSound) {
    throw new CommandFailed(EXIT.integrity, `The books in ${folder} are damaged.`);
  }
}

function printJson({ isSound: ok, head, sum, outcomes, counts, faults }: Verdict): void {
  print(JSON.stringify({ ok, ...head, sum, outcomes, counts, faults }));
}

function linesOf({ head, outcomes, counts, faults }: Verdict): string[] {
  const { accounts, lastTransaction, lastAudit } = head;
  const claims: readonly (readonly [FaultKind, string])[] = [
    ["storage", "the database is whole"],
    ["sum", `the balances sum to zero: ${accounts} accounts`],
    ["overdrawn", "no customer is or was below zero"],
    ["history", `every balance equals its history: ${lastTransaction} transactions`],
    ["sequence", `nothing is missing or out of order: ${lastAudit} audit rows`],
    ["audit", "journal and audit agree, row by row"],
    ["outcomes", `each outcome apart from the journal names its transaction: ${outcomes} outcomes`],
    ["credentials", "every customer has a password, stored in a known form"],
    ["standings", "roles, locks and second factors are those that the audit tells of"],
    ["proposals", "so are the proposals, and what became of them"],
  ];
  return claims.flatMap(([kind, says]) => {
    const count = counts[kind];
    if (count === 0) return [`OK       ${says}`];
    const told = faults
      .filter((fault) => fault.kind === kind)
      .map(({ text }) => `         ${text}`);
    const more = count > told.length ? [`         and ${count - told.length} more`] : [];
    return [`DAMAGED  ${says}`, ...told, ...more];
  });
}

/** Ctrl+C ends the work with nothing left behind. */
async function stoppable<T>(
  stopped: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  void untilSignalled((line) => void process.stderr.write(`${line}\n`)).then(() => stop.abort());
  try {
    return await work(stop.signal);
  } catch (error) {
    if (stop.signal.aborted) throw new CommandFailed(EXIT.interrupted, stopped);
    throw explained(error, 0);
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
