/** The options of `npm run bench`. */

import { availableParallelism } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";
import { parseAddress, wholeNumber } from "../src/cli/options.ts";
import { BUILT_PROGRAM } from "./bank/bank-process.ts";
import { LOGIN_COST } from "./bank/scratch-folder.ts";
import { SCENARIOS, type ScenarioName } from "./scenarios/names.ts";
import type { Target } from "./load/socket.ts";

export const DEFAULT_CONNECTIONS = 64;
export const DEFAULT_DEPOSIT_PERCENT = 50;

export type BenchOptions = {
  quick: boolean;
  /** Of the passwords of those who log in under load: the bank's default, and less to be quick. */
  loginCost: number;
  /** Empty for all. */
  only: ScenarioName[];
  target: Target | null;
  connections: number;
  depositPercent: number;
  threads: number;
  seed: number;
  warmUpMs: number;
  durationMs: number;
  json: string | null;
  html: string | null;
  /** The file of the bank that is run. */
  program: string;
};

type Flags = {
  quick: boolean;
  only: ScenarioName[];
  target?: Target;
  connections: number;
  deposits: number;
  loadThreads: number;
  seed: number;
  duration?: number;
  json?: string;
  html?: string;
  program: string;
};

/**
 * A token of the classic protocol lives for a minute. Requests are sealed before the run, and
 * replies are read after it.
 */
const SECONDS_MAX = 30;

/** Half of the work: the sessions of the open loop begin by logging in too. */
const LOGIN_COST_QUICK = LOGIN_COST - 1;

/** @throws CommanderError, of which the user has been told. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const flags = command().parse(args, { from: "user" }).opts<Flags>();
  const seconds = flags.duration ?? (flags.quick ? 1.2 : 8);
  return {
    loginCost: flags.quick ? LOGIN_COST_QUICK : LOGIN_COST,
    ...{ quick: flags.quick, only: flags.only, target: flags.target ?? null },
    ...{ connections: flags.connections, depositPercent: flags.deposits, seed: flags.seed },
    ...{ threads: flags.loadThreads, program: flags.program },
    ...{ json: flags.json ?? null, html: flags.html ?? null },
    durationMs: seconds * 1_000,
    warmUpMs: Math.min(2_000, seconds * 250),
  };
}

function command(): Command {
  return new Command("bench")
    .description("Measures the bank under load, and proves what it did.")
    .exitOverride()
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", `\nScenarios: ${SCENARIOS.join(", ")}\n${EXIT_CODES}`)
    .option("--quick", "end within a minute: short runs, and no large store", false)
    .addOption(
      new Option("--only <scenarios>", "these alone, with commas between")
        .default([])
        .argParser(parseScenarios),
    )
    .addOption(
      new Option("--target <host:port>", "a server that speaks the classic protocol").argParser(
        parseAddress,
      ),
    )
    .addOption(
      number("--connections <number>", "connections of a load", DEFAULT_CONNECTIONS, 1, 10_000),
    )
    .addOption(
      number(
        "--deposits <percent>",
        "deposits; the rest asks for balances",
        DEFAULT_DEPOSIT_PERCENT,
        0,
        100,
      ),
    )
    .addOption(
      number("--load-threads <number>", "threads that make the load", threadsByDefault(), 1, 64),
    )
    .addOption(number("--seed <number>", "what chance depends on", 42, 0, 2 ** 31 - 1))
    .addOption(
      new Option("--duration <seconds>", "of each run, after its warm-up").argParser(
        wholeNumber(1, SECONDS_MAX),
      ),
    )
    .option("--json <file>", "write the figures as JSON")
    .option("--html <file>", "write a report with plots, one file that needs no network")
    .addOption(new Option("--program <file>", "the bank").default(BUILT_PROGRAM).hideHelp());
}

const EXAMPLES = `Examples:
  npm run bench
  npm run bench -- --quick --html report.html
  npm run bench -- --only ceilings,transactions --duration 20
  npm run bench -- --target 127.0.0.1:65432 --connections 32
`;

const EXIT_CODES = `Exit codes: 0, or 99 if a threshold was missed, or 1 if a proof failed.`;

const number = (flags: string, text: string, fallback: number, least: number, most: number) =>
  new Option(flags, text).default(fallback).argParser(wholeNumber(least, most));

/** Half the cores: the bank needs the others. */
const threadsByDefault = (): number =>
  Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));

function parseScenarios(text: string): ScenarioName[] {
  return text.split(",").map((word) => {
    const name = SCENARIOS.find((scenario) => scenario === word.trim());
    if (name === undefined)
      throw new InvalidArgumentError(`It must be of ${SCENARIOS.join(", ")}.`);
    return name;
  });
}
