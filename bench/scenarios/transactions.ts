/**
 * Transactions as fast as they go: the echo, classic and modern in turns, closed loops; then modern
 * with many in flight.
 */

import { fillFolder, scratchFolder, usersOf } from "../bank/scratch-folder.ts";
import { openEcho } from "../ceilings/echo.ts";
import { BankUnderLoad, accountsFor } from "./bank-under-load.ts";
import { runInTurns } from "./in-turns.ts";
import type { Scenario, Stage } from "./stage.ts";

const CUSTOMERS = 1_000;
const IN_FLIGHT = 16;

export const transactions: Scenario = async (stage) => {
  const { connections } = stage.options;
  const folder = scratchFolder();
  fillFolder(folder, Math.max(CUSTOMERS, connections), 0);
  const users = usersOf(accountsFor(connections));
  const under = await BankUnderLoad.start(stage, folder, users);
  await runOneByOne(stage, under);
  await under.runAlone(
    { protocol: "modern", inFlight: IN_FLIGHT },
    {
      name: "modern16",
      title: `modern, ${IN_FLIGHT} in flight on each of ${connections} connections`,
    },
  );
  await under.prove("transactions");
};

/** One request in flight on each connection. */
async function runOneByOne(stage: Stage, under: BankUnderLoad): Promise<void> {
  const { connections, threads, seed } = stage.options;
  const lines = `${connections} connections`;
  const echo = await openEcho({ connections, inFlight: 1, threads, seed });
  stage.leftovers.defer(() => echo.close());
  const classic = await under.open({ protocol: "classic", inFlight: 1 });
  const modern = await under.open({ protocol: "modern", inFlight: 1 });
  const echoTitle = `bare TCP echo, ${lines}, 1 in flight`;
  await runInTurns(stage, [
    { name: "echo", title: echoTitle, load: echo.load, under: null },
    { name: "classic", title: `classic, ${lines}`, load: classic, under },
    { name: "modern", title: `modern, ${lines}`, load: modern, under },
  ]);
  for (const opened of [echo, classic, modern]) await opened.close();
}
