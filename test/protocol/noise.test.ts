/** Noise against the published handshakes, byte for byte, and against forgeries at every byte. */
import { describe, expect, it } from "vitest";
import { nobleCiphers } from "../../src/ciphers/noble.ts";
import type { Ciphers, KeyPair } from "../../src/protocol/ciphers.ts";
import { HandshakeState } from "../../src/protocol/noise.ts";
import type { PatternName } from "../../src/protocol/noise.ts";
import { CipherState } from "../../src/protocol/noise-symmetric.ts";
import { CIPHER_SETS, fromHex, toHex, utf8 } from "../ciphers/cipher-sets.ts";
import { readVectors } from "../ciphers/vectors.ts";
import { refusalOf } from "./refusal.ts";

interface Vector {
  protocol_name: string;
  init_prologue: string;
  init_ephemeral: string;
  init_static?: string;
  init_remote_static?: string;
  resp_prologue: string;
  resp_ephemeral?: string;
  resp_static?: string;
  resp_remote_static?: string;
  handshake_hash: string;
  messages: { payload: string; ciphertext: string }[];
}

const { vectors } = readVectors<{ vectors: Vector[] }>("noise/cacophony_25519_AESGCM_SHA256.json");
const MESSAGE_COUNTS: Readonly<Record<PatternName, number>> = {
  N: 1,
  NN: 2,
  NK: 2,
  NX: 2,
  KK: 2,
  XK: 3,
  IK: 2,
  XX: 3,
};
const PATTERNS = Object.keys(MESSAGE_COUNTS) as PatternName[];
const EMPTY = new Uint8Array(0);

const vectorOf = (pattern: PatternName): Vector =>
  vectors.find(({ protocol_name }) => protocol_name === `Noise_${pattern}_25519_AESGCM_SHA256`)!;

function keyPairOf(ciphers: Ciphers, privateKey: string): KeyPair {
  return {
    privateKey: fromHex(privateKey),
    publicKey: ciphers.publicKeyOf(fromHex(privateKey)),
  };
}

function sidesOf(ciphers: Ciphers, pattern: PatternName): [HandshakeState, HandshakeState] {
  const vector = vectorOf(pattern);
  const keys = (privateKey: string | undefined, remote: string | undefined) => ({
    ...(privateKey !== undefined && { static: keyPairOf(ciphers, privateKey) }),
    ...(remote !== undefined && { remoteStatic: fromHex(remote) }),
  });
  const ephemeral = (privateKey: string | undefined) =>
    privateKey === undefined ? {} : { ephemeral: keyPairOf(ciphers, privateKey) };
  return [
    new HandshakeState(ciphers, {
      pattern,
      role: "initiator",
      prologue: fromHex(vector.init_prologue),
      ...keys(vector.init_static, vector.init_remote_static),
      ...ephemeral(vector.init_ephemeral),
    }),
    new HandshakeState(ciphers, {
      pattern,
      role: "responder",
      prologue: fromHex(vector.resp_prologue),
      ...keys(vector.resp_static, vector.resp_remote_static),
      ...ephemeral(vector.resp_ephemeral),
    }),
  ];
}

describe.for(CIPHER_SETS)("on %s", ([, ciphers]) => {
  it.for(PATTERNS)("%s gives the published bytes, hash and transport messages", (pattern) => {
    const sides = sidesOf(ciphers, pattern);
    const { messages, handshake_hash } = vectorOf(pattern);
    const count = MESSAGE_COUNTS[pattern];
    messages.slice(0, count).forEach(({ payload, ciphertext }, turn) => {
      const [writer, reader] = turn % 2 === 0 ? sides : [sides[1], sides[0]];
      expect(toHex(writer.writeMessage(fromHex(payload)))).toBe(ciphertext);
      expect(toHex(reader.readMessage(fromHex(ciphertext)))).toBe(payload);
    });

    const [initiator, responder] = [sides[0].split(), sides[1].split()];
    expect(toHex(initiator.handshakeHash)).toBe(handshake_hash);
    expect(toHex(responder.handshakeHash)).toBe(handshake_hash);
    messages.slice(count).forEach(({ payload, ciphertext }, index) => {
      const fromInitiator = pattern === "N" || (count + index) % 2 === 0;
      const [from, to] = fromInitiator ? [initiator, responder] : [responder, initiator];
      expect(toHex(from.send.encryptWithAd(EMPTY, fromHex(payload)))).toBe(ciphertext);
      expect(toHex(to.receive.decryptWithAd(EMPTY, fromHex(ciphertext))!)).toBe(payload);
    });
  });
});

describe("every published handshake", () => {
  it("is used, but for the two with pre-shared keys", () => {
    expect(vectors).toHaveLength(10);
    expect(vectors.filter(({ protocol_name }) => protocol_name.includes("psk"))).toHaveLength(2);
    expect(PATTERNS.map(vectorOf).filter(Boolean)).toHaveLength(8);
  });
});

describe("a handshake", () => {
  const ciphers = nobleCiphers;

  it("refuses a message that was changed in any byte, cut or lengthened", () => {
    const message = fromHex(vectorOf("NK").messages[0]!.ciphertext);
    const readNew = (changed: Uint8Array) =>
      refusalOf(() => sidesOf(ciphers, "NK")[1].readMessage(changed));
    for (let at = 0; at < message.length; at++) {
      const changed = message.slice();
      changed[at]! ^= 0x01;
      expect(readNew(changed)).toBe("bad_handshake");
      expect(readNew(message.subarray(0, at))).toBe("bad_handshake");
    }
    expect(readNew(Uint8Array.from([...message, 0]))).toBe("bad_handshake");
    expect(readNew(message)).toBeNull();
  });

  it("refuses an ephemeral key that gives everyone the same secret", () => {
    const message = fromHex(vectorOf("NK").messages[0]!.ciphertext);
    message.fill(0, 0, 32);
    const [, responder] = sidesOf(ciphers, "NK");
    expect(refusalOf(() => responder.readMessage(message))).toBe("bad_handshake");
  });

  it("refuses a static key in a message that was changed", () => {
    const [initiator, responder] = sidesOf(ciphers, "XX");
    responder.readMessage(initiator.writeMessage(EMPTY));
    const reply = responder.writeMessage(EMPTY);
    reply[40]! ^= 0x01;
    expect(refusalOf(() => initiator.readMessage(reply))).toBe("bad_handshake");
  });

  it("has no second try after a forgery", () => {
    const [initiator, responder] = sidesOf(ciphers, "NK");
    const message = initiator.writeMessage(EMPTY);
    const changed = message.with(40, message[40]! ^ 1);
    expect(refusalOf(() => responder.readMessage(changed))).toBe("bad_handshake");
    expect(() => responder.readMessage(message)).toThrow("no such turn");
    expect(() => responder.writeMessage(EMPTY)).toThrow("no such turn");
    expect(() => responder.split()).toThrow("has not ended");
  });

  it("goes by turns, to its end", () => {
    const [initiator, responder] = sidesOf(ciphers, "NK");
    expect(() => responder.writeMessage(EMPTY)).toThrow("no such turn");
    const message = initiator.writeMessage(EMPTY);
    expect(() => initiator.writeMessage(EMPTY)).toThrow("no such turn");
    expect(() => initiator.split()).toThrow("has not ended");
    responder.readMessage(message);
    initiator.readMessage(responder.writeMessage(EMPTY));
    expect(() => responder.readMessage(message)).toThrow("no such turn");
    expect(toHex(initiator.split().handshakeHash)).toBe(toHex(responder.split().handshakeHash));
  });

  it("draws a new ephemeral key each time", () => {
    const remoteStatic = ciphers.generateKeyPair().publicKey;
    const first = () =>
      new HandshakeState(ciphers, {
        pattern: "NK",
        role: "initiator",
        prologue: EMPTY,
        remoteStatic,
      }).writeMessage(EMPTY);
    expect(toHex(first().subarray(0, 32))).not.toBe(toHex(first().subarray(0, 32)));
  });

  it("does not begin without a key that its pattern needs", () => {
    const options = { pattern: "NK", role: "initiator", prologue: EMPTY } as const;
    expect(() => new HandshakeState(ciphers, options)).toThrow("needs a key");
  });

  it("comes to nothing between sides with different prologues", () => {
    const bank = ciphers.generateKeyPair();
    const initiator = new HandshakeState(ciphers, {
      pattern: "NK",
      role: "initiator",
      prologue: utf8("ATM/2\n"),
      remoteStatic: bank.publicKey,
    });
    const responder = new HandshakeState(ciphers, {
      pattern: "NK",
      role: "responder",
      prologue: utf8("ATM/1\n"),
      static: bank,
    });
    const message = initiator.writeMessage(EMPTY);
    expect(refusalOf(() => responder.readMessage(message))).toBe("bad_handshake");
  });
});

describe("a cipher state", () => {
  const key = () => nobleCiphers.importAeadKey(new Uint8Array(32));

  it("counts in its nonce: 32 bits of zeros, then 64 bits, big-endian", () => {
    const state = new CipherState(key(), 0x0102030405060708n);
    const sealed = state.encryptWithAd(EMPTY, utf8("text"));
    const nonce = fromHex("000000000102030405060708");
    expect(toHex(sealed)).toBe(toHex(key().seal(nonce, EMPTY, utf8("text"))));
    const next = fromHex("000000000102030405060709");
    expect(toHex(state.encryptWithAd(EMPTY, EMPTY))).toBe(toHex(key().seal(next, EMPTY, EMPTY)));
  });

  it("stops before its last nonce, which is reserved", () => {
    const state = new CipherState(key(), 2n ** 64n - 2n);
    state.encryptWithAd(EMPTY, EMPTY);
    expect(() => state.encryptWithAd(EMPTY, EMPTY)).toThrow(RangeError);
    expect(() => state.decryptWithAd(EMPTY, new Uint8Array(16))).toThrow(RangeError);
  });

  it("is dead after a forgery, for the genuine message too", () => {
    const genuine = new CipherState(key()).encryptWithAd(EMPTY, utf8("text"));
    const state = new CipherState(key());
    expect(state.decryptWithAd(EMPTY, genuine.with(0, genuine[0]! ^ 1))).toBeNull();
    expect(() => state.decryptWithAd(EMPTY, genuine)).toThrow(RangeError);
    expect(() => state.encryptWithAd(EMPTY, EMPTY)).toThrow(RangeError);
  });
});
