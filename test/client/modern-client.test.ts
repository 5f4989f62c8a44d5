/** The client of the modern protocol against a bank that the test plays by hand. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/actor/testkit.ts";
import { cents } from "../../src/bank/money.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { LineLost } from "../../src/client/line-lost.ts";
import { ModernClient, type ModernClientOptions } from "../../src/client/modern-client.ts";
import { BankNotAuthentic, Refused, type SessionEnd } from "../../src/client/modern-errors.ts";
import { fingerprintOf } from "../../src/protocol/channel.ts";
import { encodeNotification } from "../../src/protocol/modern.ts";
import { ERRORS, ERROR_KINDS } from "../../src/protocol/rpc-error.ts";
import { utf8 } from "../ciphers/cipher-sets.ts";
import { GREETING, IDENTITY, ScriptedModernBank } from "./scripted-modern-bank.ts";

const KEY = IDENTITY.publicKey;
const CLOSED = encodeNotification({ method: "session.closed", params: { reason: "idle" } });

/** Connects to `bank`, on which nothing times out, and gathers what is told unasked. */
async function connected(bank = new ScriptedModernBank(), options: ModernClientOptions = {}) {
  const clock = new ManualClock();
  const ends: SessionEnd[] = [];
  const news: unknown[] = [];
  const client = await ModernClient.connect(() => bank, nodeCiphers, KEY, {
    after: clock.after.bind(clock),
    onEnd: (end) => void ends.push(end),
    onNotification: (one) => void news.push(one),
    ...options,
  });
  return { bank, client, ends, news };
}

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

/** What connecting to a bank fails with that meets its client's first frame like this. */
function failureAt(onHello: (bank: ScriptedModernBank, frame: Uint8Array) => void) {
  const bank = new ScriptedModernBank();
  bank.onHello = (frame) => onHello(bank, frame);
  return errorOf(connected(bank));
}

const flipped = (bytes: Uint8Array, bit: number): Uint8Array => {
  const copy = bytes.slice();
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
};

describe("connecting", () => {
  it("gives what the bank says of itself, and the session's name and key", async () => {
    const { bank, client } = await connected();
    expect(client.greeting).toEqual(GREETING);
    expect(client.handshakeHash).toEqual(bank.channel?.handshakeHash);
    expect(client.fingerprint).toBe(fingerprintOf(nodeCiphers, KEY));
    expect(client.end).toBeNull();
  });

  it("finds a bank with another key, which hangs up without a word", async () => {
    const error = await failureAt((bank) => bank.hangUp());
    expect(error).toBeInstanceOf(BankNotAuthentic);
    expect(error).toMatchObject({ evidence: "hung_up" });
  });

  it.for([
    ["bytes that are no frame", (bank: ScriptedModernBank) => bank.onBytes(utf8("HTTP/1.1"))],
    [
      "a frame of somebody else's",
      (bank: ScriptedModernBank) => bank.onBytes(Uint8Array.of(0, 48, ...new Uint8Array(48))),
    ],
    [
      "a greeting that is none",
      (bank: ScriptedModernBank, frame: Uint8Array) => bank.acceptWith(frame, utf8("{}")),
    ],
  ] as const)("takes %s for a forgery", async ([, onHello]) => {
    const error = await failureAt(onHello);
    expect(error).toBeInstanceOf(BankNotAuthentic);
    expect(error).toMatchObject({ evidence: "forged" });
  });

  it("never takes an answer of which one bit was changed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (chosen) => {
        const error = await failureAt((bank, frame) => {
          bank.accept(frame, GREETING, (reply) => flipped(reply, chosen % (reply.length * 8)));
          bank.hangUp();
        });
        expect([BankNotAuthentic, LineLost].some((kind) => error instanceof kind)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("refuses a pinned key that gives everyone the same secret", async () => {
    const dial = () => new ScriptedModernBank();
    const error = await errorOf(ModernClient.connect(dial, nodeCiphers, new Uint8Array(32)));
    expect(error).toBeInstanceOf(BankNotAuthentic);
  });

  it("tells a bank that is full from one that is not the bank", async () => {
    const text = "Service busy: too many connections";
    const error = await failureAt((bank) => bank.onBytes(utf8(text)));
    expect(error).toMatchObject({ name: "LineLost", end: { kind: "refused", detail: text } });
  });

  it("tells a bank that cannot be reached from one that is not the bank", async () => {
    const end = { kind: "unreachable", detail: "ECONNREFUSED" } as const;
    expect(await failureAt((bank) => bank.hangUp(end))).toMatchObject({ name: "LineLost", end });
  });

  it("gives up a bank that does not answer", async () => {
    const bank = new ScriptedModernBank();
    const clock = new ManualClock();
    bank.onHello = () => {};
    const after = clock.after.bind(clock);
    const failing = errorOf(connected(bank, { after, handshakeTimeoutMs: 5_000 }));
    await Promise.resolve();
    clock.advance(5_000);
    expect(await failing).toMatchObject({ end: { detail: "no handshake in time" } });
    expect(bank.closed).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

describe("calls", () => {
  it("are answered by their ids, in any order, however the line cuts the answers", async () => {
    const order = fc.shuffledSubarray([...Array(16).keys()], { minLength: 16 });
    await fc.assert(
      fc.asyncProperty(order, fc.integer({ min: 1, max: 200 }), async (turns, size) => {
        const { bank, client } = await connected();
        const balances = turns.map(async () => (await client.balance()).balance);
        expect(bank.calls).toHaveLength(16);
        const frames = turns.map((turn) => {
          const balance = cents(turn);
          const result = `{"jsonrpc":"2.0","id":${bank.calls[turn]!.id},"result":
            {"balance":"${balance}","available":"${balance}"}}`;
          return bank.seal(utf8(result));
        });
        const bytes = Uint8Array.from(frames.flatMap((frame) => [...frame]));
        for (let at = 0; at < bytes.length; at += size) bank.onBytes(bytes.slice(at, at + size));
        expect(await Promise.all(balances)).toEqual([...Array(16).keys()]);
      }),
      { numRuns: 20 },
    );
  });

  it("over the bank's limit wait for those before them", async () => {
    const bank = new ScriptedModernBank();
    const limits = { ...GREETING.limits, requestsInFlight: 2 };
    bank.onHello = (frame) => bank.accept(frame, { ...GREETING, limits });
    const { client } = await connected(bank);
    const signUps = ["a", "b", "c", "d", "e"].map((name) => client.signUp(name, "password"));
    expect(bank.calls).toHaveLength(2);
    for (let answered = 0; answered < 5; answered += 1) {
      bank.answer(bank.calls[answered]!.id, "auth.signUp", { username: `${answered}` });
      expect(bank.calls).toHaveLength(Math.min(5, answered + 3));
    }
    const names = (await Promise.all(signUps)).map(({ username }) => username);
    expect(names).toEqual(["0", "1", "2", "3", "4"]);
  });

  it.for(ERROR_KINDS)("are refused with %s, and what to do about it", async (kind) => {
    const { bank, client } = await connected();
    const failing = errorOf(client.deposit(cents(100), "k"));
    bank.refuse(bank.calls[0]!.id, kind);
    const error = await failing;
    expect(error).toBeInstanceOf(Refused);
    expect(error).toMatchObject({ kind, retry: ERRORS[kind].retry });
  });

  it("carry what was asked, and no more", async () => {
    const { bank, client } = await connected();
    const asked = [
      client.logIn("ada", "password"),
      client.changePassword("password", "other"),
      client.withdraw(cents(5), "k-1"),
      client.transfer({ to: "bob", amount: cents(7), memo: "thanks" }, "k-2"),
      client.history({ before: "42" }),
      client.sessionInfo(),
      client.logOut(),
    ].map(errorOf);
    expect(bank.calls.map(({ call }) => call)).toEqual([
      { method: "auth.login", params: { username: "ada", password: "password" } },
      {
        method: "auth.changePassword",
        params: { oldPassword: "password", newPassword: "other" },
      },
      { method: "account.withdraw", params: { amount: 5, idempotencyKey: "k-1" } },
      {
        method: "account.transfer",
        params: { to: "bob", amount: 7, memo: "thanks", idempotencyKey: "k-2" },
      },
      { method: "account.history", params: { before: "42", limit: 20 } },
      { method: "session.info", params: {} },
      { method: "auth.logout", params: {} },
    ]);
    client.close();
    await Promise.all(asked);
  });

  it("that no frame can hold are refused here", async () => {
    const { client, bank } = await connected();
    expect(() => client.logIn("ada", "x".repeat(9_000))).toThrow(RangeError);
    expect(bank.calls).toEqual([]);
  });

  it("without an answer in time end the line", async () => {
    const clock = new ManualClock();
    const after = clock.after.bind(clock);
    const { client, ends } = await connected(undefined, { after, replyTimeoutMs: 1_000 });
    const failing = errorOf(client.deposit(cents(100), "k"));
    clock.advance(1_000);
    expect(await failing).toMatchObject({ name: "LineLost", inDoubt: true });
    expect(ends).toEqual([{ type: "cut", line: { kind: "closed", detail: "no reply in time" } }]);
    expect(clock.pending).toBe(0);
  });
});

describe("news", () => {
  it("is handed on, but for what a newer bank says", async () => {
    const { bank, news, ends } = await connected();
    bank.notify({ method: "session.expiring", params: { seconds: 60, limit: "idle" } });
    bank.say(utf8('{"jsonrpc":"2.0","method":"bank.moved","params":{"to":"Mars"}}'));
    expect(news).toEqual([{ method: "session.expiring", params: { seconds: 60, limit: "idle" } }]);
    expect(ends).toEqual([]);
  });
});

describe("an end", () => {
  const CUT: SessionEnd = { type: "cut", line: { kind: "closed", detail: "the line was cut" } };
  const flip = (frame: Uint8Array) => flipped(frame, frame.length * 8 - 1);

  it.for([
    ["by the bank", (bank) => bank.say(CLOSED), { type: "closed_by_bank", reason: "idle" }],
    ["by a cut", (bank) => bank.hangUp(), CUT],
    ["by a changed frame", (bank) => bank.say(CLOSED, flip), { type: "breach", code: "bad_frame" }],
    [
      "by a length that no frame has",
      (bank) => bank.onBytes(Uint8Array.of(0xff, 0xff)),
      { type: "breach", code: "bad_frame_length" },
    ],
    [
      "by a reply to nobody",
      (bank) => bank.refuse(99, "busy"),
      { type: "breach", code: "bad_reply" },
    ],
  ] as [string, (bank: ScriptedModernBank) => void, SessionEnd][])(
    "%s is told once, and calls fail from then on",
    async ([, happen, end]) => {
      const { bank, client, ends } = await connected();
      happen(bank);
      client.close();
      bank.hangUp();
      expect(ends).toEqual([end]);
      expect(client.end).toEqual(end);
      expect(bank.closed).toBe(true);
      const error = await errorOf(client.deposit(cents(1), "k"));
      expect(error).toMatchObject({ name: "LineLost", inDoubt: false });
    },
  );

  it("by a frame that was played again is a breach", async () => {
    const { bank, ends } = await connected();
    const frame = bank.seal(
      encodeNotification({ method: "session.expiring", params: { seconds: 9, limit: "idle" } }),
    );
    bank.onBytes(frame);
    bank.onBytes(frame);
    expect(ends).toEqual([{ type: "breach", code: "bad_frame" }]);
  });

  it("right behind the handshake, in one piece with it, is not missed", async () => {
    const bank = new ScriptedModernBank();
    bank.onHello = (frame) =>
      bank.accept(frame, GREETING, (reply) => Uint8Array.of(...reply, ...bank.seal(CLOSED)));
    const { client, ends } = await connected(bank);
    expect(ends).toEqual([{ type: "closed_by_bank", reason: "idle" }]);
    expect(client.end).toEqual(ends[0]);
  });

  it("leaves in doubt the changes that were sent, and nothing else", async () => {
    const bank = new ScriptedModernBank();
    const limits = { ...GREETING.limits, requestsInFlight: 4 };
    bank.onHello = (frame) => bank.accept(frame, { ...GREETING, limits });
    const { client } = await connected(bank);
    const calls = [
      client.deposit(cents(1), "k-1"),
      client.balance(),
      client.transfer({ to: "bob", amount: cents(1) }, "k-2"),
      client.changePassword("password", "other"),
      client.deposit(cents(1), "k-3"), // Waits for one of the four.
    ].map(errorOf);
    bank.hangUp();
    const errors = (await Promise.all(calls)) as LineLost[];
    expect(errors.map(({ inDoubt }) => inDoubt)).toEqual([true, false, true, true, false]);
  });
});
