/**
 * The bank's key in this browser: the first that the ATM named is pinned, and used for every
 * handshake from then on. It is public; only whoever can change it could harm.
 */

import { fingerprintOf } from "../../src/protocol/channel.ts";
import { X25519_KEY_BYTES, type Ciphers } from "../../src/protocol/ciphers.ts";
import { decodeHex } from "../../src/protocol/hex.ts";
import type { BankKey } from "./state.ts";

const STORAGE_KEY = "secure-atm.bank-key";
const KEY_HEX = new RegExp(`^[0-9a-f]{${2 * X25519_KEY_BYTES}}$`);

/** What the ATM says of itself and its bank. */
export type AboutBank = { atm: number; bankKey: string | null };

/** @throws if the ATM does not answer as one. */
export async function askAtm(): Promise<AboutBank> {
  const response = await fetch("/bank.json", { credentials: "same-origin" });
  const body: unknown = await response.json();
  if (!response.ok || typeof body !== "object" || body === null) throw new Error("no answer");
  const { atm, bankKey } = body as { atm?: unknown; bankKey?: unknown };
  if (typeof atm !== "number" || !(bankKey === null || isKey(bankKey))) throw new Error("no ATM");
  return { atm, bankKey };
}

/** The pinned key, in hex; null before the first. */
export function pinnedKey(): string | null {
  const kept = localStorage.getItem(STORAGE_KEY);
  return isKey(kept) ? kept : null;
}

/** Pins `key` in the place of any other. */
export const pin = (key: string): void => localStorage.setItem(STORAGE_KEY, key);

/** How the page shows a pinned key and the one that the ATM names today. */
export function bankKeyOf(ciphers: Ciphers, pinned: string | null, named: string | null): BankKey {
  if (pinned === null) return { type: "none" };
  const fingerprint = (key: string): string => fingerprintOf(ciphers, decodeHex(key));
  return {
    ...{ type: "pinned", pinned: fingerprint(pinned) },
    named: named === null || named === pinned ? null : fingerprint(named),
  };
}

const isKey = (value: unknown): value is string => typeof value === "string" && KEY_HEX.test(value);
