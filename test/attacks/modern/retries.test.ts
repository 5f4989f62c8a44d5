/** Changes asked for again, after a line or a bank that was lost: each is done once. */

import { describe, expect, it } from "vitest";
import { cents, dollars } from "../../../src/bank/money.ts";
import { startTestBank } from "../../test-bank.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { readBooks } from "../books.ts";
import { PASSWORD, connectTo, customerOf, eventOf } from "./customer.ts";
import { HostileBridge, onFrames } from "./hostile-bridge.ts";

const RENT = { to: "bob", amount: dollars(30), memo: "rent" };

describe("row 45: a change whose answer was cut off", () => {
  it("asked again on a new line is done once, and has its first answer", async () => {
    const bank = await startTestBank();
    const bridge = await HostileBridge.start(bank.bank.port);
    const alice = await customerOf(bank, "alice", bridge.port);
    const bob = await customerOf(bank, "bob");
    await alice.client.deposit(dollars(100), "cash");
    bridge.meddle = onFrames("to_client", ({ line }) => {
      line.cut(); // The answer was on its way.
      return [];
    });
    await expect(alice.client.transfer(RENT, "rent-may")).rejects.toMatchObject({
      ...{ name: "LineLost", inDoubt: true },
    });
    const again = await connectTo(bank);
    await again.client.logIn("alice", PASSWORD);
    const first = await again.client.transfer(RENT, "rent-may");
    expect(first.balance).toBe(dollars(70));
    // By now the balance is another; the answer is still the first.
    await again.client.withdraw(dollars(5), "lunch");
    expect(await again.client.transfer(RENT, "rent-may")).toEqual(first);
    expect(await bob.client.balance()).toMatchObject({ balance: dollars(30) });
    const transfers = bank
      .audit()
      .map(eventOf)
      .filter((event) => event.startsWith("transfer"));
    expect(transfers).toEqual(["transfer: ok"]);
  });

  it("asked many times at once on many lines is done once", async () => {
    const bank = await startTestBank();
    await customerOf(bank, "bob");
    const first = await customerOf(bank, "alice");
    await first.client.deposit(dollars(100), "cash");
    const lines = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const { client } = await connectTo(bank);
        await client.logIn("alice", PASSWORD);
        return client;
      }),
    );
    const asked = lines.flatMap((client) =>
      Array.from({ length: 8 }, () => client.transfer(RENT, "rent-may")),
    );
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ transactionId }) => transactionId)).size).toBe(1);
    expect(readBooks(bank.folder)).toMatchObject({
      ...{ balances: { alice: dollars(70), bob: dollars(30) }, transactions: 2, audited: 2 },
    });
  });
});

describe("row 45: a bank that was stopped and started", () => {
  it("remembers what became of each key: done, refused, and with what content", async () => {
    const folder = temporaryFolder();
    const first = await startTestBank({ folder });
    await customerOf(first, "bob");
    const { client: before } = await customerOf(first, "alice");
    const cash = await before.deposit(dollars(100), "cash");
    const rent = await before.transfer(RENT, "rent-may");
    const tooMuch = before.withdraw(dollars(71), "too-much");
    await expect(tooMuch).rejects.toMatchObject({ kind: "insufficient_funds" });
    await before.deposit(dollars(50), "more");
    await first.bank.stop();

    const second = await startTestBank({ folder });
    expect(second.bank.publicKey).toBe(first.bank.publicKey);
    const { client: after } = await connectTo(second);
    await after.logIn("alice", PASSWORD);
    const books = readBooks(folder);
    expect(await after.deposit(dollars(100), "cash")).toEqual(cash);
    expect(await after.transfer(RENT, "rent-may")).toEqual(rent);
    // There would be enough by now; but what was refused stays refused.
    await expect(after.withdraw(dollars(71), "too-much")).rejects.toMatchObject({
      kind: "insufficient_funds",
    });
    await expect(after.withdraw(dollars(70), "too-much")).rejects.toMatchObject({
      kind: "idempotency_conflict",
    });
    expect(readBooks(folder)).toEqual(books);
    expect(await after.withdraw(cents(1), "new")).toMatchObject({ balance: dollars(120) - 1 });
  });
});
