/**
 * A bank of its own for one scenario, with the load on it and the evidence of what was done to it:
 * every scenario that moves money ends with its proof.
 */

import { startBankProcess, type BankProcess } from "../bank/bank-process.ts";
import { LOAD_COST } from "../bank/scratch-folder.ts";
import { BankWatch, bankUse, type BankSpan } from "../bank/bank-watch.ts";
import { Load, type LoadOptions, type Measured, type Pace, type RunWatcher } from "../load/load.ts";
import type { User } from "../load/line.ts";
import { readBooks, type Books } from "../proof/books.ts";
import { Evidence } from "../proof/proof.ts";
import { runResult, type RunResult } from "../report/results.ts";
import type { Stage } from "./stage.ts";

/** Of the load's connections on one account: what several do to it at once must be linearizable. */
const SESSIONS_OF_ACCOUNT = 4;

export const accountsFor = (connections: number): number =>
  Math.max(1, Math.ceil(connections / SESSIONS_OF_ACCOUNT));

export type LoadShape = Pick<LoadOptions, "protocol" | "inFlight"> & { connections?: number };

export class BankUnderLoad {
  readonly bank: BankProcess;
  readonly #stage: Stage;
  readonly #folder: string;
  readonly #users: readonly User[];
  readonly #before: Books;
  readonly #evidence: Evidence;

  private constructor(stage: Stage, folder: string, bank: BankProcess, users: readonly User[]) {
    this.bank = bank;
    this.#stage = stage;
    this.#folder = folder;
    this.#users = users;
    this.#before = readBooks(folder, Number.MAX_SAFE_INTEGER);
    this.#evidence = new Evidence(users);
  }

  /**
   * @param folder Already filled, with these users among its customers.
   * @param bcryptCost That of the hashes in it.
   */
  static async start(
    stage: Stage,
    folder: string,
    users: readonly User[],
    bcryptCost = LOAD_COST,
  ): Promise<BankUnderLoad> {
    const bank = await startBankProcess(folder, stage.options.program, bcryptCost);
    stage.leftovers.defer(() => bank.stop());
    return new BankUnderLoad(stage, folder, bank, users);
  }

  /** Opens the load's connections. */
  async open({ protocol, inFlight, connections }: LoadShape): Promise<Load> {
    const { threads, depositPercent, seed } = this.#stage.options;
    const { host, port, publicKey: bankKey } = this.bank;
    const load = await Load.open({
      ...{ protocol, inFlight, target: { host, port }, bankKey, users: this.#users },
      ...{ threads, depositPercent, seed },
      connections: connections ?? this.#stage.options.connections,
    });
    this.#stage.leftovers.defer(() => load.close());
    return load;
  }

  /** Runs, keeps the result, and adds what happened to the evidence. */
  async run(
    load: Load,
    about: Pick<RunResult, "name" | "title">,
    pace: Partial<Pace> = {},
  ): Promise<Measured> {
    const { options, say } = this.#stage;
    say(`  ${about.title}`);
    const { warmUpMs, durationMs } = options;
    const whole: Pace = { perSecond: null, warmUpMs, durationMs, ...pace };
    const { measured, span } = await this.runPart(load, whole);
    this.keep({ ...about, offeredPerSecond: whole.perSecond }, measured, [span]);
    return measured;
  }

  /** Runs, and leaves it to the caller to keep the result, be it put together with others. */
  async runPart(
    load: Load,
    pace: Pace,
    watcher: RunWatcher | null = null,
  ): Promise<{ measured: Measured; span: BankSpan }> {
    const watch = new BankWatch(this.bank);
    const measured = await load.run(pace, {
      begin() {
        watch.begin();
        watcher?.begin();
      },
      end() {
        watch.end();
        watcher?.end();
      },
    });
    return { measured, span: await watch.span() };
  }

  /** Keeps a result, and adds what happened to the evidence. */
  keep(
    shown: Pick<RunResult, "name" | "title" | "offeredPerSecond">,
    measured: Measured,
    spans: readonly BankSpan[],
  ): void {
    this.#stage.results.runs.push(runResult(shown, measured, bankUse(spans)));
    this.#evidence.add(measured.observations);
  }

  /** Runs for as long as any run, and keeps no result: for a bank that is to have worked before. */
  async runUnmeasured(load: Load): Promise<void> {
    const { warmUpMs, durationMs } = this.#stage.options;
    const { observations } = await load.run({ perSecond: null, warmUpMs, durationMs });
    this.#evidence.add(observations);
  }

  /** Opens a load, runs it once, and closes it. */
  async runAlone(shape: LoadShape, about: Pick<RunResult, "name" | "title">): Promise<Measured> {
    const load = await this.open(shape);
    try {
      return await this.run(load, about);
    } finally {
      await load.close();
    }
  }

  /** Stops the bank, and proves from its books what was done to it. */
  async prove(name: string): Promise<void> {
    await this.bank.stop();
    const now = readBooks(this.#folder, this.#before.lastTransaction);
    this.#stage.results.proofs.push(this.#evidence.prove(name, this.#users, this.#before, now));
  }
}
