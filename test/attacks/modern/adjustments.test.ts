/** What an adjustment does beside its posting: it is told; and nothing at all if it is refused. */

import { describe, expect, it, onTestFinished } from "vitest";
import { cents, dollars } from "../../../src/bank/money.ts";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { ModernClient } from "../../../src/client/modern-client.ts";
import { Refused } from "../../../src/client/modern-errors.ts";
import { TcpTransport } from "../../../src/client/tcp-transport.ts";
import { decodeHex } from "../../../src/protocol/hex.ts";
import type { Notification } from "../../../src/protocol/notifications.ts";
import { openSqliteStore } from "../../../src/workers/sqlite-store.ts";
import { readBooks } from "../books.ts";
import { startOperatedBank, OPERATOR_PASSWORD, type OperatedBank } from "../operators.ts";

/** Room for some hundred adjustments. */
const BYTES_MAX = 128 * 1024;
const AT_A_TIME = 25;

const adjust = (amount: number, idempotencyKey: string) => ({
  ...{ username: "bob", amount: cents(amount), reason: "a lost note", idempotencyKey },
});

/** A session of bob's, with what it hears. */
async function listenAs({ bank }: OperatedBank, username: string): Promise<Notification[]> {
  const heard: Notification[] = [];
  const client = await ModernClient.connect(
    () => new TcpTransport("127.0.0.1", bank.port),
    nodeCiphers,
    decodeHex(bank.publicKey),
    { onNotification: (news) => void heard.push(news) },
  );
  onTestFinished(() => client.close());
  await client.logIn(username, OPERATOR_PASSWORD);
  return heard;
}

describe("news of an adjustment", () => {
  it("reaches every session of whom it is for, once, and nobody else's", async () => {
    const bank = await startOperatedBank();
    await bank.hire("bob", ["customer"]);
    await bank.hire("carol", ["customer"]);
    const eve = await bank.hire("eve", ["administrator"]);
    const sessions = [await listenAs(bank, "bob"), await listenAs(bank, "bob")];
    const others = await listenAs(bank, "carol");
    await bank.ada.call("admin.adjust", adjust(700, "one"));
    await bank.ada.call("admin.adjust", adjust(700, "one")); // The same, asked for again.
    await bank.ada.call("admin.adjust", adjust(-200, "two")); // Nothing that was given.
    await bank.ada.call("admin.adjust", adjust(dollars(2_000), "three"));
    await eve.call("admin.approve", { proposal: "1" });
    const news = [
      { transactionId: "1", amount: 700, balance: 700, from: "the bank" },
      { transactionId: "3", amount: 200_000, balance: 200_500, from: "the bank" },
    ].map((params) => ({ method: "account.credited", params }));
    for (const heard of sessions) await expect.poll(() => heard).toEqual(news);
    expect(others).toEqual([]);
  });
});

describe("an adjustment on a full disk", () => {
  it("is refused whole, proposed or not: no money, no row, the books as they were", async () => {
    const bank = await startOperatedBank({ bytesMax: BYTES_MAX });
    const bob = await bank.hire("bob", ["customer"]);
    const eve = await bank.hire("eve", ["administrator"]);
    await bank.ada.call("admin.adjust", adjust(dollars(2_000), "big"));
    let made = 0;
    for (let isFull = false; !isFull;) {
      const calls = Array.from({ length: AT_A_TIME }, (_, n) =>
        bank.ada.call("admin.adjust", adjust(100, `${made} ${n}`.replace(" ", "-"))),
      );
      for (const { status, ...ended } of await Promise.allSettled(calls)) {
        if (status === "fulfilled") made += 1;
        else {
          expect(ended).toMatchObject({ reason: { kind: "read_only" } });
          isFull = true;
        }
      }
    }
    await expect(eve.call("admin.approve", { proposal: "1" })).rejects.toEqual(
      new Refused("read_only"),
    );
    await expect(bank.ada.call("audit.list", { limit: 1 })).rejects.toEqual(
      new Refused("read_only"),
    );
    expect((await bob.balance()).balance).toBe(made * 100);
    const { balances, journalled, sumOfBalances, transactions, auditedMoves } = readBooks(
      bank.folder,
    );
    expect([balances["bob"], journalled["bob"], sumOfBalances]).toEqual([
      made * 100,
      made * 100,
      0,
    ]);
    expect([transactions, auditedMoves]).toEqual([made, made]);
    await bank.bank.stop();

    // With room again the proposal is still open, and the bank goes on from there.
    const later = await startOperatedBank({ folder: bank.folder });
    const again = await later.as("eve");
    expect(await again.call("admin.approve", { proposal: "1" })).toEqual({
      ...{ transactionId: String(made + 1), balance: made * 100 + dollars(2_000) },
    });
    await later.bank.stop();
    const store = openSqliteStore({ folder: bank.folder });
    const { banks, accounts } = store.load();
    store.close();
    const owed = made * 100 + dollars(2_000);
    expect(accounts[banks.get("adjustments") ?? 0]?.balance).toBe(-owed);
  });
});
