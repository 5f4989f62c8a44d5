/** The bank's public key as commands are given it: in hex, or by the data folder of a bank here. */

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { decodeHex } from "../protocol/hex.ts";
import { CommandFailed, EXIT } from "./exit.ts";

/** What the bank keeps beside its books for its clients; src/server/identity.ts writes it. */
const PUBLIC_FILE = "identity.pub";
const KEY_HEX = /^[0-9a-f]{64}$/;

/** `--bank-key`. @throws InvalidArgumentError */
export function parseBankKey(text: string): Uint8Array {
  const digits = text.toLowerCase();
  if (KEY_HEX.test(digits)) return decodeHex(digits);
  throw new InvalidArgumentError("It must be 64 hex digits, as `secure-atm identity` prints them.");
}

/** The key of the bank whose data folder this is; null where no bank has left one. */
export function readBankKey(folder: string): Uint8Array | null {
  const path = join(resolve(folder), PUBLIC_FILE);
  let text: string;
  try {
    text = readFileSync(path, "utf8").trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
  if (KEY_HEX.test(text)) return decodeHex(text);
  throw new CommandFailed(EXIT.integrity, `${path} does not hold a bank's key.`);
}
