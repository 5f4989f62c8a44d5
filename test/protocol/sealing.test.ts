/** Sealing tasks: packed and unpacked they are the same, and so is what comes of them. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { sealRequest, parseEnvelope, type Envelope } from "../../src/protocol/classic.ts";
import { PROTOCOL_ERROR_CODES } from "../../src/protocol/error.ts";
import {
  packResults,
  packTasks,
  performSealing,
  unpackResults,
  unpackTasks,
  type PackedTask,
  type SealingResult,
  type SealingTask,
} from "../../src/protocol/sealing.ts";
import { deriveSessionKeys } from "../../src/protocol/session-keys.ts";
import { runSealingBatch } from "../../src/workers/sealing.ts";

const NOW = 1_700_000_000;
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const text = fc.string({ unit: "binary", maxLength: 400 });
const nowSeconds = fc.nat(2 ** 40);

const task: fc.Arbitrary<SealingTask> = fc.oneof(
  fc.record({ type: fc.constant("seal" as const), text, nowSeconds }),
  fc.record({
    type: fc.constant("open" as const),
    envelope: fc.record({ payload: text, mac: text }),
    nowSeconds,
  }),
);
const packedTask: fc.Arbitrary<PackedTask> = fc.record({ masterSecret: bytes(32), task });

const result: fc.Arbitrary<SealingResult> = fc.oneof(
  fc.record({ type: fc.constant("sealed" as const), token: text }),
  fc.record({
    type: fc.constant("refused" as const),
    code: fc.constantFrom(...PROTOCOL_ERROR_CODES),
  }),
  fc.record({
    type: fc.constant("opened" as const),
    token: fc.record({
      plaintext: fc.uint8Array({ maxLength: 4_096 }),
      timeSeconds: nowSeconds,
      tag: bytes(32),
    }),
  }),
);

describe("packing", () => {
  it("keeps every task, in order", () => {
    fc.assert(
      fc.property(fc.array(packedTask, { maxLength: 80 }), (tasks) => {
        expect(unpackTasks(packTasks(tasks))).toEqual(tasks);
      }),
    );
  });

  it("keeps every result, in order", () => {
    fc.assert(
      fc.property(fc.array(result, { maxLength: 80 }), (results) => {
        expect(unpackResults(packResults(results))).toEqual(results);
      }),
    );
  });

  it("keeps the longest fields that a message can bring", () => {
    const envelope = { payload: "é".repeat(4_096), mac: "f".repeat(4_096) };
    const tasks = Array.from({ length: 64 }, (): PackedTask => ({
      ...{ masterSecret: new Uint8Array(32), task: { type: "open", envelope, nowSeconds: NOW } },
    }));
    expect(unpackTasks(packTasks(tasks))).toEqual(tasks);
  });

  it("of nothing is nothing", () => {
    expect(unpackTasks(packTasks([]))).toEqual([]);
    expect(unpackResults(packResults([]))).toEqual([]);
  });

  it("does not take what is no packed result", () => {
    expect(() => unpackResults(Uint8Array.of(5, 255))).toThrow(RangeError);
  });
});

const masterSecret = new Uint8Array(32).fill(9);
const keys = deriveSessionKeys(nodeCiphers, masterSecret);

function envelopeAt(seconds: number): Envelope {
  return parseEnvelope(sealRequest(nodeCiphers, keys, { action: "balance" }, seconds));
}

/** What a peer can make of an envelope: good, late, early, and altered in each way. */
const envelopes: readonly (readonly [name: string, envelope: Envelope])[] = [
  ["good", envelopeAt(NOW)],
  ["stale", envelopeAt(NOW - 3_600)],
  ["future", envelopeAt(NOW + 3_600)],
  ["with another MAC", { ...envelopeAt(NOW), mac: "0".repeat(64) }],
  ["without its end", cut(envelopeAt(NOW))],
  ["behind a byte order mark", marked(envelopeAt(NOW))],
  ["of lone surrogates", { payload: "\ud800\udfff\udfff", mac: "0".repeat(64) }],
  ["of nothing", { payload: "", mac: "" }],
];

function cut({ payload, mac }: Envelope): Envelope {
  return { payload: payload.slice(0, -1), mac };
}

function marked({ payload, mac }: Envelope): Envelope {
  return { payload: `\ufeff${payload}`, mac };
}

/** Node's Buffers are bytes like any others, but not to a test that compares. */
function plain(done: SealingResult): SealingResult {
  if (done.type !== "opened") return done;
  const { plaintext, timeSeconds, tag } = done.token;
  const token = { plaintext: Uint8Array.from(plaintext), timeSeconds, tag: Uint8Array.from(tag) };
  return { type: "opened", token };
}

describe("a batch on another thread", () => {
  const here = (one: SealingTask): SealingResult => plain(performSealing(nodeCiphers, keys, one));
  const there = (one: SealingTask): SealingResult | undefined =>
    unpackResults(runSealingBatch(packTasks([{ masterSecret, task: one }])))[0];

  it.for(envelopes)("comes to the same of an envelope %s", ([, envelope]) => {
    const opening: SealingTask = { type: "open", envelope, nowSeconds: NOW };
    expect(there(opening)).toEqual(here(opening));
  });

  it("seals what opens here, and the other way round", () => {
    fc.assert(
      fc.property(text, (words) => {
        for (const seal of [here, there]) {
          const sealed = seal({ type: "seal", text: words, nowSeconds: NOW });
          if (sealed?.type !== "sealed") throw new Error("not sealed");
          const mac = Buffer.from(keys.mac.sign(Buffer.from(sealed.token))).toString("hex");
          const envelope = { payload: sealed.token, mac };
          for (const open of [here, there]) {
            const opened = open({ type: "open", envelope, nowSeconds: NOW });
            if (opened?.type !== "opened") throw new Error("not opened");
            expect(Buffer.from(opened.token.plaintext)).toEqual(Buffer.from(words));
          }
        }
      }),
    );
  });

  it("keeps the tasks of many sessions apart, more than it remembers the keys of", () => {
    const secretOf = (index: number) => {
      const secret = new Uint8Array(32);
      new DataView(secret.buffer).setUint32(0, index);
      return secret;
    };
    const count = 10_050;
    const tasks = Array.from({ length: count }, (_, index): PackedTask => ({
      masterSecret: secretOf(index),
      task: { type: "seal", text: `text ${index}`, nowSeconds: NOW },
    }));
    const results = unpackResults(runSealingBatch(packTasks(tasks)));
    for (const index of [0, 1, 9_999, count - 1]) {
      const sealed = results[index];
      if (sealed?.type !== "sealed") throw new Error("not sealed");
      const own = deriveSessionKeys(nodeCiphers, secretOf(index));
      const mac = Buffer.from(own.mac.sign(Buffer.from(sealed.token))).toString("hex");
      const opened = performSealing(nodeCiphers, own, {
        ...{ type: "open", envelope: { payload: sealed.token, mac }, nowSeconds: NOW },
      });
      expect(plain(opened)).toMatchObject({
        type: "opened",
        token: { plaintext: new TextEncoder().encode(`text ${index}`) },
      });
    }
  });
});
