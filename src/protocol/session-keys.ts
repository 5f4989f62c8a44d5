/**
 * The keys of a classic session, which both sides derive from its Master Secret (docs/protocol.md,
 * "Session keys").
 */
import type { Ciphers, MacKey } from "./ciphers.ts";
import { FERNET_KEY_BYTES, importFernetKey } from "./fernet.ts";
import type { FernetKey } from "./fernet.ts";

export const MASTER_SECRET_BYTES = 32;

const MAC_KEY_BYTES = 32;
const INFO = new TextEncoder().encode("ATM Session Keys");

export interface SessionKeys {
  readonly fernet: FernetKey;
  readonly mac: MacKey;
}

/** @throws RangeError unless the secret has 32 bytes. */
export function deriveSessionKeys(ciphers: Ciphers, masterSecret: Uint8Array): SessionKeys {
  if (masterSecret.length !== MASTER_SECRET_BYTES) {
    throw new RangeError("a Master Secret has 32 bytes");
  }
  const derived = ciphers.hkdfSha256(masterSecret, INFO, FERNET_KEY_BYTES + MAC_KEY_BYTES);
  return {
    fernet: importFernetKey(ciphers, derived.subarray(0, FERNET_KEY_BYTES)),
    mac: ciphers.importMacKey(derived.subarray(FERNET_KEY_BYTES)),
  };
}
