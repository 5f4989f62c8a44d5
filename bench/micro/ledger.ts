/**
 * What the ledger's thread spends: CPU time of a change beside that of the bare SQLite loop, of its
 * letters as objects and as they travel, and of a page of history.
 * `node bench/micro/ledger.ts [seconds] [checkout …]`: each with its own feeder, and built. They
 * and the bare loop take turns, so that ratios mean something on a machine that is busy with more.
 */

import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import type { AccountId } from "../../src/bank/ledger.ts";
import { dollars } from "../../src/bank/money.ts";
import { packRequest, type LedgerRequest } from "../../src/protocol/ledger-letters.ts";
import { openSqliteReader } from "../../src/workers/sqlite-store.ts";
import { type fillFolder, scratchFolder, userName } from "../bank/scratch-folder.ts";
import { SqliteLoop } from "../ceilings/sqlite-loop.ts";
import type { LedgerFeeder } from "../load/ledger-feeder.ts";

const CUSTOMERS = 1_000;
const BATCHES = [100, 1_000];
const TURN_MS = 400;
const SEED = 42;
const PAGE_ROWS = 50;

type Cost = { cpuUs: number; count: number };
type Checkout = { name: string; feeder: LedgerFeeder; spent: Cost };

const [seconds = "20", ...folders] = process.argv.slice(2);
const checkouts = folders.length > 0 ? folders : ["."];

for (const batch of BATCHES)
  await compareChanges(batch, (Number(seconds) * 1_000) / BATCHES.length);
compareLetters();
process.exit(0);

async function compareChanges(batch: number, durationMs: number): Promise<void> {
  const folder = scratchFolder(); // The last one's, of whose rows pages of history are read.
  const builds = await Promise.all(
    checkouts.map((checkout, index) => {
      return start(checkout, index === checkouts.length - 1 ? folder : scratchFolder());
    }),
  );
  const loop = new SqliteLoop(scratchFolder(), batch, SEED);
  const bare: Cost = { cpuUs: 0, count: 0 };
  const endAt = performance.now() + durationMs;
  for (let turn = 0; turn < 2 || performance.now() < endAt; turn++) {
    for (const { feeder, spent } of builds) {
      const before = await feeder.cpuMs();
      const { deposits } = await feeder.run(batch, CUSTOMERS, TURN_MS);
      if (turn === 0) continue; // It warms up.
      spent.cpuUs += ((await feeder.cpuMs()) - before) * 1_000;
      spent.count += deposits;
    }
    measured(bare, () => loop.run(TURN_MS).transfers);
  }
  console.log(`batches of ${batch.toLocaleString("en")}: bare loop ${told(bare)} a transfer`);
  for (const { name, feeder, spent } of builds) {
    const ratio = (costOf(bare) / costOf(spent)).toFixed(3);
    console.log(`  ${name}: ${told(spent)} a change; bare loop to this ${ratio}`);
    await feeder.stop();
  }
  loop.close();
  if (batch === BATCHES.at(-1)) readHistory(folder);
}

async function start(checkout: string, folder: string): Promise<Checkout> {
  const root = resolve(checkout);
  const path = join(root, "bench/load/ledger-feeder.ts");
  const { LedgerFeeder: Feeder } = (await import(pathToFileURL(path).href)) as {
    LedgerFeeder: typeof LedgerFeeder;
  };
  await fillWith(root, folder);
  const file = pathToFileURL(join(root, "dist/workers/ledger-main.js"));
  const feeder = await Feeder.start(file, folder, userName(0), SEED);
  return { name: checkout, feeder, spent: { cpuUs: 0, count: 0 } };
}

/** By the checkout's own store, which may be of another version. */
async function fillWith(root: string, folder: string): Promise<void> {
  const path = pathToFileURL(join(root, "bench/bank/scratch-folder.ts")).href;
  const { fillFolder: fill } = (await import(path)) as { fillFolder: typeof fillFolder };
  fill(folder, CUSTOMERS, 0);
}

function compareLetters(): void {
  const requests = Array.from({ length: 100 }, (_, index): LedgerRequest => {
    const [account, vault] = [index + 1, 1] as [AccountId, AccountId];
    return {
      ...{ type: "command", command: { type: "deposit", account, vault, amount: dollars(1) } },
      ...{ who: userName(index), origin: "127.0.0.1:50000" },
      idempotencyKey: `018f5f64-8f0d-7c52-9d4e-${1_000_000 + index}`,
    };
  });
  const { port1, port2 } = new MessageChannel();
  const costs = { objects: { cpuUs: 0, count: 0 }, arrays: { cpuUs: 0, count: 0 } };
  for (let turn = 0; turn < 400; turn++) {
    for (const [name, cost] of Object.entries(costs)) {
      measured(cost, () => {
        for (let message = 0; message < 20; message++) {
          port1.postMessage(name === "arrays" ? requests.map(packRequest) : requests);
          receiveMessageOnPort(port2);
        }
        return 20 * requests.length;
      });
    }
  }
  console.log(
    `a letter posted and taken, a hundred in a message: ${told(costs.objects)} as object`,
  );
  console.log(`  ${told(costs.arrays)} as array of scalars`);
  port1.close();
}

function readHistory(folder: string): void {
  const reader = openSqliteReader(folder);
  const pages: Cost = { cpuUs: 0, count: 0 };
  measured(pages, () => {
    const asked = 2_000;
    for (let page = 0; page < asked; page++) {
      const account = (1 + (page % CUSTOMERS)) as AccountId;
      reader.history({ account, before: null, until: null, limit: PAGE_ROWS });
    }
    return asked;
  });
  console.log(`a page of ${PAGE_ROWS} rows of history: ${told(pages)}`);
  reader.close();
}

/** @param run Returns how much it has done. */
function measured(cost: Cost, run: () => number): void {
  const before = process.threadCpuUsage();
  cost.count += run();
  const { user, system } = process.threadCpuUsage(before);
  cost.cpuUs += user + system;
}

function costOf({ cpuUs, count }: Cost): number {
  return cpuUs / count;
}

function told(cost: Cost): string {
  return `${costOf(cost).toFixed(2)} µs`;
}
