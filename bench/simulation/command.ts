/** The command line of the simulation: what it takes, and what it means. */

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { parseBankKey } from "../../src/cli/bank-key.ts";
import { parseAddress, wholeNumber } from "../../src/cli/options.ts";

export type Flags = {
  clients: number;
  /** Milliseconds, as `killEvery`. */
  duration: number;
  steps?: number;
  seed: number;
  pace: number;
  killEvery?: number;
  bcryptCost: number;
  bank?: { host: string; port: number };
  bankKey?: Uint8Array;
  data?: string;
  json?: string;
};

const CLIENTS_MAX = 10_000;
const SEED_MAX = 2 ** 31 - 1;
const PACE_MAX = 100;
const DURATION_MS_MAX = 24 * 3_600_000;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

const EXAMPLES = `Examples:
  npm run simulate -- --clients 200 --duration 30s --seed 42
  npm run simulate -- --clients 50 --steps 20 --pace 0
  npm run simulate -- --duration 1m --kill-every 5s
  npm run simulate -- --bank 127.0.0.1:65432 --data data
`;

/** @returns null where help was all. @throws CommanderError, which has been explained. */
export function parseFlags(args: readonly string[]): Flags | null {
  const command = new Command("simulate")
    .description(
      "Customers with habits and some attackers on many ATMs, then a proof of the books.",
    )
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", "\nExit code: 0 if the proof holds, 1 if not, 2 for wrong usage.")
    .showHelpAfterError("(--help shows what there is)")
    .exitOverride();
  for (const option of options()) command.addOption(option);
  try {
    command.parse(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return null;
    throw error;
  }
  const flags = command.opts<Flags>();
  if (flags.bank !== undefined && flags.bankKey === undefined && flags.data === undefined) {
    command.error("error: --bank needs the bank's key: --bank-key, or --data with its folder");
  }
  if (flags.bank === undefined && (flags.bankKey !== undefined || flags.data !== undefined)) {
    command.error("error: --bank-key and --data are about a bank that --bank names");
  }
  return flags;
}

const options = (): Option[] => [
  new Option("--clients <number>", "people, of whom one in ten attacks")
    .default(200)
    .argParser(wholeNumber(1, CLIENTS_MAX)),
  new Option("--duration <time>", "such as 30s, 500ms or 2m")
    .default(30_000, "30s")
    .argParser(parseDuration),
  new Option("--steps <number>", "each person decides so often, however long it takes")
    .argParser(wholeNumber(1, 1_000_000))
    .conflicts("duration"),
  new Option("--seed <number>", "the same seed, the same decisions")
    .default(42)
    .argParser(wholeNumber(0, SEED_MAX)),
  new Option("--pace <factor>", "people's pauses are so many times as long; 0 for none")
    .default(1)
    .argParser(parseFactor),
  new Option("--kill-every <time>", "kill the bank so often, and start it again")
    .argParser(parseDuration)
    .conflicts("bank"),
  new Option("--bcrypt-cost <number>", "of the bank that is started")
    .default(4)
    .argParser(wholeNumber(4, 20)),
  new Option("--bank <host:port>", "a bank that runs already").argParser(parseAddress),
  new Option("--bank-key <hex>", "its public key").argParser(parseBankKey),
  new Option("--data <dir>", "its folder: for its key, and for the proof"),
  new Option("--json <file>", "write everything there as well"),
];

/** Milliseconds. @throws InvalidArgumentError */
export function parseDuration(text: string): number {
  const [, number, unit = ""] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (ms > 0 && ms <= DURATION_MS_MAX) return ms;
  throw new InvalidArgumentError("It must be a time up to 24h, such as 30s, 500ms or 2m.");
}

function parseFactor(text: string): number {
  const factor = /^\d{1,3}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (factor <= PACE_MAX) return factor;
  throw new InvalidArgumentError(`It must be a number from 0 to ${PACE_MAX}.`);
}
