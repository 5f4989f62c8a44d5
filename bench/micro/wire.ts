/**
 * What a request costs, in µs of CPU, of each thread of the bank and of the load:
 * `node bench/micro/wire.ts`. Given the files of several built banks, it runs them in turn, so that
 * whatever else the machine does falls on all of them alike.
 *
 *     node bench/micro/wire.ts [--protocol modern] [--in-flight 16] [dist/main.js …]
 */
import { parseArgs } from "node:util";
import { BUILT_PROGRAM, startBankProcess } from "../bank/bank-process.ts";
import { processUse, type ProcessUse } from "../bank/process-use.ts";
import { LOAD_COST, fillFolder, scratchFolder, usersOf } from "../bank/scratch-folder.ts";
import { Load } from "../load/load.ts";

const CUSTOMERS = 16;
const CONNECTIONS = 64;
const PACE = { perSecond: null, warmUpMs: 1_500, durationMs: 4_000 };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    protocol: { type: "string", default: "classic" },
    "in-flight": { type: "string", default: "1" },
    rounds: { type: "string", default: "3" },
  },
});
const programs = positionals.length === 0 ? [BUILT_PROGRAM] : positionals;
const protocol = values.protocol === "modern" ? "modern" : "classic";
const inFlight = Number(values["in-flight"]);

for (let round = 0; round < Number(values.rounds); round++) {
  for (const program of programs) console.log(`${program}: ${await measure(program)}`);
}

async function measure(program: string): Promise<string> {
  const folder = scratchFolder();
  fillFolder(folder, CUSTOMERS, 0);
  const bank = await startBankProcess(folder, program, LOAD_COST);
  const { host, port, publicKey: bankKey } = bank;
  const load = await Load.open({
    ...{ protocol, inFlight, target: { host, port }, bankKey, users: usersOf(CUSTOMERS) },
    ...{ connections: CONNECTIONS, threads: 1, depositPercent: 50, seed: 1 },
  });
  let endOfUse: () => ProcessUse[] = () => [];
  let uses: ProcessUse[] = [];
  const { perSecond, latency } = await load.run(PACE, {
    begin() {
      endOfUse = processUse([
        { name: "bank", pid: bank.pid },
        { name: "load", pid: process.pid },
      ]);
    },
    end() {
      uses = endOfUse();
    },
  });
  await load.close();
  await bank.stop();
  const p99Ms = latency.percentile(99) / 1e6;
  return `${perSecond.toFixed(0)}/s, p99 ${p99Ms.toFixed(1)} ms; ${costs(uses, perSecond)}`;
}

/** One percent of a core is 10 ms of each second. */
function costs(uses: readonly ProcessUse[], perSecond: number): string {
  const microseconds = (cpuPercent: number): string => ((cpuPercent * 1e4) / perSecond).toFixed(1);
  const whole = uses.reduce((sum, { cpuPercent }) => sum + cpuPercent, 0);
  const parts = uses.map(({ name, cpuPercent, threads }) => {
    const busiest = threads.slice(0, 3).map((one) => `${one.name} ${microseconds(one.cpuPercent)}`);
    return `${name} ${microseconds(cpuPercent)} (${busiest.join(", ")})`;
  });
  return `${microseconds(whole)} µs: ${parts.join(", ")}`;
}
