/**
 * What this machine could do at best, measured in the same run, so that figures are ratios. The
 * echo with one request in flight is not here: it runs in turns with what is compared with it.
 */

import { availableParallelism } from "node:os";
import { scratchFolder } from "../bank/scratch-folder.ts";
import { openEcho } from "../ceilings/echo.ts";
import { measurePassword } from "../ceilings/password.ts";
import { measureSqliteLoop } from "../ceilings/sqlite-loop.ts";
import { runResult } from "../report/results.ts";
import type { Scenario } from "./stage.ts";

const BATCHES = [10, 100, 1_000];
const PIPELINED = 8;

export const ceilings: Scenario = async ({ options, results, say }) => {
  const { connections, threads, seed, warmUpMs, durationMs, quick } = options;
  const title = `bare TCP echo, ${connections} connections, ${PIPELINED} in flight`;
  say(`  ${title}`);
  const echo = await openEcho({ connections, inFlight: PIPELINED, threads, seed });
  const measured = await echo.load.run({ perSecond: null, warmUpMs, durationMs });
  await echo.close();
  const about = { name: `echo${PIPELINED}`, title, offeredPerSecond: null };
  results.runs.push(runResult(about, measured, null));
  const folder = scratchFolder();
  for (const batch of BATCHES) {
    const label = `bare SQLite loop, batches of ${batch}`;
    say(`  ${label}`);
    const perSecond = measureSqliteLoop(folder, { batch, seed, durationMs: durationMs / 2 });
    results.addFigure(`sqlite.${batch}`, label, perSecond, "transfers/s");
  }
  say("  one password");
  const ms = measurePassword(quick ? 3 : 10);
  results.addFigure("password.ms", "one bcrypt check, best of several", ms, "ms");
  results.addFigure("cores", "cores", availableParallelism(), "");
};
