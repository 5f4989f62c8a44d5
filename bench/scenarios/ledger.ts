/** The ledger's thread alone, without sockets and cryptography, but with all that it writes. */

import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { fillFolder, scratchFolder, userName } from "../bank/scratch-folder.ts";
import { LedgerFeeder } from "../load/ledger-feeder.ts";
import { findBookFaults, readBooks } from "../proof/books.ts";
import type { Scenario } from "./stage.ts";

const BATCHES = [100, 1_000];
const CUSTOMERS = 1_000;

export const ledger: Scenario = async ({ options, results, say }) => {
  const { program, seed, warmUpMs, durationMs } = options;
  const name = `ledger-main${extname(program)}`;
  const file = pathToFileURL(join(dirname(program), "workers", name));
  const folder = scratchFolder();
  fillFolder(folder, CUSTOMERS, 0);
  const before = readBooks(folder, 0);
  const feeder = await LedgerFeeder.start(file, folder, userName(0), seed);
  let changes = 0;
  for (const batch of BATCHES) {
    const label = `ledger thread alone, batches of ${batch.toLocaleString("en")}`;
    say(`  ${label}`);
    const warmUp = await feeder.run(batch, CUSTOMERS, warmUpMs);
    const { perSecond, batchMean, deposits } = await feeder.run(batch, CUSTOMERS, durationMs / 2);
    results.addFigure(`ledger.${batch}`, label, perSecond, "tx/s");
    results.addFigure(`ledger.${batch}.batch`, "… batches it made, on average", batchMean, "");
    changes += warmUp.deposits + deposits;
  }
  await feeder.stop();
  const now = readBooks(folder, 0);
  const faults = findBookFaults(before, now);
  const rows = now.journal.length;
  if (rows !== changes) faults.push(`${changes} were acknowledged, ${rows} are in the journal`);
  results.proofs.push({ name: "ledger thread alone", requests: changes, changes, faults });
};
