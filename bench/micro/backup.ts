/**
 * How a database under load is copied best, and what it costs: `node bench/micro/backup.ts` copies
 * one in three ways, each by a process of its own, while the ledger's thread commits without a
 * pause, and prints how long that took and what it left of the ledger's speed. At the end it times
 * the proof of the books.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, backup } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { verifyBooks } from "../../src/workers/books-verification.ts";
import { openSnapshot } from "../../src/workers/sqlite-snapshot.ts";
import { fillFolder, scratchFolder, userName } from "../bank/scratch-folder.ts";
import { LedgerFeeder, type FedRun } from "../load/ledger-feeder.ts";

const CUSTOMERS = 100_000;
const TRANSACTIONS = 1_000_000;
const FILL_BATCH = 1_000;
const BATCH = 100;
const RUN_MS = 3_000;
/** A copy that has not ended by then never will. */
const COPY_MS_MAX = 20_000;
const SEED = 1;

const METHODS = {
  "backup(), without a transaction": async (database: DatabaseSync, to: string) => {
    await stepwise(database, to);
  },
  "backup(), in one transaction": async (database: DatabaseSync, to: string) => {
    database.exec("BEGIN");
    database.prepare("SELECT max(id) FROM journal").get();
    await stepwise(database, to);
  },
  "VACUUM INTO": async (database: DatabaseSync, to: string) => {
    database.exec(`VACUUM INTO '${to}'`);
  },
} as const;

type Method = keyof typeof METHODS;

const stepwise = (database: DatabaseSync, to: string): Promise<number> => {
  const giveUpAt = performance.now() + COPY_MS_MAX;
  const progress = (): void => {
    if (performance.now() > giveUpAt) throw new Error("never");
  };
  return backup(database, to, { rate: 1_000, progress });
};

/** What the other process does. */
async function copy(method: Method, from: string, to: string): Promise<void> {
  const database = new DatabaseSync(from, { readOnly: true });
  const begun = performance.now();
  try {
    await METHODS[method](database, to);
    console.log(`${Math.round(performance.now() - begun)} ms`);
  } catch (error) {
    console.log(error instanceof Error ? error.message : String(error));
  }
  database.close();
}

async function measure(): Promise<void> {
  const folder = scratchFolder();
  console.log(`${CUSTOMERS} customers, ${TRANSACTIONS} transactions at first; batches of ${BATCH}`);
  fillFolder(folder, CUSTOMERS, 0);
  const thread = new URL("../../src/workers/ledger-main.ts", import.meta.url);
  const feeder = await LedgerFeeder.start(thread, folder, userName(0), SEED);
  const database = join(folder, "bank.sqlite");
  const megabytes = (path: string): string =>
    existsSync(path) ? `${Math.round(statSync(path).size / 1e6)} MB` : "none";
  for (let filled = 0; filled < TRANSACTIONS;) {
    filled += (await feeder.run(FILL_BATCH, CUSTOMERS, RUN_MS)).deposits;
  }
  for (const method of Object.keys(METHODS) as Method[]) {
    const alone = perMsOf(await feeder.run(BATCH, CUSTOMERS, RUN_MS));
    const to = join(folder, "copy.sqlite");
    const self = fileURLToPath(import.meta.url);
    const child = spawn(process.execPath, [self, method, database, to], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let took = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (took += text.trim()));
    const ended = once(child, "close").then(() => "ended" as const);
    let during = 0;
    let runs = 0;
    do {
      during += perMsOf(await feeder.run(BATCH, CUSTOMERS, RUN_MS / 8));
      runs += 1;
    } while ((await Promise.race([ended, Promise.resolve("goes on")])) !== "ended");
    const share = (during / runs / alone).toFixed(2);
    const sizes = `${megabytes(database)} as ${megabytes(to)}, log ${megabytes(`${database}-wal`)}`;
    console.log(`${method.padEnd(34)} ${took.padStart(9)}  ${sizes}  ledger at ${share}`);
    rmSync(to, { force: true });
  }
  await feeder.stop();
  await prove(folder);
}

const perMsOf = ({ deposits, elapsedMs }: FedRun): number => deposits / elapsedMs;

async function prove(folder: string): Promise<void> {
  const snapshot = openSnapshot(folder);
  const begun = performance.now();
  snapshot.storageFaults();
  const checked = performance.now();
  const { head } = await verifyBooks(snapshot, async () => undefined);
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  const whole = seconds(performance.now() - checked);
  console.log(`the proof of ${head.lastTransaction} transactions: ${whole}, of which SQLite's own`);
  console.log(`check of its file takes ${seconds(checked - begun)}`);
  snapshot.close();
}

const [method, from, to] = process.argv.slice(2);
if (method !== undefined && from !== undefined && to !== undefined) {
  await copy(method as Method, from, to);
} else {
  await measure();
}
