/** `npm run simulate`: puts the parts together, and ends with an exit code. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CommanderError } from "commander";
import { systemRandom } from "../../src/actor/random.ts";
import { readBankKey } from "../../src/cli/bank-key.ts";
import { CommandFailed, EXIT } from "../../src/cli/exit.ts";
import { untilSignalled } from "../../src/cli/shutdown.ts";
import { parseFlags, type Flags } from "./command.ts";
import type { Bank } from "./lines/bank-line.ts";
import { OwnBank } from "./own-bank.ts";
import { showProgress } from "./progress.ts";
import { readBooks } from "./proof/ledger-folder.ts";
import { proveByAsking, proveByBooks, type Proof } from "./proof/prove.ts";
import { report, reportForPrograms, type About } from "./report.ts";
import { castRoster } from "./roster.ts";
import { simulate, type Simulated, type SimulationOptions } from "./simulation.ts";
import { dial, findTerminals } from "./terminals.ts";

/** How often a proof that fails is tried again on the books of a running bank. */
const CATCH_UP_TRIES = 10;
const CATCH_UP_MS = 300;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * @param program The program `secure-atm`, for a bank of the simulation's own.
 * @returns the exit code.
 */
export async function main(args: readonly string[], program: string): Promise<number> {
  try {
    const flags = parseFlags(args);
    if (flags === null) return 0;
    const bank = bankOf(flags);
    // Before any bank is started: an interrupted start must not leave one behind.
    const interrupted = untilSignalled(say);
    const proof = await (bank === null
      ? withOwnBank(flags, program, interrupted)
      : withBank(flags, bank, interrupted));
    return proof.holds ? 0 : EXIT.failure;
  } catch (error) {
    if (error instanceof CommanderError) return EXIT.usage;
    if (!(error instanceof CommandFailed)) throw error;
    say(error.message);
    return error.code;
  }
}

/** In a scratch folder, which is kept if the proof fails. */
async function withOwnBank(
  flags: Flags,
  program: string,
  interrupted: Promise<void>,
): Promise<Proof> {
  const folder = mkdtempSync(join(tmpdir(), "secure-atm-simulation-"));
  const { bcryptCost, killEvery } = flags;
  const bank = await OwnBank.start({ program, folder, bcryptCost });
  const trouble =
    killEvery === undefined ? null : { everyMs: killEvery, cause: () => bank.killAndRestart() };
  void bank.failed.catch((error: Error) => giveUp(error, folder));
  const { about, simulated } = await run(flags, bank, trouble, interrupted);
  const end = await bank.stop();
  if (end !== 0) simulated.story.wrong(`the bank ended with ${end}`, "the bank did not end well");
  const proof = proveByBooks(readBooks(folder), simulated, true);
  publish(flags, about, simulated, proof);
  if (proof.holds) rmSync(folder, { recursive: true, force: true });
  else say(`The bank's folder is kept: ${folder}`);
  return proof;
}

/** At once: people would try for a long time to reach a bank that has ended by itself. */
function giveUp({ message }: Error, folder: string): never {
  say(`${message}\nIts folder is kept: ${folder}`);
  process.exit(EXIT.failure);
}

/** The bank of somebody else, which goes on running. */
async function withBank(flags: Flags, bank: Bank, interrupted: Promise<void>): Promise<Proof> {
  const { about, simulated, roster } = await run(flags, bank, null, interrupted);
  const proof =
    flags.data === undefined
      ? await proveByAsking(bank, roster, simulated)
      : await proveByRunningBooks(resolve(flags.data), simulated);
  publish(flags, about, simulated, proof);
  return proof;
}

/** The audit files of a running bank follow its store after a moment. */
async function proveByRunningBooks(folder: string, simulated: Simulated): Promise<Proof> {
  for (let triesLeft = CATCH_UP_TRIES; ; triesLeft--) {
    const proof = proveByBooks(readBooks(folder), simulated, false);
    if (proof.holds || triesLeft === 0) return proof;
    await delay(CATCH_UP_MS);
  }
}

/** The bank that the flags name; null if they name none. */
function bankOf({ bank, bankKey, data }: Flags): Bank | null {
  if (bank === undefined) return null;
  const key = bankKey ?? (data === undefined ? null : readBankKey(data));
  if (key === null) {
    throw new CommandFailed(EXIT.environment, `No bank has left its key in ${data}.`);
  }
  return { key, dial: (terminal) => Promise.resolve(dial(bank, terminal)) };
}

async function run(
  flags: Flags,
  bank: Bank,
  trouble: SimulationOptions["trouble"],
  interrupted: Promise<void>,
) {
  const { clients, seed, steps, pace } = flags;
  const terminals = await findTerminals(flags.bank?.host ?? "127.0.0.1", clients);
  const deedsMax = steps ?? Number.POSITIVE_INFINITY;
  const roster = castRoster({ clients, seed, prefix: prefixOf(flags), deedsMax }, terminals);

  const stop = new AbortController();
  let isOver: About["isOver"] = "done";
  const end = (how: About["isOver"]): void => {
    if (!stop.signal.aborted) isOver = how;
    stop.abort();
  };
  void interrupted.then(() => end("interrupted"));
  const timer = steps === undefined ? setTimeout(() => end("time"), flags.duration) : undefined;
  let hideProgress = (): void => undefined;
  try {
    const simulated = await simulate({
      ...{ roster, bank, stop: stop.signal, pace, trouble },
      watch(story, peopleLeft) {
        hideProgress = showProgress(process.stderr, story, peopleLeft);
      },
    });
    return { about: { seed, terminals: terminals.count, isOver }, simulated, roster };
  } finally {
    clearTimeout(timer);
    hideProgress();
  }
}

/** Names must be new to a bank that has been used before, whatever the seed. */
const prefixOf = ({ seed, bank }: Flags): string =>
  bank === undefined ? `s${seed}` : `s${seed}-${Math.floor(systemRandom() * 36 ** 4).toString(36)}`;

function publish({ json }: Flags, about: About, simulated: Simulated, proof: Proof): void {
  process.stdout.write(`${report(about, simulated, proof).join("\n")}\n`);
  if (json === undefined) return;
  writeFileSync(json, `${JSON.stringify(reportForPrograms(about, simulated, proof), null, 2)}\n`);
}
