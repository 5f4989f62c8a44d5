/** Attacks that take the bank's time, memory or connections from others. */

import { describe, expect, it } from "vitest";
import { encodeHello } from "../../src/protocol/classic.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";
import { ForgedSession } from "./forged-session.ts";
import { RawLine } from "./raw-line.ts";

/** A check then takes about a quarter of a second of a core. */
const SLOW_PASSWORDS = 12;

describe("D21", () => {
  it("six logins in flight do not hold up a balance: it is there before any of them", async () => {
    const bank = await startTestBank({ bcryptCost: SLOW_PASSWORDS });
    const session = await ForgedSession.open(bank, "alice");
    const logins = await Promise.all(Array.from({ length: 6 }, () => login(bank)));
    await expect.poll(() => bank.bank.metrics().pool.turns).toBe(6);
    for (let inquiry = 0; inquiry < 3; inquiry++) {
      expect(await session.balance()).toBe("Current Balance: $0");
    }
    expect(bank.bank.metrics().pool.turns).toBe(6);
    for (const line of logins) expect(await line.recvText()).toBe("Authentication Failed");
  });

  it("logins past the bound are told so at once, before any that waits is done", async () => {
    const bank = await startTestBank({ bcryptCost: SLOW_PASSWORDS, passwordsMax: 4 });
    await Promise.all(Array.from({ length: 4 }, () => login(bank)));
    await expect.poll(() => bank.bank.metrics().pool.turns).toBe(4);
    const late = await login(bank);
    expect(await late.recvText()).toMatch(/^Service busy/);
    expect(bank.bank.metrics().pool.turns).toBe(4);
  });
});

describe("D22", () => {
  it("who never reads is dropped alone, and is not read from in the meantime", async () => {
    const bank = await startTestBank({ limits: { ...PATIENT, readerMs: 100 } });
    const honest = await ForgedSession.open(bank, "honest");
    const deaf = await ForgedSession.open(bank, "deaf");
    const message = deaf.seal('{"action": "balance"}');
    const flood = Buffer.concat(Array.from({ length: 500 }, () => message));
    deaf.line.stopReading();
    let floodedBytes = 0;
    while (!deaf.line.hasEnded && floodedBytes < FLOOD_BYTES_MAX) {
      await deaf.line.send(flood);
      floodedBytes += flood.length;
      expect(await honest.balance()).toBe("Current Balance: $0");
    }
    // The rest of the flood was never taken in: only the system's own buffers were filled.
    expect(floodedBytes).toBeLessThan(FLOOD_BYTES_MAX);
    expect(await honest.deposit(1)).toBe("Deposited $1. New Balance: $1");
    const dropped = (): unknown[] =>
      bank.audit().filter(({ outcome }) => outcome === "timed_out_reader");
    await expect.poll(dropped).toMatchObject([{ who: "deaf", action: "session" }]);
    expect(bank.bank.metrics().acceptor.serving).toBe(1);
  });
});

describe("D29", () => {
  it("whoever is slow with a message, or says nothing, is told so and hung up on", async () => {
    const limits = {
      messageMs: 500,
      loginMs: 2_000, // Two customers log in within it, on a machine that may be busy.
      idleMs: 1_000,
      sessionMs: 43_200_000,
      readerMs: 1_000,
    };
    const bank = await startTestBank({ limits });
    const waited = (what: string): string =>
      `Invalid request: the bank waited too long for a ${what}`;
    const silent = await RawLine.open(bank.bank.port);
    const half = await RawLine.open(bank.bank.port);
    await half.send('{"action": "login", "user');
    const slow = await RawLine.open(bank.bank.port);
    const stopSlow = drip(slow, '{"action": "login", "username": "slow');
    const blank = await RawLine.open(bank.bank.port);
    const stopBlank = drip(blank, "");
    await silent.rest(); // Who has not said a byte speaks no protocol to be answered in.
    expect(await half.restText()).toBe(waited("message"));
    expect(await slow.restText()).toBe(waited("message"));
    expect(await blank.restText()).toBe(waited("login"));
    stopSlow();
    stopBlank();

    const idle = await ForgedSession.open(bank, "idle");
    const stuck = await ForgedSession.open(bank, "stuck");
    await stuck.line.send(stuck.seal('{"action": "balance"}').subarray(0, 100));
    expect(await idle.reply()).toBe(waited("request"));
    expect(await stuck.reply()).toBe(waited("message"));
    await Promise.all([idle.line.rest(), stuck.line.rest()]);
    await expect.poll(() => bank.bank.metrics().acceptor).toEqual({ serving: 0, waiting: 0 });
  });

  it("5,000 connections are bounded, and a customer who was there notices nothing", async () => {
    const bank = await startTestBank({ connectionsMax: CONNECTIONS_MAX });
    const session = await ForgedSession.open(bank, "alice");
    const places = CONNECTIONS_MAX - 1 + WAITING_MAX;
    const held = await openLines(bank, places);
    const full = { serving: CONNECTIONS_MAX, waiting: WAITING_MAX };
    await expect.poll(() => bank.bank.metrics().acceptor).toEqual(full);
    for (let opened = places; opened < ATTACKERS; opened += AT_A_TIME) {
      const refused = await openLines(bank, Math.min(AT_A_TIME, ATTACKERS - opened));
      const replies = new Set(await Promise.all(refused.map((line) => line.restText())));
      expect([...replies]).toEqual(["Service busy: too many connections, try again later"]);
      expect(bank.bank.metrics().acceptor).toEqual(full);
      expect(await session.balance()).toBe("Current Balance: $0");
    }
    // Who has waited is served as soon as there is a place, and then so is everybody.
    const first = held[CONNECTIONS_MAX - 1]!;
    await first.send("{}");
    held[0]!.close();
    expect(await first.recvText()).toBe("Invalid request: a field is missing");
    for (const line of held) line.close();
    await expect.poll(() => bank.bank.metrics().acceptor).toEqual({ serving: 1, waiting: 0 });
    const next = await ForgedSession.open(bank, "bob");
    expect(await next.balance()).toBe("Current Balance: $0");
  });
});

const PATIENT = {
  messageMs: 60_000,
  loginMs: 60_000,
  idleMs: 60_000,
  sessionMs: 43_200_000,
  readerMs: 60_000,
};
/** Far above what a system keeps for one connection. */
const FLOOD_BYTES_MAX = 128 * 1024 * 1024;

const ATTACKERS = 5_000;
const CONNECTIONS_MAX = 50;
/** What src/server/acceptor.ts lets wait. */
const WAITING_MAX = 256;
const AT_A_TIME = 250;

const openLines = ({ bank }: TestBank, count: number): Promise<RawLine[]> =>
  Promise.all(Array.from({ length: count }, () => RawLine.open(bank.port)));

/** A login in flight, with a wrong password. */
async function login({ bank }: TestBank): Promise<RawLine> {
  const line = await RawLine.open(bank.port);
  await line.send(encodeHello({ action: "login", username: "nobody", password: "wrong" }));
  return line;
}

/** Sends a text, and then white space, a byte at a time, for as long as it may. */
function drip(line: RawLine, text: string): () => void {
  const bytes = [...text];
  const timer = setInterval(() => void line.send(bytes.shift() ?? " "), 20);
  return () => clearInterval(timer);
}
