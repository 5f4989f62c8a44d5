/**
 * Which bank the terminal ATM trusts: the key that its user names, or the one that is remembered
 * for the bank's address. A key that differs from the remembered one is refused, and there is no
 * way to click that away: whoever knows the reason edits the file.
 */

import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { nodeCiphers } from "../ciphers/node.ts";
import { fingerprintOf } from "../protocol/channel.ts";
import { decodeHex, encodeHex } from "../protocol/hex.ts";
import { addressText } from "../server/address.ts";
import { readIfThere, replacePublicFile } from "../server/keys/secret-file.ts";
import { bankKeyFile, keyHexOf, readBankKey } from "./bank-key.ts";
import { CommandFailed, EXIT } from "./exit.ts";

export type TrustFlags = {
  bank: { host: string; port: number };
  bankKey?: string;
  data?: string;
  knownBanks: string;
  trustNew: boolean;
};

/** Asks the user for a line; null where nobody can be asked. */
export type Ask = ((question: string) => Promise<string | null>) | null;

export const knownBanksFile = (): string => join(homedir(), ".secure-atm", "known-banks.json");

/** @throws CommandFailed: 4 for a key that has changed, 2 where there is none. */
export async function trustedKey(flags: TrustFlags, ask: Ask): Promise<Uint8Array> {
  const address = addressText(flags.bank);
  const known = readKnownBanks(flags.knownBanks);
  const remembered = known[address];
  const named = namedKey(flags);
  if (named !== null && remembered !== undefined && named !== remembered) {
    throw changed(address, { named, remembered, path: flags.knownBanks });
  }
  const key = named ?? remembered ?? (await askForKey(address, ask));
  if (remembered === undefined && (flags.trustNew || named === null)) {
    mkdirSync(dirname(flags.knownBanks), { recursive: true, mode: 0o700 });
    const text = `${JSON.stringify({ ...known, [address]: key }, null, 2)}\n`;
    replacePublicFile(flags.knownBanks, text);
  }
  return decodeHex(key);
}

/** The key that the flags name: as such, or by the folder of a bank of this machine. */
function namedKey({ bankKey, data }: TrustFlags): string | null {
  if (bankKey !== undefined) return checked(bankKey, "--bank-key");
  if (data === undefined) return null;
  const key = readBankKey(data);
  if (key !== null) return encodeHex(key);
  throw new CommandFailed(EXIT.environment, `There is no ${bankKeyFile(data)}.`);
}

async function askForKey(address: string, ask: Ask): Promise<string> {
  const typed = await ask?.(
    `The public key of the bank at ${address} is not known here. At the bank,\n` +
      "`secure-atm identity` shows it. Its 64 digits: ",
  );
  if (typed === undefined || typed === null) {
    const message = `The public key of the bank at ${address} is not known: name it with --bank-key,
or with --data the folder of a bank of this machine. --trust-new remembers it.`;
    throw new CommandFailed(EXIT.usage, message);
  }
  return checked(typed, "what was typed");
}

function checked(text: string, source: string): string {
  const key = keyHexOf(text);
  if (key !== null) return key;
  throw new CommandFailed(EXIT.usage, `A bank's key has 64 hex digits; ${source} has not.`);
}

function readKnownBanks(path: string): Record<string, string> {
  const damaged = new CommandFailed(EXIT.integrity, `${path} does not hold known banks.`);
  let value: unknown;
  try {
    value = JSON.parse(readIfThere(path) ?? "{}");
  } catch {
    throw damaged;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw damaged;
  const entries = Object.entries(value as Record<string, unknown>);
  const known: Record<string, string> = {};
  for (const [address, key] of entries) {
    if (typeof key !== "string" || keyHexOf(key) !== key) throw damaged;
    known[address] = key;
  }
  return known;
}

const changed = (
  address: string,
  { named, remembered, path }: { named: string; remembered: string; path: string },
): CommandFailed =>
  new CommandFailed(
    EXIT.integrity,
    `REFUSED: the bank at ${address} has another key than before.
  before  ${fingerprintOf(nodeCiphers, decodeHex(remembered))}
  now     ${fingerprintOf(nodeCiphers, decodeHex(named))}
Somebody may be posing as the bank. If the bank says that it has a new key,
take the old one out of ${path}.`,
  );
