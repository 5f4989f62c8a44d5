/** Both sets of ciphers, so that every test of the protocol runs on each; and bytes out of hex. */
import { nobleCiphers } from "../../src/ciphers/noble.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import type { Ciphers } from "../../src/protocol/ciphers.ts";

export const CIPHER_SETS: readonly (readonly [string, Ciphers])[] = [
  ["node:crypto", nodeCiphers],
  ["noble", nobleCiphers],
];

export const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The same ciphers with a set answer to "give me random bytes", to repeat what was once random. */
export const withRandom = (ciphers: Ciphers, bytes: Uint8Array): Ciphers => ({
  ...ciphers,
  randomBytes: () => bytes,
});
