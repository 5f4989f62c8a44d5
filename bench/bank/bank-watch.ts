/**
 * What a bank is like under load: what its actors tell of themselves, asked now and then, and the
 * CPU and memory of its process and of the load's.
 */

import type { BankFigures } from "../../src/cli/parent-line.ts";
import type { RunWatcher } from "../load/load.ts";
import type { BankProcess } from "./bank-process.ts";
import { processSpans, useOver, type ProcessSpan, type ProcessUse } from "./process-use.ts";

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

/** What was counted between two moments: sums, which can be put together with those of others. */
export type BankSpan = {
  seconds: number;
  handled: number;
  batches: number;
  handlingMs: number;
  waitMs: number;
  /** Of each sample. */
  depths: number[];
  passwordTurns: number[];
  /** At its end, both. */
  ledgerDepthMax: number;
  connections: number;
  processes: ProcessSpan[];
};

/** Watches a bank from `begin` to `end`. */
export class BankWatch implements RunWatcher {
  readonly #bank: BankProcess;
  readonly #samples: BankFigures[] = [];
  #beganAt = 0;
  #seconds = 0;
  #timer: NodeJS.Timeout | undefined;
  #first: Promise<BankFigures> | null = null;
  #last: Promise<BankFigures> | null = null;
  #endOfSpans: () => ProcessSpan[] = () => [];
  #processes: ProcessSpan[] = [];

  constructor(bank: BankProcess) {
    this.#bank = bank;
  }

  begin(): void {
    this.#first = this.#ask();
    this.#beganAt = performance.now();
    this.#endOfSpans = processSpans([
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
    this.#processes = this.#endOfSpans();
  }

  /** What was seen. @throws Error if the bank has died, or `end` was not called. */
  async span(): Promise<BankSpan> {
    const [first, last] = await Promise.all([this.#first, this.#last]);
    if (first === null || last === null) throw new Error("nothing was watched");
    const [before, after] = [first.actors.ledger, last.actors.ledger];
    return {
      seconds: this.#seconds,
      handled: after.handled - before.handled,
      batches: after.batches - before.batches,
      handlingMs: after.handlingMs - before.handlingMs,
      waitMs: after.waitMs - before.waitMs,
      depths: this.#samples.map(({ actors }) => actors.ledger.depth),
      passwordTurns: this.#samples.map(({ actors }) => actors.pool.turns),
      ledgerDepthMax: after.depthMax,
      connections: last.actors.acceptor.serving,
      processes: this.#processes,
    };
  }

  /** A bank that has died answers nothing. Whoever puts load on it notices that first. */
  #ask(): Promise<BankFigures> {
    const figures = this.#bank.figures();
    figures.catch(() => undefined);
    return figures;
  }
}

/** What a bank did over all of these spans, one at least. */
export const bankUse = (spans: readonly BankSpan[]): BankUse => ({
  actors: actorUse(spans),
  processes: [
    ...Map.groupBy(
      spans.flatMap(({ processes }) => processes),
      ({ name }) => name,
    ).values(),
  ].map(useOver),
});

function actorUse(spans: readonly BankSpan[]): ActorUse {
  const sum = (of: (span: BankSpan) => number): number =>
    spans.reduce((total, span) => total + of(span), 0);
  const handled = sum((span) => span.handled);
  const batches = Math.max(
    1,
    sum((span) => span.batches),
  );
  const depths = spans.flatMap((span) => span.depths);
  return {
    ledgerPerSecond: handled / sum((span) => span.seconds),
    ledgerBatchMean: handled / batches,
    commitMsMean: sum((span) => span.handlingMs) / batches,
    ledgerWaitMsMean: sum((span) => span.waitMs) / Math.max(1, handled),
    ledgerDepthMean: depths.reduce((total, depth) => total + depth, 0) / Math.max(1, depths.length),
    ledgerDepthMax: Math.max(...spans.map((span) => span.ledgerDepthMax)),
    passwordTurnsMax: Math.max(0, ...spans.flatMap((span) => span.passwordTurns)),
    connections: spans.at(-1)!.connections,
  };
}
