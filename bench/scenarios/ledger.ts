/**
 * The ledger's thread alone, without sockets and cryptography, but with all that it writes, and in
 * turns with a bare loop of SQLite's.
 */

import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { fillFolder, scratchFolder, userName } from "../bank/scratch-folder.ts";
import { SqliteLoop } from "../ceilings/sqlite-loop.ts";
import { LedgerFeeder } from "../load/ledger-feeder.ts";
import { orderOfRound, turnsOf, type TurnLengths } from "../load/turns.ts";
import { findBookFaults, readBooks } from "../proof/books.ts";
import type { Scenario, Stage } from "./stage.ts";

const BATCHES = [100, 1_000];
const CUSTOMERS = 1_000;
const LENGTHS: TurnLengths = { turnMs: 500, warmUpMs: 100 };

export const ledger: Scenario = async (stage) => {
  const { program, seed } = stage.options;
  const name = `ledger-main${extname(program)}`;
  const file = pathToFileURL(join(dirname(program), "workers", name));
  const folder = scratchFolder();
  fillFolder(folder, CUSTOMERS, 0);
  const before = readBooks(folder, 0);
  const feeder = await LedgerFeeder.start(file, folder, userName(0), seed);
  let changes = 0;
  for (const batch of BATCHES) changes += await runBatches(stage, feeder, batch);
  await feeder.stop();
  const now = readBooks(folder, 0);
  const faults = findBookFaults(before, now);
  const rows = now.journal.length;
  if (rows !== changes) faults.push(`${changes} were acknowledged, ${rows} are in the journal`);
  stage.results.proofs.push({ name: "ledger thread alone", requests: changes, changes, faults });
};

/** The ledger and the bare loop, in turns. @returns the changes that the ledger acknowledged. */
async function runBatches(
  { options, results, say }: Stage,
  feeder: LedgerFeeder,
  batch: number,
): Promise<number> {
  const { seed, warmUpMs, durationMs } = options;
  const many = `batches of ${batch.toLocaleString("en")}`;
  say(`  in turns: ledger thread alone and bare SQLite loop, ${many}`);
  const loop = new SqliteLoop(scratchFolder(), batch, seed);
  const fed = { count: 0, elapsedMs: 0, batches: 0 };
  const bare = { count: 0, elapsedMs: 0 };
  let changes = 0;
  const turns = turnsOf({ warmUpMs, durationMs: durationMs / 2 }, LENGTHS);
  for (const [round, turn] of turns.entries()) {
    const contestants = [
      async () => {
        const warmUp = await feeder.run(batch, CUSTOMERS, turn.warmUpMs);
        const { deposits, elapsedMs, batches } = await feeder.run(
          batch,
          CUSTOMERS,
          turn.durationMs,
        );
        changes += warmUp.deposits + deposits;
        fed.count += deposits;
        fed.elapsedMs += elapsedMs;
        fed.batches += batches;
      },
      async () => {
        loop.run(turn.warmUpMs);
        const { transfers, elapsedMs } = loop.run(turn.durationMs);
        bare.count += transfers;
        bare.elapsedMs += elapsedMs;
      },
    ];
    for (const takeTurn of orderOfRound(round, contestants)) await takeTurn();
  }
  loop.close();
  results.addFigure(`ledger.${batch}`, `ledger thread alone, ${many}`, perSecondOf(fed), "tx/s");
  const batchMean = fed.count / fed.batches;
  results.addFigure(`ledger.${batch}.batch`, "… batches it made, on average", batchMean, "");
  const label = `bare SQLite loop, ${many}`;
  results.addFigure(`sqlite.${batch}`, label, perSecondOf(bare), "transfers/s");
  return changes;
}

const perSecondOf = ({ count, elapsedMs }: { count: number; elapsedMs: number }): number =>
  (count * 1_000) / elapsedMs;
