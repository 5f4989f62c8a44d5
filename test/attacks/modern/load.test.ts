/** Attacks that take the bank's memory, and customers who come all at once: nothing is lost. */

import { describe, expect, it } from "vitest";
import { cents, dollars } from "../../../src/bank/money.ts";
import type { ModernClient } from "../../../src/client/modern-client.ts";
import { startTestBank } from "../../test-bank.ts";
import { readBooks } from "../books.ts";
import { customerOf, eventOf } from "./customer.ts";
import { expectEveryRowToFit } from "../audit/row-schema.ts";
import { RawSession } from "./raw-session.ts";

const PATIENT = {
  messageMs: 60_000,
  loginMs: 60_000,
  idleMs: 60_000,
  sessionMs: 43_200_000,
  readerMs: 60_000,
};
/** Far above what a system keeps for one connection. */
const FLOOD_BYTES_MAX = 128 * 1024 * 1024;
const CALLS_AT_LEAST = 10_000;

describe("a client that never reads its answers", () => {
  it("is not read from in the meantime, and dropped alone", async () => {
    const startedAt = Date.now();
    const bank = await startTestBank({ limits: { ...PATIENT, readerMs: 100 } });
    const { client: honest } = await customerOf(bank, "honest");
    const deaf = await RawSession.customer(bank, "deaf");
    deaf.line.stopReading();
    let calls = 0;
    let floodedBytes = 0;
    while (!deaf.line.hasEnded && floodedBytes < FLOOD_BYTES_MAX) {
      const flood = Buffer.concat(Array.from({ length: 500 }, () => deaf.request("session.info")));
      await deaf.line.send(flood);
      calls += 500;
      floodedBytes += flood.length;
      expect(await honest.balance()).toMatchObject({ balance: 0 });
    }
    expect(calls).toBeGreaterThanOrEqual(CALLS_AT_LEAST);
    // The rest of the flood was never taken in: only the system's own buffers were filled.
    expect(floodedBytes).toBeLessThan(FLOOD_BYTES_MAX);
    expect(await honest.deposit(dollars(1), "after")).toMatchObject({ balance: 100 });
    const dropped = (): unknown[] =>
      bank.audit().filter(({ outcome }) => outcome === "timed_out_reader");
    await expect.poll(dropped).toMatchObject([{ who: "deaf", action: "session" }]);
    expect(bank.bank.metrics().acceptor.serving).toBe(1);
    expect(bank.audit().map(eventOf)).not.toContain("session: cut");
    expectEveryRowToFit(bank.wholeAudit(), startedAt);
  });
});

describe("calls without waiting", () => {
  it("past the limit are told so at once, and those within it are done", async () => {
    const bank = await startTestBank();
    const alice = await RawSession.customer(bank, "alice");
    const limit = alice.greeting.limits.requestsInFlight;
    expect(limit).toBe(32);
    const surplus = 8;
    const calls = Array.from({ length: limit + surplus }, (_, index) =>
      alice.request("account.deposit", { amount: "1", idempotencyKey: `key-${index}` }),
    );
    await alice.line.send(Buffer.concat(calls));
    const kinds: string[] = [];
    for (let heard = 0; heard < calls.length; heard++) {
      kinds.push((await alice.hear()).error?.data.kind ?? "done");
    }
    const done = kinds.filter((kind) => kind === "done").length;
    const refused = kinds.filter((kind) => kind === "too_many_in_flight").length;
    expect({ done, refused }).toEqual({ done: limit, refused: surplus });
    const { result } = await alice.ask("account.balance");
    expect(result).toEqual({ balance: String(limit), available: String(limit) });
  });

  it("by the thousand in one write are each answered once", async () => {
    const bank = await startTestBank();
    const session = await RawSession.open(bank);
    const count = 5_000;
    const calls = Array.from({ length: count }, () => session.request("session.info"));
    const sent = session.line.send(Buffer.concat(calls));
    const ids: unknown[] = [];
    while (ids.length < count) ids.push((await session.hear()).id);
    await sent;
    expect(ids).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  });
});

describe("a thousand transfers among ten customers on ten lines", () => {
  const CUSTOMERS = 10;
  const TRANSFERS = 100;
  const START = dollars(20);

  it("conserve every cent, and leave nobody below zero", async () => {
    const bank = await startTestBank();
    const names = Array.from({ length: CUSTOMERS }, (_, index) => `customer${index}`);
    const clients = await Promise.all(
      names.map(async (name) => {
        const { client } = await customerOf(bank, name);
        await client.deposit(START, "start");
        return client;
      }),
    );
    const kinds = await Promise.all(clients.flatMap((client, from) => transfersOf(client, from)));
    const done = kinds.filter((kind) => kind === "done").length;
    const refused = kinds.filter((kind) => kind === "insufficient_funds").length;
    expect(done + refused).toBe(CUSTOMERS * TRANSFERS);
    expect(done).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);

    const books = readBooks(bank.folder);
    const balances = names.map((name) => books.balances[name]!);
    expect(balances.reduce((sum, balance) => sum + balance)).toBe(CUSTOMERS * START);
    expect(Math.min(...balances)).toBeGreaterThanOrEqual(0);
    expect(books).toMatchObject({ sumOfBalances: 0, journalled: books.balances });
    expect(books.transactions).toBe(CUSTOMERS + done);
    expect(books.audited).toBe(books.transactions);
    // What each customer is told is what the books say.
    for (const [index, client] of clients.entries()) {
      expect(await client.balance()).toMatchObject({ balance: balances[index] });
    }
  });

  /** A customer's transfers to each of the others in turn, all at once. */
  function transfersOf(client: ModernClient, from: number): Promise<string>[] {
    return Array.from({ length: TRANSFERS }, async (_, count) => {
      const to = `customer${(from + 1 + (count % (CUSTOMERS - 1))) % CUSTOMERS}`;
      const amount = cents(1 + ((from * 37 + count * 61) % 500));
      try {
        await client.transfer({ to, amount }, `transfer-${count}`);
        return "done";
      } catch (error) {
        return (error as { kind?: string }).kind ?? String(error);
      }
    });
  }
});
