/**
 * What one classic transaction costs in cryptography: the bank opens an envelope and seals a reply.
 * One thread.
 */
import { nobleCiphers } from "../src/ciphers/noble.ts";
import { nodeCiphers } from "../src/ciphers/node.ts";
import { dollars } from "../src/bank/money.ts";
import type { Ciphers } from "../src/protocol/ciphers.ts";
import {
  formatReply,
  openEnvelope,
  parseEnvelope,
  parseRequest,
  sealReply,
  sealRequest,
} from "../src/protocol/classic.ts";
import { deriveSessionKeys } from "../src/protocol/session-keys.ts";

const ROUNDS = 10;
const TRANSACTIONS = 10_000;
const NOW_SECONDS = 1_700_000_000;

const reply = formatReply({ type: "deposited", amount: dollars(100), balance: dollars(250) });

for (const [name, ciphers] of [
  ["node:crypto", nodeCiphers],
  ["noble", nobleCiphers],
] as const) {
  const { best, median } = measure(ciphers);
  const figures = `${median.toFixed(1)} µs a transaction (best round ${best.toFixed(1)} µs)`;
  console.log(`${name}: ${figures}`);
}

function measure(ciphers: Ciphers): { best: number; median: number } {
  const keys = deriveSessionKeys(ciphers, ciphers.randomBytes(32));
  const bytes = sealRequest(
    ciphers,
    keys,
    { action: "deposit", amount: dollars(100) },
    NOW_SECONDS,
  );
  const microseconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < TRANSACTIONS; i++) {
      const { plaintext } = openEnvelope(ciphers, keys, parseEnvelope(bytes), NOW_SECONDS);
      parseRequest(plaintext);
      sealReply(ciphers, keys, reply, NOW_SECONDS);
    }
    microseconds.push(((performance.now() - start) * 1000) / TRANSACTIONS);
  }
  const sorted = microseconds.toSorted((a, b) => a - b);
  return { best: sorted[0]!, median: sorted[ROUNDS / 2]! };
}
