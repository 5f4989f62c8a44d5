/** Many sessions that do nothing: what each costs, and whether others notice them. */

import { fillFolder, scratchFolder, usersOf } from "../bank/scratch-folder.ts";
import type { Load } from "../load/load.ts";
import { BankUnderLoad } from "./bank-under-load.ts";
import type { Scenario } from "./stage.ts";

const SESSIONS = 10_000;
const SESSIONS_QUICK = 1_000;
const CUSTOMERS = 1_000;
const SHAPE = { protocol: "classic", inFlight: 1 } as const;

export const idle: Scenario = async (stage) => {
  const { options, results, say } = stage;
  const sessions = options.quick ? SESSIONS_QUICK : SESSIONS;
  const half = sessions / 2;
  const many = sessions.toLocaleString("en");
  if (options.quick) {
    const reason = `--quick opens ${SESSIONS_QUICK.toLocaleString("en")}`;
    results.skipped.push({ what: `${SESSIONS.toLocaleString("en")} idle sessions`, reason });
  }
  const folder = scratchFolder();
  fillFolder(folder, CUSTOMERS, 0);
  const under = await BankUnderLoad.start(stage, folder, usersOf(CUSTOMERS));
  const busy = await under.open(SHAPE);
  await under.run(busy, { name: "idle-alone", title: "classic, before the idle sessions" });
  const before = await under.bank.figures();
  // Half of each protocol: both keep what a session needs.
  const idlers: Load[] = [];
  let bytesBefore = before.memoryBytes;
  for (const protocol of ["classic", "modern"] as const) {
    say(`  opening ${half.toLocaleString("en")} idle ${protocol} sessions`);
    idlers.push(await under.open({ ...SHAPE, protocol, connections: half }));
    const { memoryBytes } = await under.bank.figures();
    const kilobytes = (memoryBytes - bytesBefore) / 1_024 / half;
    results.addFigure(`idle.${protocol}`, `memory of an idle ${protocol} session`, kilobytes, "KB");
    bytesBefore = memoryBytes;
  }
  const mean = (bytesBefore - before.memoryBytes) / 1_024 / sessions;
  results.addFigure("idle.kilobytes", `… of ${many} of both, on average`, mean, "KB");
  const title = `the same, beside ${many} idle sessions`;
  await under.run(busy, { name: "idle-beside", title });
  for (const load of [busy, ...idlers]) await load.close();
  await under.prove("idle sessions");
};
