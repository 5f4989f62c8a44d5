/** How long the bank takes from exec to listening, on a folder that it knows. */

import { startBankProcess } from "../bank/bank-process.ts";
import { fillFolder, scratchFolder } from "../bank/scratch-folder.ts";
import type { Scenario } from "./stage.ts";

const STARTS = 7;
const STARTS_QUICK = 3;

export const start: Scenario = async ({ options, results, say }) => {
  say("  from exec to listening");
  const folder = scratchFolder();
  fillFolder(folder, 1_000, 0);
  const times: number[] = [];
  for (let time = 0; time < (options.quick ? STARTS_QUICK : STARTS); time++) {
    const bank = await startBankProcess(folder, options.program);
    times.push(bank.startMs / 1_000);
    await bank.stop();
  }
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  results.addFigure("start.seconds", "from exec to listening, median", median, "s");
};
