/**
 * Asks a running bank for its figures now and then, to see what its mailboxes are like meanwhile.
 */

import type { BankFigures } from "../../src/cli/parent-line.ts";
import type { BankProcess } from "./bank-process.ts";
import { processUse, type ProcessUse } from "./process-use.ts";

const SAMPLE_MS = 250;

/** What the bank's actors did between two moments. */
export type ActorUse = {
  ledgerHandled: number;
  /** Letters in one message to the ledger, on average: its batches are at least so large. */
  ledgerBatchMean: number;
  /** The ledger thread's time for one message: decide, apply, commit. */
  commitMsMean: number;
  /** From a call to its reply, as the main thread sees it. */
  ledgerWaitMsMean: number;
  /** Of all samples. */
  ledgerDepthMean: number;
  ledgerDepthMax: number;
  passwordTurnsMax: number;
  connections: number;
};

export type BankUse = { actors: ActorUse; processes: ProcessUse[] };

/** Watches the bank while `work` runs. */
export async function watching<T>(
  bank: BankProcess,
  work: () => Promise<T>,
): Promise<{ result: T; use: BankUse }> {
  const before = await bank.figures();
  const use = processUse([
    { name: "bank", pid: bank.pid },
    { name: "load", pid: process.pid },
  ]);
  const samples: BankFigures[] = [];
  const sample = (): void => {
    // A bank that has died answers nothing; the work notices that too, and says it better.
    bank.figures().then(
      (figures) => samples.push(figures),
      () => undefined,
    );
  };
  const timer = setInterval(sample, SAMPLE_MS);
  try {
    const result = await work();
    clearInterval(timer);
    const processes = use();
    const after = await bank.figures();
    return { result, use: { actors: actorUse(before, after, samples), processes } };
  } finally {
    clearInterval(timer);
  }
}

function actorUse(
  before: BankFigures,
  after: BankFigures,
  samples: readonly BankFigures[],
): ActorUse {
  const [first, last] = [before.actors.ledger, after.actors.ledger];
  const handled = last.handled - first.handled;
  const batches = Math.max(1, last.batches - first.batches);
  const depths = samples.map(({ actors }) => actors.ledger.depth);
  return {
    ledgerHandled: handled,
    ledgerBatchMean: handled / batches,
    commitMsMean: (last.handlingMs - first.handlingMs) / batches,
    ledgerWaitMsMean: (last.waitMs - first.waitMs) / Math.max(1, handled),
    ledgerDepthMean: depths.reduce((sum, depth) => sum + depth, 0) / Math.max(1, depths.length),
    ledgerDepthMax: last.depthMax,
    passwordTurnsMax: samples.reduce((most, { actors }) => Math.max(most, actors.pool.turns), 0),
    connections: after.actors.acceptor.serving,
  };
}
