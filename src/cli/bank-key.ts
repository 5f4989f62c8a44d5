/** The bank's public key as commands are given it: in hex, or by the data folder of a bank here. */

import { join, resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { decodeHex } from "../protocol/hex.ts";
import { freshOrKept } from "../server/keys/fresh-file.ts";
import { readIfThere } from "../server/keys/secret-file.ts";
import { CommandFailed, EXIT } from "./exit.ts";

const KEY_HEX = /^[0-9a-f]{64}$/;

/** What the bank keeps beside its books for its clients: src/server/keys/identity.ts writes it. */
export const bankKeyFile = (folder: string): string => join(resolve(folder), "identity.pub");

/** A key as people type it, in the one form that it is compared in; null for any other text. */
export function keyHexOf(text: string): string | null {
  const digits = text.trim().toLowerCase();
  return KEY_HEX.test(digits) ? digits : null;
}

/** `--bank-key`. @throws InvalidArgumentError */
export function parseBankKey(text: string): Uint8Array {
  const digits = keyHexOf(text);
  if (digits !== null) return decodeHex(digits);
  throw new InvalidArgumentError("It must be 64 hex digits, as `secure-atm identity` prints them.");
}

/** The key of the bank whose data folder this is; null where no bank has left one. */
export function readBankKey(folder: string): Uint8Array | null {
  const path = bankKeyFile(folder);
  const text = readIfThere(path);
  if (text === null) return null;
  const digits = keyHexOf(text);
  if (digits !== null) return decodeHex(digits);
  throw new CommandFailed(EXIT.integrity, `${path} does not hold a bank's key.`);
}

/**
 * The same, as it is at each call. A key that was there once stays until there is another: without
 * one, customers would be offered the classic protocol alone.
 * @param onDamage Told once why the file cannot be read any more.
 * @throws CommandFailed for a file that is damaged at the start.
 */
export function followBankKey(
  folder: string,
  onDamage: (message: string) => void,
): () => Uint8Array | null {
  let key = readBankKey(folder);
  return freshOrKept(bankKeyFile(folder), {
    first: key,
    read: () => (key = readBankKey(folder) ?? key),
    onDamage: ({ message }) => onDamage(message),
  });
}
