/** A bank with a million customers and ten million transactions behind it. */

import { fillLargeFolder } from "../bank/large-store.ts";
import { fillFolder, scratchFolder, userName, usersOf, PASSWORD } from "../bank/scratch-folder.ts";
import type { User } from "../load/line.ts";
import { readPagesInThread } from "../load/page-reader-thread.ts";
import { latencyOf } from "../report/results.ts";
import { BankUnderLoad, accountsFor } from "./bank-under-load.ts";
import { runInTurns } from "./in-turns.ts";
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
  // One customer a connection, spread over the whole bank.
  const stride = Math.floor(CUSTOMERS / options.connections);
  const users = Array.from({ length: options.connections }, (_, index) => ({
    ...{ name: userName(index * stride), password: PASSWORD },
  }));
  const under = await BankUnderLoad.start(stage, folder, users);
  const seconds = under.bank.startMs / 1_000;
  results.addFigure("large.startSeconds", "start with 10,000,000 journal rows", seconds, "s");
  await compareWithSmall(stage, under);
  await readHistory(stage, under, users.slice(0, READERS));
  await under.prove("large store");
};

/** Beside a bank with few accounts, which ends with this. */
async function compareWithSmall(stage: Stage, under: BankUnderLoad): Promise<void> {
  const { connections } = stage.options;
  const folder = scratchFolder();
  fillFolder(folder, Math.max(FEW_CUSTOMERS, connections), 0);
  const small = await BankUnderLoad.start(stage, folder, usersOf(accountsFor(connections)));
  const [few, many] = [
    await small.open({ protocol: "classic", inFlight: 1 }),
    await under.open({ protocol: "classic", inFlight: 1 }),
  ];
  await runInTurns(stage, [
    { name: "small", title: "classic, with 1,000 accounts", load: few, under: small },
    { name: "large", title: "classic, with 1,000,000 accounts", load: many, under },
  ]);
  for (const load of [few, many]) await load.close();
  await small.prove("small store");
}

async function readHistory(
  { options, results, say }: Stage,
  under: BankUnderLoad,
  users: readonly User[],
): Promise<void> {
  say("  pages of history");
  const { host, port, publicKey } = under.bank;
  const { warmUpMs, durationMs } = options;
  const bank = { host, port, publicKey };
  const latency = await readPagesInThread({ bank, users, warmUpMs, durationMs });
  const { p50, p99 } = latencyOf(latency);
  results.addFigure("history.p50", "a page of history, p50", p50, "ms");
  results.addFigure("history.p99", "… p99", p99, "ms");
}
