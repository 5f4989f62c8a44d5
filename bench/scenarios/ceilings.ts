/**
 * What this machine could do at best, measured in the same run, so that figures are ratios. The
 * echo with one request in flight and the larger batches of the loop are not here: they run in
 * turns with what is compared with them.
 */

import { availableParallelism } from "node:os";
import { scratchFolder } from "../bank/scratch-folder.ts";
import { openEcho } from "../ceilings/echo.ts";
import { measurePassword } from "../ceilings/password.ts";
import { SqliteLoop } from "../ceilings/sqlite-loop.ts";
import { runResult } from "../report/results.ts";
import type { Scenario, Stage } from "./stage.ts";

/** The larger ones run in turns with the ledger. */
const BATCH = 10;
const PIPELINED = 8;

export const ceilings: Scenario = async (stage) => {
  const { options, results, say } = stage;
  const { seed, durationMs, quick, loginCost } = options;
  if (!quick) await measureEcho(stage);
  const label = `bare SQLite loop, batches of ${BATCH}`;
  say(`  ${label}`);
  const loop = new SqliteLoop(scratchFolder(), BATCH, seed);
  const { transfers, elapsedMs } = loop.run(durationMs / 2);
  loop.close();
  results.addFigure(`sqlite.${BATCH}`, label, (transfers * 1_000) / elapsedMs, "transfers/s");
  say("  one password");
  const ms = measurePassword(quick ? 3 : 10, loginCost);
  results.addFigure("password.ms", "one bcrypt check, best of several", ms, "ms");
  results.addFigure("cores", "cores", availableParallelism(), "");
};

/** To see what a read is worth that carries many messages. */
async function measureEcho({ options, results, say, leftovers }: Stage): Promise<void> {
  const { connections, threads, seed, warmUpMs, durationMs } = options;
  const title = `bare TCP echo, ${connections} connections, ${PIPELINED} in flight`;
  say(`  ${title}`);
  const echo = await openEcho({ connections, inFlight: PIPELINED, threads, seed });
  leftovers.defer(() => echo.close());
  const measured = await echo.load.run({ perSecond: null, warmUpMs, durationMs });
  await echo.close();
  const about = { name: `echo${PIPELINED}`, title, offeredPerSecond: null };
  results.runs.push(runResult(about, measured, null));
}
