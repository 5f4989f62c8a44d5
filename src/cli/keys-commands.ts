/** `secure-atm keys`: shows the versions of the bank's keys, makes new ones, retires old ones. */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Argument, InvalidArgumentError, type Command } from "commander";
import { parseHash } from "../bank/password-hash.ts";
import { nodeCiphers } from "../ciphers/node.ts";
import { importFernetKey } from "../protocol/fernet.ts";
import {
  KEY_NAMES,
  hasKey,
  readVersions,
  retireKey,
  rotateKey,
  type KeyName,
} from "../server/keys/key-files.ts";
import { SEALED_FILE, openAuditLine, readLines } from "../workers/audit-log.ts";
import { openSqliteReader } from "../workers/sqlite-store.ts";
import { examples } from "./examples.ts";
import { CommandFailed, EXIT, explained } from "./exit.ts";
import { dataOption, wholeNumber } from "./options.ts";

const VERSION_MAX = 999_999;

/** Adds `keys` and what is below it. */
export function addKeysCommands(root: Command): void {
  const keys = root
    .command("keys")
    .description("show the bank's keys, make new ones, retire old ones")
    .addHelpText("before", examples("keys list", "keys rotate all", "keys retire pepper 1"));
  keys
    .command("list")
    .description("print which versions of each key there are, the current one first")
    .addOption(dataOption())
    .addHelpText("before", examples("keys list", "keys list --data /srv/bank"))
    .action(({ data }: { data: string }) => listKeys(resolve(data)));
  keys
    .command("rotate")
    .description("make a new version; a running bank uses it at once, and the old ones to read")
    .addArgument(new Argument("[key]", "which key").choices([...KEY_NAMES, "all"]).default("all"))
    .addOption(dataOption())
    .addHelpText("before", examples("keys rotate all", "keys rotate pepper"))
    .action((name: KeyName | "all", { data }: { data: string }) => {
      rotateKeys(resolve(data), name === "all" ? KEY_NAMES : [name]);
    });
  keys
    .command("retire")
    .description("erase an old version; whatever is still under it is lost")
    .argument("<key>", `which key: ${KEY_NAMES.join(", ")}`, parseKeyName)
    .argument("<version>", "its version", wholeNumber(1, VERSION_MAX))
    .addOption(dataOption())
    .option("--confirm", "do it, having read what depends on it", false)
    .addHelpText("before", examples("keys retire pepper 1", "keys retire pepper 1 --confirm"))
    .action((name: KeyName, version: number, flags: { data: string; confirm: boolean }) => {
      retire(resolve(flags.data), name, version, flags.confirm);
    });
}

function parseKeyName(text: string): KeyName {
  const name = KEY_NAMES.find((known) => known === text);
  if (name === undefined) throw new InvalidArgumentError(`It is one of ${KEY_NAMES.join(", ")}.`);
  return name;
}

function listKeys(folder: string): void {
  for (const name of KEY_NAMES) {
    const versions = orExplained(() => readExisting(folder, name));
    print(`${name.padEnd(8)} ${versions.map(({ version }) => version).join(" ")}`);
  }
}

function rotateKeys(folder: string, names: readonly KeyName[]): void {
  // All are read first, so that a damaged one is found before any is rotated.
  for (const name of names) orExplained(() => readExisting(folder, name));
  for (const name of names) {
    const [{ version }] = orExplained(() => rotateKey(folder, name));
    print(`The ${name} key has a new version, ${version}. A running bank uses it from now on.`);
  }
}

function retire(folder: string, name: KeyName, version: number, isConfirmed: boolean): void {
  orExplained(() => readExisting(folder, name));
  for (const line of dependents(folder, name, version)) print(line);
  if (!isConfirmed) {
    throw new CommandFailed(EXIT.usage, "Nothing was done. --confirm erases the key for good.");
  }
  orExplained(() => retireKey(folder, name, version));
  print(`Version ${version} of the ${name} key is erased.`);
}

/** What will be lost with the key, for whoever is to confirm it. */
function dependents(folder: string, name: KeyName, version: number): string[] {
  switch (name) {
    case "pepper": {
      const count = passwordsUnder(folder, version);
      return [`${count} passwords are hashed under it: their accounts could not log in any more.`];
    }
    case "audit":
      return [
        `${linesUnder(folder, version)} lines of ${SEALED_FILE} are sealed under it, and could`,
        "not be read any more. Move the file away afterwards: the bank writes it anew.",
      ];
    case "factor":
      return [
        "Second factors that have not been used since the rotation are sealed under it: their",
        "accounts would need a new one.",
      ];
  }
}

function passwordsUnder(folder: string, version: number): number {
  const reader = orExplained(() => openSqliteReader(folder));
  try {
    let count = 0;
    for (const hash of reader.passwordHashes()) {
      if (parseHash(hash)?.pepper === version) count += 1;
    }
    return count;
  } finally {
    reader.close();
  }
}

function linesUnder(folder: string, version: number): number {
  const path = join(folder, SEALED_FILE);
  const key = readVersions(folder, "audit").find((one) => one.version === version);
  if (key === undefined || !existsSync(path)) return 0;
  const keys = [importFernetKey(nodeCiphers, key.key)];
  let count = 0;
  for (const { text } of readLines(path)) if (openAuditLine(keys, text) !== null) count += 1;
  return count;
}

function readExisting(folder: string, name: KeyName): ReturnType<typeof readVersions> {
  if (!hasKey(folder, name)) {
    throw new CommandFailed(EXIT.environment, `There is no ${name} key of a bank in ${folder}.`);
  }
  return readVersions(folder, name);
}

function orExplained<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explained(error, 0);
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
