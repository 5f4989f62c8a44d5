/**
 * What one transaction costs in cryptography and parsing, in each protocol: the bank opens a
 * request and seals a reply. One thread. Then what one HMAC of a request's length costs.
 */
import { createHmac, createSecretKey } from "node:crypto";
import { nobleCiphers } from "../../src/ciphers/noble.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { dollars } from "../../src/bank/money.ts";
import { Channel } from "../../src/protocol/channel.ts";
import type { Ciphers } from "../../src/protocol/ciphers.ts";
import { formatReply } from "../../src/protocol/classic-replies.ts";
import {
  openEnvelope,
  parseEnvelope,
  parseRequest,
  sealReply,
  sealRequest,
} from "../../src/protocol/classic.ts";
import { FrameSplitter } from "../../src/protocol/frames.ts";
import { METHOD_CODECS } from "../../src/protocol/method-codecs.ts";
import { encodeCall, encodeResult, parseCall } from "../../src/protocol/modern.ts";
import { CipherState } from "../../src/protocol/noise-symmetric.ts";
import { deriveSessionKeys } from "../../src/protocol/session-keys.ts";

// Short rounds: a round's frames are made before it, and many of them would show the collector's
// work instead.
const ROUNDS = 50;
const TRANSACTIONS = 1000;
const NOW_SECONDS = 1_700_000_000;

/** Prepares one round, and gives the transaction of that round by its number. */
type Transactions = (ciphers: Ciphers) => (index: number) => void;

const reply = formatReply({ type: "deposited", amount: dollars(100), balance: dollars(250) });
const call = {
  method: "account.deposit",
  params: { amount: dollars(100), idempotencyKey: "018f5f64-8f0d-7c52-9d4e-6a3a3e0f2b11" },
} as const;
const result = { transactionId: "123456789", balance: dollars(250) };

const classic: Transactions = (ciphers) => {
  const keys = deriveSessionKeys(ciphers, ciphers.randomBytes(32));
  const request = { action: "deposit", amount: dollars(100) } as const;
  const bytes = sealRequest(ciphers, keys, request, NOW_SECONDS);
  return () => {
    const { plaintext } = openEnvelope(ciphers, keys, parseEnvelope(bytes), NOW_SECONDS);
    parseRequest(plaintext);
    sealReply(ciphers, keys, reply, NOW_SECONDS);
  };
};

/** Opening and sealing alone, without reading what is in the frames. */
const modernCiphers: Transactions = (ciphers) => {
  const { bank, frames } = modernSession(ciphers);
  const bytes = encodeResult(1, "account.deposit", result);
  return (index) => {
    bank.open(frames[index]!.subarray(2));
    bank.seal(bytes);
  };
};

const modern: Transactions = (ciphers) => {
  const { bank, frames } = modernSession(ciphers);
  const splitter = new FrameSplitter();
  return (index) => {
    for (const body of splitter.push(frames[index]!)) {
      const { id } = parseCall(bank.open(body));
      bank.seal(encodeResult(id, "account.deposit", result));
    }
  };
};

/** A bank's end of a channel, and all that its client sends, for each frame opens but once. */
function modernSession(ciphers: Ciphers): { bank: Channel; frames: Uint8Array[] } {
  const [up, down] = [ciphers.randomBytes(32), ciphers.randomBytes(32)];
  const state = (key: Uint8Array) => new CipherState(ciphers.importAeadKey(key));
  const handshakeHash = ciphers.randomBytes(32);
  const client = new Channel({ send: state(up), receive: state(down), handshakeHash });
  const bank = new Channel({ send: state(down), receive: state(up), handshakeHash });
  const codec = METHOD_CODECS["account.deposit"];
  const frames = Array.from({ length: TRANSACTIONS }, (_, id) =>
    client.seal(encodeCall(id, call, codec)),
  );
  return { bank, frames };
}

const MESSAGE_BYTES = 140;

const hmac: Transactions = (ciphers) => {
  const key = ciphers.importMacKey(ciphers.randomBytes(32));
  const message = ciphers.randomBytes(MESSAGE_BYTES);
  return () => key.sign(message);
};

/** What `hmac` is on node:crypto if each call makes an object of it. */
const hmacByObject: Transactions = (ciphers) => {
  const key = createSecretKey(ciphers.randomBytes(32));
  const message = ciphers.randomBytes(MESSAGE_BYTES);
  return () => createHmac("sha256", key).update(message).digest();
};

for (const [name, ciphers] of [
  ["node:crypto", nodeCiphers],
  ["noble", nobleCiphers],
] as const) {
  report(`${name}, classic`, classic, ciphers);
  report(`${name}, modern`, modern, ciphers);
  report(`${name}, modern, ciphers alone`, modernCiphers, ciphers);
  report(`${name}, an HMAC`, hmac, ciphers);
}
report("createHmac, an HMAC", hmacByObject, nodeCiphers);

function report(name: string, transactions: Transactions, ciphers: Ciphers): void {
  const microseconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const perform = transactions(ciphers);
    const start = performance.now();
    for (let i = 0; i < TRANSACTIONS; i++) perform(i);
    microseconds.push(((performance.now() - start) * 1000) / TRANSACTIONS);
  }
  const sorted = microseconds.toSorted((a, b) => a - b);
  const [best, median] = [sorted[0]!, sorted[ROUNDS / 2]!];
  console.log(`${name}: ${median.toFixed(1)} µs (best ${best.toFixed(1)} µs)`);
}
