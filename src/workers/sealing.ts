/** The sealing work of many sessions at once: a packed batch in, a packed batch out. */

import { nodeCiphers } from "../ciphers/node.ts";
import { packResults, performSealing, unpackTasks } from "../protocol/sealing.ts";
import { deriveSessionKeys, type SessionKeys } from "../protocol/session-keys.ts";

/** Imported keys are kept, since importing costs more than using; the longest unused go first. */
const KEYS_MAX = 10_000;
const keysBySecret = new Map<string, SessionKeys>();

/** @returns the packed results, in the order of the tasks. */
export function runSealingBatch(packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const results = unpackTasks(packed).map(({ masterSecret, task }) =>
    performSealing(nodeCiphers, keysOf(masterSecret), task),
  );
  return packResults(results);
}

function keysOf(masterSecret: Uint8Array): SessionKeys {
  const name = Buffer.from(masterSecret).toString("latin1");
  const keys = keysBySecret.get(name) ?? deriveSessionKeys(nodeCiphers, masterSecret);
  keysBySecret.delete(name);
  keysBySecret.set(name, keys);
  if (keysBySecret.size > KEYS_MAX) {
    for (const oldest of keysBySecret.keys()) {
      keysBySecret.delete(oldest);
      break;
    }
  }
  return keys;
}
