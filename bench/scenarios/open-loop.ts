/**
 * Requests at a fixed rate: load against latency, and half the maximum in turns with and without
 * clients that loop on log-in. Latency counts from when a request was due.
 */

import type { BankProcess } from "../bank/bank-process.ts";
import { fillFolder, loginUsers, scratchFolder, usersOf } from "../bank/scratch-folder.ts";
import type { Load } from "../load/load.ts";
import { LoginLoop } from "../load/login-loop.ts";
import type { TurnLengths } from "../load/turns.ts";
import { BankUnderLoad, accountsFor } from "./bank-under-load.ts";
import { runInTurns, type Company } from "./in-turns.ts";
import { LOGIN_CLIENTS } from "./logins.ts";
import type { Scenario, Stage } from "./stage.ts";

const CUSTOMERS = 1_000;
/** Parts of the maximum, for the plot of load against latency. */
const PARTS = [0.1, 0.25, 0.7, 0.85, 0.95];
const PARTS_QUICK = [0.8];
/**
 * A storm must last long enough for several logins of each client, and so long that one stall of
 * the disk is not its p99.
 */
const STORM_MS_MIN = 2_500;
const STORM_MS_MAX = 30_000;
const STORM_TIMES = 2.5;
/**
 * Longer than other turns, since the logins in hand at the end of each must be waited for. In the
 * warm-up the first ones end, so that measuring begins in the middle of others.
 */
const STORM_TURNS: TurnLengths = { turnMs: 2_500, warmUpMs: 1_000 };
/** Passwords take half the time then. */
const STORM_TURNS_QUICK: TurnLengths = { turnMs: 1_250, warmUpMs: 500 };

export const openLoop: Scenario = async (stage) => {
  const { connections, quick, loginCost } = stage.options;
  const folder = scratchFolder();
  fillFolder(folder, Math.max(CUSTOMERS, connections), LOGIN_CLIENTS, loginCost);
  const users = usersOf(accountsFor(connections));
  const under = await BankUnderLoad.start(stage, folder, users, loginCost);
  const load = await under.open({ protocol: "classic", inFlight: 1 });
  const { perSecond: most } = await under.run(load, {
    ...{ name: "maximum", title: "classic, the maximum for the rates below" },
  });
  for (const part of quick ? PARTS_QUICK : PARTS) {
    const about = { name: `offered-${part}`, title: `open loop at ${part} of it` };
    await under.run(load, about, { perSecond: most * part });
  }
  await runStorm(stage, under, load, most / 2);
  await load.close();
  await under.prove("open loop");
};

/** Half the maximum, in turns of calm and of storm. */
async function runStorm(
  stage: Stage,
  under: BankUnderLoad,
  load: Load,
  perSecond: number,
): Promise<void> {
  const { options, results } = stage;
  const stormMs = Math.max(STORM_MS_MIN, options.durationMs * STORM_TIMES);
  const durationMs = Math.min(STORM_MS_MAX, stormMs);
  const storm = new Storm(under.bank);
  const title = `the same, with ${LOGIN_CLIENTS} clients looping on log-in`;
  const shape = { load, under, perSecond };
  const contestants = [
    { name: "half", title: "open loop at half of it", ...shape },
    { name: "storm", title, ...shape, company: storm },
  ];
  await runInTurns(stage, contestants, durationMs, options.quick ? STORM_TURNS_QUICK : STORM_TURNS);
  results.addFigure("storm.logins", "logins meanwhile", storm.perSecond, "logins/s");
}

/** Logins beside the load in some of its turns, counted over all of these. */
class Storm implements Company {
  readonly #bank: BankProcess;
  #logins: LoginLoop | null = null;
  #count = 0;
  #elapsedMs = 0;

  constructor(bank: BankProcess) {
    this.#bank = bank;
  }

  get perSecond(): number {
    return this.#count === 0 ? 0 : (this.#count * 1_000) / this.#elapsedMs;
  }

  start(): void {
    this.#logins = new LoginLoop(this.#bank, loginUsers(LOGIN_CLIENTS));
  }

  begin(): void {
    this.#logins?.restart();
  }

  end(): void {
    this.#logins?.finish();
  }

  /** @throws Error if a login failed. */
  async stop(): Promise<void> {
    if (this.#logins === null) return;
    await this.#logins.stop();
    const { count, elapsedMs } = this.#logins.measured;
    this.#count += count;
    this.#elapsedMs += elapsedMs;
  }
}
