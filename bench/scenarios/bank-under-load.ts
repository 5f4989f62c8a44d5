/**
 * A bank of its own for one scenario, with the load on it and the evidence of what was done to it:
 * every scenario that moves money ends with its proof.
 */

import { startBankProcess, type BankProcess } from "../bank/bank-process.ts";
import { LOAD_COST } from "../bank/scratch-folder.ts";
import { BankWatch } from "../bank/bank-watch.ts";
import { Load, type LoadOptions, type Measured, type Pace } from "../load/load.ts";
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
    return new BankUnderLoad(stage, folder, bank, users);
  }

  /** Opens the load's connections. */
  open({ protocol, inFlight, connections }: LoadShape): Promise<Load> {
    const { threads, depositPercent, seed } = this.#stage.options;
    const { host, port, publicKey: bankKey } = this.bank;
    return Load.open({
      ...{ protocol, inFlight, target: { host, port }, bankKey, users: this.#users },
      ...{ threads, depositPercent, seed },
      connections: connections ?? this.#stage.options.connections,
    });
  }

  /** Runs, keeps the result, and adds what happened to the evidence. */
  async run(
    load: Load,
    about: Pick<RunResult, "name" | "title">,
    pace: Partial<Pace> = {},
  ): Promise<Measured> {
    const { options, results, say } = this.#stage;
    say(`  ${about.title}`);
    const { warmUpMs, durationMs } = options;
    const whole: Pace = { perSecond: null, warmUpMs, durationMs, ...pace };
    const watch = new BankWatch(this.bank);
    const measured = await load.run(whole, watch);
    const shown = { ...about, offeredPerSecond: whole.perSecond };
    results.runs.push(runResult(shown, measured, await watch.use()));
    this.#evidence.add(measured.observations);
    return measured;
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
