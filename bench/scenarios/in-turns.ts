/** Runs that are to be compared, made in turns on loads that stay open: one result for each. */

import type { BankSpan } from "../bank/bank-watch.ts";
import type { Load, Measured, Pace, RunWatcher } from "../load/load.ts";
import { mergeTurns, orderOfRound, turnsOf, type TurnLengths } from "../load/turns.ts";
import { runResult } from "../report/results.ts";
import type { BankUnderLoad } from "./bank-under-load.ts";
import type { Stage } from "./stage.ts";

/** Shorter than what a machine that is shared takes to change, and yet not all warm-up. */
const LENGTHS: TurnLengths = { turnMs: 1_000, warmUpMs: 250 };

/** What goes on beside the load in the turns of one contestant, and in no other's. */
export interface Company extends RunWatcher {
  /** Before the turn warms up. */
  start(): void;
  /** After the turn. Resolves when nothing of it is in work any more. */
  stop(): Promise<void>;
}

export type Contestant = {
  name: string;
  title: string;
  load: Load;
  /** Null for what is no bank, and has no books. */
  under: BankUnderLoad | null;
  /** Requests a second; null for a closed loop, as it is unless told. */
  perSecond?: number;
  company?: Company;
};

type Part = { measured: Measured; span: BankSpan | null };

/** @param durationMs How long each contestant is measured, over all its turns. */
export async function runInTurns(
  { options, results, say }: Stage,
  contestants: readonly Contestant[],
  durationMs = options.durationMs,
  lengths = LENGTHS,
): Promise<void> {
  const turns = turnsOf({ warmUpMs: options.warmUpMs, durationMs }, lengths);
  say(`  in turns, ${turns.length} of each:`);
  for (const { title } of contestants) say(`    ${title}`);
  const parts = new Map(contestants.map((contestant) => [contestant, [] as Part[]]));
  for (const [round, turn] of turns.entries()) {
    for (const contestant of orderOfRound(round, contestants)) {
      const pace = { perSecond: contestant.perSecond ?? null, ...turn };
      parts.get(contestant)!.push(await runTurn(contestant, pace));
    }
  }
  for (const [{ name, title, perSecond, under }, of] of parts) {
    const measured = mergeTurns(of.map((part) => part.measured));
    const shown = { name, title, offeredPerSecond: perSecond ?? null };
    const spans = of.flatMap(({ span }) => (span === null ? [] : [span]));
    if (under === null) results.runs.push(runResult(shown, measured, null));
    else under.keep(shown, measured, spans);
  }
}

async function runTurn({ load, under, company }: Contestant, pace: Pace): Promise<Part> {
  company?.start();
  try {
    if (under === null) return { measured: await load.run(pace, company), span: null };
    return await under.runPart(load, pace, company);
  } finally {
    await company?.stop();
  }
}
