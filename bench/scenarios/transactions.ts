/**
 * Transactions as fast as they go: classic and modern, closed loop, and modern with many in flight.
 */

import { fillFolder, scratchFolder, usersOf } from "../bank/scratch-folder.ts";
import { BankUnderLoad, accountsFor } from "./bank-under-load.ts";
import type { Scenario } from "./stage.ts";

const CUSTOMERS = 1_000;
const IN_FLIGHT = 16;

export const transactions: Scenario = async (stage) => {
  const { connections } = stage.options;
  const folder = scratchFolder();
  fillFolder(folder, Math.max(CUSTOMERS, connections), 0);
  const users = usersOf(accountsFor(connections));
  const under = await BankUnderLoad.start(stage, folder, users);
  const lines = `${connections} connections`;
  await under.runAlone(
    { protocol: "classic", inFlight: 1 },
    { name: "classic", title: `classic, ${lines}` },
  );
  await under.runAlone(
    { protocol: "modern", inFlight: 1 },
    { name: "modern", title: `modern, ${lines}` },
  );
  await under.runAlone(
    { protocol: "modern", inFlight: IN_FLIGHT },
    { name: "modern16", title: `modern, ${IN_FLIGHT} in flight on each of ${lines}` },
  );
  await under.prove("transactions");
};
