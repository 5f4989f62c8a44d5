/**
 * What a page of history costs, in µs of CPU, of each thread of the bank and of eight readers in
 * closed loops: `node bench/micro/history.ts`. Given the files of several built banks, it runs them
 * in turn, so that whatever else the machine does falls on all of them alike.
 *
 *     node bench/micro/history.ts [--rounds 3] [dist/main.js …]
 */
import { parseArgs } from "node:util";
import { BUILT_PROGRAM, startBankProcess } from "../bank/bank-process.ts";
import { fillLargeFolder } from "../bank/large-store.ts";
import { processUse } from "../bank/process-use.ts";
import { LOAD_COST, scratchFolder, usersOf } from "../bank/scratch-folder.ts";
import { readPages } from "../load/page-readers.ts";

const CUSTOMERS = 1_000;
/** A page of twenty for each. */
const TRANSACTIONS = 20 * CUSTOMERS;
const READERS = 8;
const WARM_UP_MS = 2_000;
const DURATION_MS = 4_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "3" } },
});
const programs = positionals.length === 0 ? [BUILT_PROGRAM] : positionals;

for (let round = 0; round < Number(values.rounds); round++) {
  for (const program of programs) console.log(`${program}: ${await measure(program)}`);
}

async function measure(program: string): Promise<string> {
  const folder = scratchFolder();
  fillLargeFolder(folder, CUSTOMERS, TRANSACTIONS);
  const bank = await startBankProcess(folder, program, LOAD_COST);
  const readers = usersOf(READERS);
  await readPages(bank, readers, WARM_UP_MS);
  const endOfUse = processUse([
    { name: "bank", pid: bank.pid },
    { name: "readers", pid: process.pid },
  ]);
  const startedAt = performance.now();
  const latency = await readPages(bank, readers, DURATION_MS);
  const pagesPerSecond = (latency.count * 1_000) / (performance.now() - startedAt);
  const uses = endOfUse();
  await bank.stop();
  const told = uses.map(({ name, cpuPercent, threads }) => {
    const busiest = threads.slice(0, 4).map((one) => `${one.name} ${costOf(one.cpuPercent)}`);
    return `${name} ${costOf(cpuPercent)} µs (${busiest.join(", ")})`;
  });
  const ms = (percent: number): string => (latency.percentile(percent) / 1e6).toFixed(2);
  const speed = `${pagesPerSecond.toFixed(0)}/s, p50 ${ms(50)} ms, p99 ${ms(99)} ms`;
  return `${speed}; ${told.join(", ")}`;

  /** One percent of a core is 10 ms of each second. */
  function costOf(cpuPercent: number): string {
    return ((cpuPercent * 1e4) / pagesPerSecond).toFixed(0);
  }
}
