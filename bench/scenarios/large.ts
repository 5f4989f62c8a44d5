/** A bank with a million customers and ten million transactions behind it. */

import { fillLargeFolder } from "../bank/large-store.ts";
import { fillFolder, scratchFolder, userName, usersOf, PASSWORD } from "../bank/scratch-folder.ts";
import { readPagesInThread } from "../load/page-reader-thread.ts";
import { latencyOf } from "../report/results.ts";
import { BankUnderLoad, accountsFor } from "./bank-under-load.ts";
import type { Scenario, Stage } from "./stage.ts";

const CUSTOMERS = 1_000_000;
const FEW_CUSTOMERS = 1_000;
const TRANSACTIONS = 10_000_000;
const READERS = 8;

export const large: Scenario = async (stage) => {
  const { options, results, say } = stage;
  if (options.quick) {
    const what = "1,000,000 accounts and 10,000,000 journal rows";
    results.skipped.push({ what, reason: "--quick has no time to make them" });
    return;
  }
  say("  making 1,000,000 accounts and 10,000,000 journal rows");
  const folder = scratchFolder();
  fillLargeFolder(folder, CUSTOMERS, TRANSACTIONS);
  await runSmall(stage);
  // One customer a connection, spread over the whole bank.
  const stride = Math.floor(CUSTOMERS / options.connections);
  const users = Array.from({ length: options.connections }, (_, index) => ({
    ...{ name: userName(index * stride), password: PASSWORD },
  }));
  const under = await BankUnderLoad.start(stage, folder, users);
  const seconds = under.bank.startMs / 1_000;
  results.addFigure("large.startSeconds", "start with 10,000,000 journal rows", seconds, "s");
  await under.runAlone(
    { protocol: "classic", inFlight: 1 },
    { name: "large", title: "classic, with 1,000,000 accounts" },
  );
  say("  pages of history");
  const { host, port, publicKey } = under.bank;
  const { warmUpMs, durationMs } = options;
  const latency = await readPagesInThread({
    bank: { host, port, publicKey },
    users: users.slice(0, READERS),
    ...{ warmUpMs, durationMs },
  });
  const { p50, p99 } = latencyOf(latency);
  results.addFigure("history.p50", "a page of history, p50", p50, "ms");
  results.addFigure("history.p99", "… p99", p99, "ms");
  await under.prove("large store");
};

/** What to compare with, at once before it: no machine is as fast at all times. */
async function runSmall(stage: Stage): Promise<void> {
  const { connections } = stage.options;
  const folder = scratchFolder();
  fillFolder(folder, Math.max(FEW_CUSTOMERS, connections), 0);
  const under = await BankUnderLoad.start(stage, folder, usersOf(accountsFor(connections)));
  await under.runAlone(
    { protocol: "classic", inFlight: 1 },
    { name: "small", title: "classic, with 1,000 accounts" },
  );
  await under.prove("small store");
}
