/**
 * Requests at a fixed rate: load against latency, and half the maximum with and without clients
 * that loop on log-in. Latency counts from when a request was due.
 */

import {
  LOGIN_COST,
  fillFolder,
  loginUsers,
  scratchFolder,
  usersOf,
} from "../bank/scratch-folder.ts";
import type { Load } from "../load/load.ts";
import { LoginLoop } from "../load/login-loop.ts";
import { BankUnderLoad, accountsFor } from "./bank-under-load.ts";
import { LOGIN_CLIENTS } from "./logins.ts";
import type { Scenario, Stage } from "./stage.ts";

const CUSTOMERS = 1_000;
/** Parts of the maximum, for the plot of load against latency. */
const PARTS = [0.1, 0.25, 0.7, 0.85, 0.95];
const PARTS_QUICK = [0.25, 0.8];
/**
 * A storm must last long enough for several logins of each client, and so long that one stall of
 * the disk is not its p99.
 */
const STORM_MS_MIN = 2_500;
const STORM_MS_MAX = 30_000;
const STORM_TIMES = 2.5;

export const openLoop: Scenario = async (stage) => {
  const { connections, quick } = stage.options;
  const folder = scratchFolder();
  fillFolder(folder, Math.max(CUSTOMERS, connections), LOGIN_CLIENTS);
  const users = usersOf(accountsFor(connections));
  const under = await BankUnderLoad.start(stage, folder, users, LOGIN_COST);
  const load = await under.open({ protocol: "classic", inFlight: 1 });
  const { perSecond: most } = await under.run(load, {
    ...{ name: "maximum", title: "classic, the maximum for the rates below" },
  });
  for (const part of quick ? PARTS_QUICK : PARTS) {
    const about = { name: `offered-${part}`, title: `open loop at ${part} of it` };
    await under.run(load, about, { perSecond: most * part });
  }
  await runStorm(stage, under, load, most / 2);
  await load.close();
  await under.prove("open loop");
};

async function runStorm(
  { options, results }: Stage,
  under: BankUnderLoad,
  load: Load,
  perSecond: number,
): Promise<void> {
  const stormMs = Math.max(STORM_MS_MIN, options.durationMs * STORM_TIMES);
  const pace = { perSecond, durationMs: Math.min(STORM_MS_MAX, stormMs) };
  await under.run(load, { name: "half", title: "open loop at half of it" }, pace);
  const logins = new LoginLoop(under.bank, loginUsers(LOGIN_CLIENTS));
  const title = `the same, with ${LOGIN_CLIENTS} clients looping on log-in`;
  await under.run(load, { name: "storm", title }, pace);
  const { perSecond: loginsPerSecond } = logins.measured;
  await logins.stop();
  results.addFigure("storm.logins", "logins meanwhile", loginsPerSecond, "logins/s");
}
