/** `secure-atm identity`: shows the key that clients pin, and gives the bank a new one. */

import { resolve } from "node:path";
import { Option, type Command } from "commander";
import {
  readIdentity,
  rotateIdentity,
  type Identity,
  type PreviousKey,
} from "../server/keys/identity.ts";
import { examples } from "./examples.ts";
import { CommandFailed, EXIT, explained } from "./exit.ts";
import { dataOption, wholeNumber } from "./options.ts";

const HOUR_MS = 3_600_000;
const OVERLAP_HOURS = 24;
const OVERLAP_HOURS_MAX = 24 * 365;

type IdentityFlags = { data: string; json: boolean };

/** Adds `identity` and what is below it. */
export function addIdentityCommands(root: Command): void {
  const identity = root
    .command("identity")
    .description("show the bank's public key and its fingerprint")
    .addOption(dataOption())
    .option("--json", "as one JSON object", false)
    .addHelpText("before", examples("identity", "identity --json", "identity rotate --overlap 48"))
    .action(({ data, json }: IdentityFlags) => showIdentity(data, json));
  identity
    .command("rotate")
    .description("give the bank a new key; the old one works on for a while")
    .addOption(dataOption())
    .addOption(
      new Option("--overlap <hours>", "how long the old key works; 0 if it may be stolen")
        .default(OVERLAP_HOURS)
        .argParser(wholeNumber(0, OVERLAP_HOURS_MAX)),
    )
    .option("--json", "as one JSON object", false)
    .addHelpText("before", examples("identity rotate", "identity rotate --overlap 0"))
    // The options of the command above have the same names, and take the values that both know.
    .action((_flags: unknown, command: Command) => {
      const { data, json, overlap } = command.optsWithGlobals<
        IdentityFlags & { overlap: number }
      >();
      rotate(data, overlap, json);
    });
}

function showIdentity(folder: string, json: boolean): void {
  const identity = orExplained(() => readIdentity(resolve(folder), Date.now()));
  if (identity === null) throw noIdentity(folder);
  if (json) return printJson(identity);
  for (const line of linesOf(identity)) print(line);
}

function rotate(folder: string, overlapHours: number, json: boolean): void {
  const nowMs = Date.now();
  const identity = orExplained(() => {
    if (readIdentity(resolve(folder), nowMs) === null) throw noIdentity(folder);
    return rotateIdentity(resolve(folder), { overlapMs: overlapHours * HOUR_MS, nowMs });
  });
  if (json) return printJson(identity);
  print("The bank has a new key. A running bank uses it from now on.");
  for (const line of linesOf(identity)) print(line);
  print(
    "Every client must learn the new key: one that pins the old key alone will refuse the bank",
  );
  print(overlapHours === 0 ? "from now on." : "once the old key has ended.");
}

const noIdentity = (folder: string): CommandFailed =>
  new CommandFailed(
    EXIT.environment,
    `There is no bank with an identity in ${resolve(folder)}; its first start makes one.`,
  );

function orExplained<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explained(error, 0);
  }
}

const linesOf = ({ publicKeyHex, fingerprint, previous }: Identity): string[] => [
  `Public key   ${publicKeyHex}`,
  `Fingerprint  ${fingerprint}`,
  ...previous.map((key) => `Until ${endOf(key)}, also  ${key.fingerprint}`),
];

function printJson({ publicKeyHex: publicKey, fingerprint, previous }: Identity): void {
  const old = previous.map((key) => ({
    ...{ publicKey: key.publicKeyHex, fingerprint: key.fingerprint, until: endOf(key) },
  }));
  print(JSON.stringify({ publicKey, fingerprint, previous: old }));
}

const endOf = ({ untilMs }: PreviousKey): string => new Date(untilMs).toISOString();

const print = (line: string): void => void process.stdout.write(`${line}\n`);
