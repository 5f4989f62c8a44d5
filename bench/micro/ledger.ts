/**
 * What a change costs the ledger's thread, beside the bare SQLite loop: CPU time of a transaction, in
 * turns of one run, so that the ratio says something on a machine that is busy with other things.
 * `node bench/micro/ledger.ts [seconds] [file]`, with another build's ledger-main.js as the file.
 */

import { pathToFileURL } from "node:url";
import { fillFolder, scratchFolder, userName } from "../bank/scratch-folder.ts";
import { openSqliteLoop } from "../ceilings/sqlite-loop.ts";
import { LedgerFeeder } from "../load/ledger-feeder.ts";

const CUSTOMERS = 1_000;
const BATCHES = [100, 1_000];
const TURN_MS = 500;
const SEED = 42;

const [seconds = "8", file = "dist/workers/ledger-main.js"] = process.argv.slice(2);
const turns = Math.max(2, Math.round((Number(seconds) * 1_000) / TURN_MS / 2));

for (const batch of BATCHES) {
  const folder = scratchFolder();
  fillFolder(folder, CUSTOMERS, 0);
  const feeder = await LedgerFeeder.start(pathToFileURL(file), folder, userName(0), SEED);
  const loop = openSqliteLoop(scratchFolder(), batch, SEED);
  const ledger = { transactions: 0, cpuMs: 0, made: 0 };
  const bare = { transactions: 0, cpuMs: 0 };
  for (let turn = 0; turn <= turns; turn++) {
    const before = await feeder.cpuMs();
    const { deposits, batchMean } = await feeder.run(batch, CUSTOMERS, TURN_MS);
    const cpuMs = (await feeder.cpuMs()) - before;
    const bareBefore = process.threadCpuUsage();
    let transfers = 0;
    for (const endAt = performance.now() + TURN_MS; performance.now() < endAt; transfers += batch) {
      loop.commit();
    }
    const { user, system } = process.threadCpuUsage(bareBefore);
    if (turn === 0) continue; // It warms up.
    ledger.transactions += deposits;
    ledger.cpuMs += cpuMs;
    ledger.made += deposits / batchMean;
    bare.transactions += transfers;
    bare.cpuMs += (user + system) / 1_000;
  }
  const cost = (1_000 * ledger.cpuMs) / ledger.transactions;
  const bareCost = (1_000 * bare.cpuMs) / bare.transactions;
  const made = (ledger.transactions / ledger.made).toFixed(0);
  console.log(`batches of ${batch.toLocaleString("en")}, ${made} on average`);
  console.log(`  ledger thread   ${cost.toFixed(2)} µs of CPU a transaction`);
  console.log(`  bare loop       ${bareCost.toFixed(2)} µs`);
  console.log(`  bare to ledger  ${(bareCost / cost).toFixed(3)}`);
  await feeder.stop();
  loop.close();
}
