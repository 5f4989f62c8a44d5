/**
 * What a bank is like under load: what its actors tell of themselves, asked now and then, and the
 * CPU and memory of its process and of the load's.
 */

import type { BankFigures } from "../../src/cli/parent-line.ts";
import type { RunWatcher } from "../load/load.ts";
import type { BankProcess } from "./bank-process.ts";
import { processUse, type ProcessUse } from "./process-use.ts";

const SAMPLE_MS = 250;

/** What the bank's actors did between two moments. */
export type ActorUse = {
  ledgerPerSecond: number;
  /** Letters in one message to the ledger, on average: its batches are at least so large. */
  ledgerBatchMean: number;
  /** The ledger thread's time for one message: decide, apply, commit. */
  commitMsMean: number;
  /** From a call to its reply, as the main thread sees it. */
  ledgerWaitMsMean: number;
  /** Of the samples. */
  ledgerDepthMean: number;
  /** Since the bank's start. */
  ledgerDepthMax: number;
  passwordTurnsMax: number;
  connections: number;
};

export type BankUse = { actors: ActorUse; processes: ProcessUse[] };

/** Watches a bank from `begin` to `end`. */
export class BankWatch implements RunWatcher {
  readonly #bank: BankProcess;
  readonly #samples: BankFigures[] = [];
  #beganAt = 0;
  #seconds = 0;
  #timer: NodeJS.Timeout | undefined;
  #first: Promise<BankFigures> | null = null;
  #last: Promise<BankFigures> | null = null;
  #endOfUse: () => ProcessUse[] = () => [];
  #processes: ProcessUse[] = [];

  constructor(bank: BankProcess) {
    this.#bank = bank;
  }

  begin(): void {
    this.#first = this.#ask();
    this.#beganAt = performance.now();
    this.#endOfUse = processUse([
      { name: "bank", pid: this.#bank.pid },
      { name: "load", pid: process.pid },
    ]);
    this.#timer = setInterval(() => {
      this.#ask().then(
        (figures) => this.#samples.push(figures),
        () => undefined,
      );
    }, SAMPLE_MS);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#last = this.#ask();
    this.#seconds = (performance.now() - this.#beganAt) / 1_000;
    this.#processes = this.#endOfUse();
  }

  /** What was seen. @throws Error if the bank has died, or `end` was not called. */
  async use(): Promise<BankUse> {
    const [first, last] = await Promise.all([this.#first, this.#last]);
    if (first === null || last === null) throw new Error("nothing was watched");
    const actors = actorUse(first, last, this.#samples, this.#seconds);
    return { actors, processes: this.#processes };
  }

  /** A bank that has died answers nothing. Whoever puts load on it notices that first. */
  #ask(): Promise<BankFigures> {
    const figures = this.#bank.figures();
    figures.catch(() => undefined);
    return figures;
  }
}

function actorUse(
  { actors: before }: BankFigures,
  { actors: after }: BankFigures,
  samples: readonly BankFigures[],
  seconds: number,
): ActorUse {
  const handled = after.ledger.handled - before.ledger.handled;
  const batches = Math.max(1, after.ledger.batches - before.ledger.batches);
  const depths = samples.map(({ actors }) => actors.ledger.depth);
  return {
    ledgerPerSecond: handled / seconds,
    ledgerBatchMean: handled / batches,
    commitMsMean: (after.ledger.handlingMs - before.ledger.handlingMs) / batches,
    ledgerWaitMsMean: (after.ledger.waitMs - before.ledger.waitMs) / Math.max(1, handled),
    ledgerDepthMean: depths.reduce((sum, depth) => sum + depth, 0) / Math.max(1, depths.length),
    ledgerDepthMax: after.ledger.depthMax,
    passwordTurnsMax: samples.reduce((most, { actors }) => Math.max(most, actors.pool.turns), 0),
    connections: after.acceptor.serving,
  };
}
