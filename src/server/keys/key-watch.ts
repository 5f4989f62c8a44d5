/**
 * Notices when the bank's keys change, for those who do not look at each use: the audit's thread,
 * which is told of its keys, and the audit, which says that they changed.
 */

import { BroadcastChannel } from "node:worker_threads";
import type { Identity } from "./identity.ts";
import type { KeyRing } from "./key-ring.ts";

/** How long after a rotation the audit may still be written under the key before. */
const LOOK_EVERY_MS = 500;

export type WatchOptions = {
  ring: () => KeyRing;
  identity: () => Identity;
  onChanged: (before: readonly string[], after: readonly string[]) => void;
};

export type KeyWatch = {
  /** Where the audit's thread hears of its keys. */
  readonly channel: string;
  /** The keys that the bank uses, new ones first: `pepper 2`, `identity 1f3a …`. */
  readonly names: readonly string[];
  close(): void;
};

export function watchKeys({ ring, identity, onChanged }: WatchOptions): KeyWatch {
  const channel = new BroadcastChannel(`audit keys ${crypto.randomUUID()}`);
  channel.unref();
  const look = (): readonly string[] => namesOf(ring(), identity());
  let names = look();
  const timer = setInterval(() => {
    const before = names;
    names = look();
    if (names.join() === before.join()) return;
    channel.postMessage(ring().auditKeys.map(({ key }) => key));
    onChanged(before, names);
  }, LOOK_EVERY_MS).unref();
  return {
    channel: channel.name,
    get names() {
      return names;
    },
    close() {
      clearInterval(timer);
      channel.close();
    },
  };
}

/** A version is made once and never written again, so its number tells it apart. */
function namesOf({ auditKeys, peppers, factorKeys }: KeyRing, identity: Identity): string[] {
  const versions = { audit: auditKeys, pepper: peppers, factor: factorKeys };
  const fingerprints = [identity, ...identity.previous].map(({ fingerprint }) => fingerprint);
  return [
    ...Object.entries(versions).flatMap(([name, keys]) =>
      keys.map(({ version }) => `${name} ${version}`),
    ),
    ...fingerprints.map((fingerprint) => `identity ${fingerprint}`),
  ];
}
