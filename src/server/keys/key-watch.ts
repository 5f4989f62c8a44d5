/** Tells the audit's thread of its keys when they change; everybody else looks at each use. */

import { BroadcastChannel } from "node:worker_threads";

/** How long after a rotation the audit may still be written under the key before. */
const LOOK_EVERY_MS = 500;

export type KeyWatch = { readonly channel: string; close(): void };

export function watchKeys(look: () => readonly Uint8Array[]): KeyWatch {
  const channel = new BroadcastChannel(`audit keys ${crypto.randomUUID()}`);
  channel.unref();
  let told = textOf(look());
  const timer = setInterval(() => {
    const keys = look();
    const text = textOf(keys);
    if (text === told) return;
    told = text;
    channel.postMessage(keys);
  }, LOOK_EVERY_MS).unref();
  return {
    channel: channel.name,
    close() {
      clearInterval(timer);
      channel.close();
    },
  };
}

const textOf = (keys: readonly Uint8Array[]): string =>
  keys.map((key) => Buffer.from(key).toString("base64")).join(" ");
