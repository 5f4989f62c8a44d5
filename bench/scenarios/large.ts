/** A bank with a million customers and ten million transactions behind it. */

import { nodeCiphers } from "../../src/ciphers/node.ts";
import { ModernClient } from "../../src/client/modern-client.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import { fillLargeFolder } from "../bank/large-store.ts";
import { fillFolder, scratchFolder, userName, usersOf, PASSWORD } from "../bank/scratch-folder.ts";
import type { BankProcess } from "../bank/bank-process.ts";
import { nowMs } from "../load/clock.ts";
import type { User } from "../load/line.ts";
import { emptyHistogram } from "../load/meter.ts";
import { latencyOf } from "../report/results.ts";
import { BankUnderLoad, accountsFor } from "./bank-under-load.ts";
import type { Scenario, Stage } from "./stage.ts";

const CUSTOMERS = 1_000_000;
const FEW_CUSTOMERS = 1_000;
const TRANSACTIONS = 10_000_000;
const PAGE_LINES = 8;

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
  const { p50, p99 } = await readPages(under.bank, users, options.durationMs);
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

async function readPages(bank: BankProcess, users: readonly User[], durationMs: number) {
  const latency = emptyHistogram();
  const endAt = nowMs() + durationMs;
  const readers = users.slice(0, PAGE_LINES).map(async ({ name, password }) => {
    const dial = () => new TcpTransport(bank.host, bank.port);
    const client = await ModernClient.connect(dial, nodeCiphers, bank.publicKey);
    await client.logIn(name, password);
    for (let askedAt = nowMs(); askedAt < endAt; askedAt = nowMs()) {
      await client.history();
      latency.record(Math.max(1, Math.round((nowMs() - askedAt) * 1e6)));
    }
    client.close();
  });
  await Promise.all(readers);
  return latencyOf(latency);
}
