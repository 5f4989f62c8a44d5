/**
 * What a change costs the ledger's thread, beside the bare SQLite loop: CPU time of a transaction,
 * in turns of one run; the best turns of each, since a machine that is busy makes others longer.
 * `node bench/micro/ledger.ts [seconds] [file]`, with another build's ledger-main.js as the file.
 */

import { pathToFileURL } from "node:url";
import { fillFolder, scratchFolder, userName } from "../bank/scratch-folder.ts";
import { openSqliteLoop } from "../ceilings/sqlite-loop.ts";
import { LedgerFeeder } from "../load/ledger-feeder.ts";

const CUSTOMERS = 1_000;
const BATCHES = [100, 1_000];
const TURN_MS = 250;
/** Of the turns: what they took is told. */
const BEST_SHARE = 0.25;
const SEED = 42;

const [seconds = "10", file = "dist/workers/ledger-main.js"] = process.argv.slice(2);
const turns = Math.max(4, Math.round((Number(seconds) * 1_000) / TURN_MS / 2 / BATCHES.length));

for (const batch of BATCHES) {
  const folder = scratchFolder();
  fillFolder(folder, CUSTOMERS, 0);
  const feeder = await LedgerFeeder.start(pathToFileURL(file), folder, userName(0), SEED);
  const loop = openSqliteLoop(scratchFolder(), batch, SEED);
  const ledger: number[] = [];
  const bare: number[] = [];
  for (let turn = 0; turn <= turns; turn++) {
    const before = await feeder.cpuMs();
    const { deposits } = await feeder.run(batch, CUSTOMERS, TURN_MS);
    const cpuMs = (await feeder.cpuMs()) - before;
    const bareBefore = process.threadCpuUsage();
    let transfers = 0;
    for (const endAt = performance.now() + TURN_MS; performance.now() < endAt; transfers += batch) {
      loop.commit();
    }
    const { user, system } = process.threadCpuUsage(bareBefore);
    if (turn === 0) continue; // It warms up.
    ledger.push((cpuMs * 1_000) / deposits);
    bare.push((user + system) / transfers);
  }
  const [cost, bareCost] = [bestOf(ledger), bestOf(bare)];
  console.log(
    `batches of ${batch.toLocaleString("en")}: ${cost.toFixed(2)} µs of CPU a transaction, ` +
      `${bareCost.toFixed(2)} in the bare loop; bare to ledger ${(bareCost / cost).toFixed(3)}`,
  );
  await feeder.stop();
  loop.close();
}

function bestOf(costs: readonly number[]): number {
  const best = costs.toSorted((a, b) => a - b).slice(0, Math.ceil(costs.length * BEST_SHARE));
  return best.reduce((sum, cost) => sum + cost, 0) / best.length;
}
