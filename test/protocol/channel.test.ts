/** The channel: who may open one, and what happens to frames that somebody meddles with. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nobleCiphers } from "../../src/ciphers/noble.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { cents } from "../../src/bank/money.ts";
import {
  ClientHandshake,
  fingerprintOf,
  PREFACE,
  protocolOf,
  ServerHandshake,
} from "../../src/protocol/channel.ts";
import type { Channel } from "../../src/protocol/channel.ts";
import type { Ciphers } from "../../src/protocol/ciphers.ts";
import {
  encodeFrame,
  FRAME_BYTES_MAX,
  FrameSplitter,
  PLAINTEXT_BYTES_MAX,
} from "../../src/protocol/frames.ts";
import type { Greeting } from "../../src/protocol/greeting.ts";
import { HandshakeState } from "../../src/protocol/noise.ts";
import { CIPHER_SETS, fromHex, toHex, utf8 } from "../ciphers/cipher-sets.ts";
import { refusalOf } from "./refusal.ts";

const GREETING: Greeting = {
  bank: "Secure ATM",
  version: "1.2.3",
  time: "2026-11-24T07:00:00.000Z",
  limits: {
    requestsInFlight: 32,
    frameBytes: FRAME_BYTES_MAX,
    amountMax: cents(100_000_000),
    historyLimit: 100,
    passwordCharsMin: null,
  },
};

const current = nodeCiphers.generateKeyPair();
const retired = nodeCiphers.generateKeyPair();
const stranger = nodeCiphers.generateKeyPair();

const firstFrameOf = (bytes: Uint8Array): Uint8Array =>
  [...new FrameSplitter(PREFACE).push(bytes)][0]!;
const bodyOf = (frame: Uint8Array): Uint8Array => [...new FrameSplitter().push(frame)][0]!;
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function open(
  clientCiphers: Ciphers = nobleCiphers,
  bankCiphers: Ciphers = nodeCiphers,
): { client: Channel; bank: Channel; greeting: Greeting } {
  const handshake = new ClientHandshake(clientCiphers, current.publicKey);
  const { channel, reply } = new ServerHandshake(bankCiphers, [current, retired]).respond(
    firstFrameOf(handshake.first()),
    GREETING,
  );
  const finished = handshake.finish(bodyOf(reply));
  return { client: finished.channel, bank: channel, greeting: finished.greeting };
}

describe.for(CIPHER_SETS)("a client on %s", ([, clientCiphers]) => {
  it.for(CIPHER_SETS)("meets a bank on %s", ([, bankCiphers]) => {
    const { client, bank, greeting } = open(clientCiphers, bankCiphers);
    expect(greeting).toEqual(GREETING);
    expect(toHex(client.handshakeHash)).toBe(toHex(bank.handshakeHash));
    for (const text of ["", "one", "two"]) {
      expect(textOf(bank.open(bodyOf(client.seal(utf8(text)))))).toBe(text);
      expect(textOf(client.open(bodyOf(bank.seal(utf8(text)))))).toBe(text);
    }
  });
});

describe("frames of two channels by turns", () => {
  it("stay what they were, and open later", () => {
    const channels = [open(nodeCiphers), open(nodeCiphers)];
    const texts = ["one", "x".repeat(100), "", "y".repeat(300), "z".repeat(2_000), "two"];
    const sealed = texts.flatMap((text) =>
      channels.map(({ bank, client }) => ({ text, client, body: bodyOf(bank.seal(utf8(text))) })),
    );
    for (const { client, body, text } of sealed) expect(textOf(client.open(body))).toBe(text);
  });
});

describe("the handshake", () => {
  it.for([
    ["the current key", current],
    ["a key in its overlap", retired],
  ] as const)("answers a client that pins %s, and says which", ([, pinned]) => {
    const handshake = new ClientHandshake(nobleCiphers, pinned.publicKey);
    const server = new ServerHandshake(nodeCiphers, [current, retired]);
    const { reply, identity } = server.respond(firstFrameOf(handshake.first()), GREETING);
    expect(identity).toBe(pinned);
    expect(handshake.finish(bodyOf(reply)).greeting).toEqual(GREETING);
  });

  it("does not answer a client of another bank", () => {
    const first = firstFrameOf(new ClientHandshake(nobleCiphers, stranger.publicKey).first());
    const server = new ServerHandshake(nodeCiphers, [current, retired]);
    expect(refusalOf(() => server.respond(first, GREETING))).toBe("bad_handshake");
  });

  it("is refused by the client where another bank answers", () => {
    const handshake = new ClientHandshake(nobleCiphers, current.publicKey);
    handshake.first();
    const other = new ClientHandshake(nobleCiphers, stranger.publicKey);
    const server = new ServerHandshake(nodeCiphers, [stranger]);
    const { reply } = server.respond(firstFrameOf(other.first()), GREETING);
    expect(refusalOf(() => handshake.finish(bodyOf(reply)))).toBe("bad_handshake");
  });

  it("is refused by the client where the bank's answer to an earlier one is played again", () => {
    const [earlier, handshake] = [0, 1].map(
      () => new ClientHandshake(nobleCiphers, current.publicKey),
    );
    const server = new ServerHandshake(nodeCiphers, [current]);
    const { reply } = server.respond(firstFrameOf(earlier!.first()), GREETING);
    handshake!.first();
    expect(refusalOf(() => handshake!.finish(bodyOf(reply)))).toBe("bad_handshake");
  });

  it("gives a played-back first frame a session of its own, which its sender cannot read", () => {
    const handshake = new ClientHandshake(nobleCiphers, current.publicKey);
    const first = firstFrameOf(handshake.first());
    const server = new ServerHandshake(nodeCiphers, [current]);
    const genuine = server.respond(first, GREETING);
    const second = server.respond(first, GREETING);
    expect(toHex(second.channel.handshakeHash)).not.toBe(toHex(genuine.channel.handshakeHash));
    const { channel } = handshake.finish(bodyOf(genuine.reply));
    const frame = bodyOf(channel.seal(utf8("text")));
    expect(refusalOf(() => second.channel.open(frame))).toBe("bad_frame");
  });

  it("refuses every change of a byte, on both sides", () => {
    const server = new ServerHandshake(nodeCiphers, [current]);
    const first = firstFrameOf(new ClientHandshake(nodeCiphers, current.publicKey).first());
    for (let at = 0; at < first.length; at++) {
      const changed = first.with(at, first[at]! ^ 0x01);
      expect(refusalOf(() => server.respond(changed, GREETING))).toBe("bad_handshake");
    }
    const length = bodyOf(server.respond(first, GREETING).reply).length;
    for (let at = 0; at < length; at++) {
      const handshake = new ClientHandshake(nodeCiphers, current.publicKey);
      const { reply } = server.respond(firstFrameOf(handshake.first()), GREETING);
      const body = bodyOf(reply);
      const changed = body.with(at, body[at]! ^ 0x01);
      expect(refusalOf(() => handshake.finish(changed))).toBe("bad_handshake");
    }
  });

  it("refuses random bytes, and throws nothing else", () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(bytes, (body) => {
        const server = new ServerHandshake(nodeCiphers, [current, retired]);
        expect(refusalOf(() => server.respond(body, GREETING))).toBe("bad_handshake");
        const handshake = new ClientHandshake(nodeCiphers, current.publicKey);
        handshake.first();
        expect(refusalOf(() => handshake.finish(body))).toBe("bad_handshake");
      }),
      { numRuns: 30 },
    );
  });

  it("does not begin with a pinned key that gives everyone the same secret", () => {
    const handshake = new ClientHandshake(nobleCiphers, new Uint8Array(32));
    expect(refusalOf(() => handshake.first())).toBe("bad_handshake");
  });

  it.for(["", "{}", "[]", "not JSON", '{"bank":"Secure ATM"}'])(
    "does not take %j for a greeting, though the bank sealed it",
    (text) => {
      const handshake = new ClientHandshake(nodeCiphers, current.publicKey);
      const bank = new HandshakeState(nodeCiphers, {
        pattern: "NK",
        role: "responder",
        prologue: PREFACE,
        static: current,
      });
      bank.readMessage(firstFrameOf(handshake.first()));
      const reply = bank.writeMessage(utf8(text));
      expect(refusalOf(() => handshake.finish(reply))).toBe("bad_reply");
    },
  );
});

describe("a frame", () => {
  const framesOf = (channel: Channel): Uint8Array[] =>
    ["one", "two", "three"].map((text) => bodyOf(channel.seal(utf8(text))));

  it.for([
    ["replayed", [0, 0]],
    ["moved", [1]],
    ["left out", [0, 2]],
  ] as const)("that is %s ends the channel", ([, order]) => {
    const { client, bank } = open();
    const frames = framesOf(client);
    const last = order.at(-1)!;
    for (const index of order.slice(0, -1)) bank.open(frames[index]!);
    expect(refusalOf(() => bank.open(frames[last]!))).toBe("bad_frame");
    expect(() => bank.open(frames[0]!)).toThrow(RangeError);
  });

  it("that is sent back to its sender does not open", () => {
    const { client, bank } = open();
    expect(refusalOf(() => client.open(bodyOf(client.seal(utf8("text")))))).toBe("bad_frame");
    expect(refusalOf(() => bank.open(bodyOf(bank.seal(utf8("text")))))).toBe("bad_frame");
  });

  it("of another session does not open", () => {
    const [one, other] = [open(), open()];
    expect(refusalOf(() => other.bank.open(bodyOf(one.client.seal(utf8("text")))))).toBe(
      "bad_frame",
    );
  });

  it("that was changed in any byte, or cut, gives one code", () => {
    for (let at = 0; at < 20; at++) {
      const [a, b] = [open(), open()];
      const body = bodyOf(a.client.seal(utf8("text")));
      expect(refusalOf(() => a.bank.open(body.with(at, body[at]! ^ 0x80)))).toBe("bad_frame");
      const cut = bodyOf(b.client.seal(utf8("text"))).subarray(0, at);
      expect(refusalOf(() => b.bank.open(cut))).toBe("bad_frame");
    }
  });

  it("holds as much as its limit says, and no more", () => {
    const { client, bank } = open();
    const longest = new Uint8Array(PLAINTEXT_BYTES_MAX).fill(0x61);
    expect(bank.open(bodyOf(client.seal(longest)))).toHaveLength(PLAINTEXT_BYTES_MAX);
    expect(() => client.seal(new Uint8Array(PLAINTEXT_BYTES_MAX + 1))).toThrow(RangeError);
    expect(textOf(bank.open(bodyOf(client.seal(utf8("next")))))).toBe("next");
  });

  it("carries any text in either direction", () => {
    const { client, bank } = open();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.boolean(), (text, fromClient) => {
        const [from, to] = fromClient ? [client, bank] : [bank, client];
        const frame = from.seal(text);
        expect(frame).toHaveLength(2 + text.length + 16);
        expect(toHex(to.open(bodyOf(frame)))).toBe(toHex(text));
        expect(toHex(encodeFrame(bodyOf(frame)))).toBe(toHex(frame));
      }),
    );
  });
});

describe("a fingerprint", () => {
  it.for(CIPHER_SETS)("is the first half of a SHA-256 on %s", ([, ciphers]) => {
    expect(fingerprintOf(ciphers, utf8("abc"))).toBe("ba78 16bf 8f01 cfea 4141 40de 5dae 2223");
    expect(fingerprintOf(ciphers, fromHex(""))).toBe("e3b0 c442 98fc 1c14 9afb f4c8 996f b924");
  });
});

describe("the first byte", () => {
  it.for([
    ["{", "classic"],
    ["\u0016", "tls"],
    ["A", "modern"],
    ["a", null],
    [" ", null],
    ["G", null],
    ["\0", null],
  ] as const)("%j tells %s", ([character, protocol]) => {
    expect(protocolOf(character.charCodeAt(0))).toBe(protocol);
  });

  it("of the preface is its own", () => {
    expect(protocolOf(PREFACE[0]!)).toBe("modern");
  });
});
