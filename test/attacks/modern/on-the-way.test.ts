/**
 * Attacks of whoever carries the bytes between an ATM and the bank. Each is found out by the side
 * that it is played on; that ends the session, moves nothing, and is on record at the bank once.
 */

import { describe, expect, it } from "vitest";
import { dollars } from "../../../src/bank/money.ts";
import type { SessionEnd } from "../../../src/client/modern-errors.ts";
import { startTestBank } from "../../test-bank.ts";
import { connectTo, customerOf, expectNothingMoved, snapshotOf } from "./customer.ts";
import { HostileBridge, altered, onFrames, type Meddling } from "./hostile-bridge.ts";

const BREACH_SEEN = { type: "breach", code: "bad_frame" };
const BREACH_TOLD = { type: "closed_by_bank", reason: "breach" };

/** Alice, with $100, through the bridge; Bob, past it. */
async function twoCustomers() {
  const bank = await startTestBank();
  const bridge = await HostileBridge.start(bank.bank.port);
  const alice = await customerOf(bank, "alice", bridge.port);
  const bob = await customerOf(bank, "bob");
  await alice.client.deposit(dollars(100), "first");
  const line = bridge.lines[0]!;
  return { bank, bridge, alice, bob, line, before: snapshotOf(bank) };
}

describe("played on the bank, found out by the bank", () => {
  /** Alice wants to move money; the attack is on the frames that say so. */
  async function attack(meddle: Meddling, event = "session: bad_frame"): Promise<SessionEnd> {
    const { bank, bridge, alice, before } = await twoCustomers();
    bridge.meddle = onFrames("to_bank", meddle);
    const wishes = [
      alice.client.transfer({ to: "bob", amount: dollars(7) }, "one"),
      alice.client.withdraw(dollars(5), "two"),
    ];
    const outcomes = await Promise.allSettled(wishes);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const end = await alice.ended;
    await expectNothingMoved(bank, before, [event], 1);
    return end;
  }

  /** The first frame of the attack, which is the transfer. */
  const FIRST = 4;

  it("replay: a deposit's frame sent again moves nothing, and ends the session", async () => {
    const { bank, alice, line, before } = await twoCustomers();
    line.say("to_bank", line.frames.to_bank.at(-1)!);
    expect(await alice.ended).toEqual(BREACH_TOLD);
    await expectNothingMoved(bank, before, ["session: bad_frame"], 1);
  });

  it("reorder: two frames in the other order", async () => {
    const kept: Uint8Array[] = [];
    const end = await attack(({ frame, index }) => {
      kept.unshift(frame);
      return index === FIRST ? [] : kept;
    });
    expect(end).toEqual(BREACH_TOLD);
  });

  it("drop: a frame left out", async () => {
    const end = await attack(({ frame, index }) => (index === FIRST ? [] : [frame]));
    expect(end).toEqual(BREACH_TOLD);
  });

  it("alter: a frame with one bit changed", async () => {
    const end = await attack(({ frame }) => [altered(frame, 20)]);
    expect(end).toEqual(BREACH_TOLD);
  });

  it("truncate: a frame made shorter, with its length made to fit", async () => {
    const end = await attack(({ frame }) => {
      const shorter = Buffer.from(frame.subarray(0, frame.length - 1));
      shorter.writeUInt16BE(shorter.length - 2);
      return [shorter];
    });
    expect(end).toEqual(BREACH_TOLD);
  });

  it("truncate: a length that no frame has", async () => {
    const end = await attack(() => [Uint8Array.of(0, 15)], "session: bad_frame_length");
    expect(end).toEqual(BREACH_TOLD);
  });

  it("reflect: the bank's own frame sent back to it", async () => {
    const end = await attack(({ line }) => [line.frames.to_client.at(-1)!]);
    expect(end).toEqual(BREACH_TOLD);
  });

  it("splice: a frame of another session of the same customer", async () => {
    const { bank, bridge, alice, line, before } = await twoCustomers();
    const other = await connectTo(bank, bridge.port);
    await other.client.logIn("alice", "a good password");
    const { rows } = snapshotOf(bank);
    bridge.meddle = onFrames("to_bank", ({ line: from, frame }) => {
      if (from !== line) line.say("to_bank", frame);
      return [frame];
    });
    expect(await other.client.balance()).toMatchObject({ balance: dollars(100) });
    expect(await alice.ended).toEqual(BREACH_TOLD);
    expect(await other.client.balance()).toMatchObject({ balance: dollars(100) });
    await expectNothingMoved(bank, { ...before, rows }, ["session: bad_frame"], 2);
  });

  it("inject: a frame of the attacker's own", async () => {
    const end = await attack(({ frame }) => [Uint8Array.of(0, 32, ...new Uint8Array(32)), frame]);
    expect(end).toEqual(BREACH_TOLD);
  });
});

describe("played on the client, found out by the client, which hangs up", () => {
  /** Alice asks twice for her balance; the attack is on the answers. */
  async function attack(meddle: Meddling): Promise<SessionEnd> {
    const { bank, bridge, alice, before } = await twoCustomers();
    bridge.meddle = onFrames("to_client", meddle);
    const answers = await Promise.allSettled([alice.client.balance(), alice.client.balance()]);
    expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const end = await alice.ended;
    await expectNothingMoved(bank, before, ["session: cut"], 1);
    return end;
  }

  const FIRST = 4;

  it("replay: an older answer in the place of this one", async () => {
    const end = await attack(({ line }) => [line.frames.to_client[1]!]);
    expect(end).toEqual(BREACH_SEEN);
  });

  it("reorder: two answers in the other order", async () => {
    const kept: Uint8Array[] = [];
    const end = await attack(({ frame, index }) => {
      kept.unshift(frame);
      return index === FIRST ? [] : kept;
    });
    expect(end).toEqual(BREACH_SEEN);
  });

  it("drop: an answer left out", async () => {
    const end = await attack(({ frame, index }) => (index === FIRST ? [] : [frame]));
    expect(end).toEqual(BREACH_SEEN);
  });

  it("alter: an answer with one bit changed", async () => {
    const end = await attack(({ frame }) => [altered(frame, 20)]);
    expect(end).toEqual(BREACH_SEEN);
  });

  it("truncate: an answer made shorter, with its length made to fit", async () => {
    const end = await attack(({ frame }) => {
      const shorter = Buffer.from(frame.subarray(0, frame.length - 1));
      shorter.writeUInt16BE(shorter.length - 2);
      return [shorter];
    });
    expect(end).toEqual(BREACH_SEEN);
  });

  it("reflect: the client's own request as its answer", async () => {
    const end = await attack(({ line }) => [line.frames.to_bank.at(-1)!]);
    expect(end).toEqual(BREACH_SEEN);
  });

  it("splice: an answer of another session of the same customer", async () => {
    const { bank, bridge, alice, line, before } = await twoCustomers();
    const other = await connectTo(bank, bridge.port);
    await other.client.logIn("alice", "a good password");
    const { rows } = snapshotOf(bank);
    bridge.meddle = onFrames("to_client", ({ line: from, frame }) => {
      if (from !== line) line.say("to_client", frame);
      return [frame];
    });
    expect(await other.client.balance()).toMatchObject({ balance: dollars(100) });
    expect(await alice.ended).toEqual(BREACH_SEEN);
    expect(await other.client.balance()).toMatchObject({ balance: dollars(100) });
    await expectNothingMoved(bank, { ...before, rows }, ["session: cut"], 2);
  });
});

describe("a cut", () => {
  it("between two frames is no end of the bank's: both sides see it", async () => {
    const { bank, alice, line, before } = await twoCustomers();
    line.cut();
    expect(await alice.ended).toMatchObject({ type: "cut" });
    await expectNothingMoved(bank, before, ["session: cut"], 1);
  });

  it("within a frame of the client's: nothing of it is done, and both sides see it", async () => {
    const { bank, bridge, alice, before } = await twoCustomers();
    bridge.meddle = onFrames("to_bank", ({ frame, line }) => {
      line.say("to_bank", frame.subarray(0, frame.length - 1));
      line.cut();
      return [];
    });
    await expect(alice.client.deposit(dollars(5), "cut")).rejects.toMatchObject({
      ...{ name: "LineLost", inDoubt: true },
    });
    expect(await alice.ended).toMatchObject({ type: "cut" });
    await expectNothingMoved(bank, before, ["session: cut"], 1);
  });

  it("before the bank's goodbye cannot pass for one: the client sees it", async () => {
    const { bank, bridge, alice, before } = await twoCustomers();
    bridge.meddle = onFrames("to_client", ({ frame, index, line }) => {
      if (index === 4) return [frame]; // The answer to the logout; what follows is the goodbye.
      line.cut();
      return [];
    });
    await alice.client.logOut();
    expect(await alice.ended).toMatchObject({ type: "cut" });
    await expectNothingMoved(bank, before, ["logout: ok"], 1);
  });
});
