/** Many sessions that do nothing: what each costs, and whether others notice them. */

import { fillFolder, scratchFolder, usersOf } from "../bank/scratch-folder.ts";
import type { Load } from "../load/load.ts";
import { BankUnderLoad } from "./bank-under-load.ts";
import { runInTurns } from "./in-turns.ts";
import type { Scenario, Stage } from "./stage.ts";

const SESSIONS = 10_000;
const SESSIONS_QUICK = 1_000;
const CUSTOMERS = 1_000;
const SHAPE = { protocol: "classic", inFlight: 1 } as const;

type Busy = { under: BankUnderLoad; load: Load };

export const idle: Scenario = async (stage) => {
  const { options, results, say } = stage;
  const sessions = options.quick ? SESSIONS_QUICK : SESSIONS;
  if (options.quick) {
    const reason = `--quick opens ${SESSIONS_QUICK.toLocaleString("en")}, too few to weigh`;
    results.skipped.push({ what: `${SESSIONS.toLocaleString("en")} idle sessions`, reason });
  }
  // The same, but for the idle sessions.
  if (!options.quick) say("  two banks that work");
  const alone = await startBusy(stage);
  const beside = await startBusy(stage);
  const idlers = await openIdle(stage, beside.under, sessions);
  const title = `the same, beside ${sessions.toLocaleString("en")} idle sessions`;
  await runInTurns(stage, [
    { name: "idle-alone", title: "classic, without idle sessions", ...alone },
    { name: "idle-beside", title, ...beside },
  ]);
  for (const load of [alone.load, beside.load, ...idlers]) await load.close();
  await alone.under.prove("without idle sessions");
  await beside.under.prove("idle sessions");
};

/**
 * A bank that has worked, where its sessions are weighed: one that never has would need memory for
 * more than those.
 */
async function startBusy(stage: Stage): Promise<Busy> {
  const folder = scratchFolder();
  fillFolder(folder, CUSTOMERS, 0);
  const under = await BankUnderLoad.start(stage, folder, usersOf(CUSTOMERS));
  const load = await under.open(SHAPE);
  if (!stage.options.quick) await under.runUnmeasured(load);
  return { under, load };
}

/** Half of each protocol: both keep what a session needs. */
async function openIdle(
  { options, results, say }: Stage,
  under: BankUnderLoad,
  sessions: number,
): Promise<Load[]> {
  const half = sessions / 2;
  const before = await under.bank.figures();
  const idlers: Load[] = [];
  let bytesBefore = before.memoryBytes;
  for (const protocol of ["classic", "modern"] as const) {
    say(`  opening ${half.toLocaleString("en")} idle ${protocol} sessions`);
    idlers.push(await under.open({ ...SHAPE, protocol, connections: half }));
    if (options.quick) continue;
    const { memoryBytes } = await under.bank.figures();
    const kilobytes = (memoryBytes - bytesBefore) / 1_024 / half;
    results.addFigure(`idle.${protocol}`, `memory of an idle ${protocol} session`, kilobytes, "KB");
    bytesBefore = memoryBytes;
  }
  if (options.quick) return idlers;
  const mean = (bytesBefore - before.memoryBytes) / 1_024 / sessions;
  const many = sessions.toLocaleString("en");
  results.addFigure("idle.kilobytes", `… of ${many} of both, on average`, mean, "KB");
  return idlers;
}
