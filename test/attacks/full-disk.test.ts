/** D19: the disk fills up while money moves. A change is there with its audit row, or not. */

import { describe, expect, it } from "vitest";
import { startTestBank } from "../test-bank.ts";
import { readBooks } from "./books.ts";
import { ForgedSession } from "./forged-session.ts";

/** Room for some hundred deposits. */
const BYTES_MAX = 96 * 1024;
const BUSY = /^Service busy: /;
/** More requests at a time than one commit takes, so that the end comes within a batch. */
const AT_A_TIME = 50;

describe("D19", () => {
  it("a deposit on a full disk is refused whole: no money, no row, and a clear reply", async () => {
    const bank = await startTestBank({ bytesMax: BYTES_MAX });
    const sessions = [await ForgedSession.open(bank, "user0")];
    for (let user = 1; user < 4; user++) {
      sessions.push(await ForgedSession.open(bank, `user${user}`));
    }
    const acknowledged = await Promise.all(sessions.map(depositUntilRefused));

    // Balances can still be read, and are what was acknowledged.
    for (const [user, session] of sessions.entries()) {
      expect(await session.balance()).toBe(`Current Balance: $${acknowledged[user]}`);
    }
    const books = readBooks(bank.folder);
    const owed = Object.fromEntries(
      acknowledged.map((amount, user) => [`user${user}`, amount * 100]),
    );
    expect(books.balances).toEqual(owed);
    expect(books.journalled).toEqual(owed);
    expect(books.sumOfBalances).toBe(0);
    expect(books.audited).toBe(books.transactions);
    expect(books.auditedMoves).toBe(books.transactions);
    expect(bank.events).toContainEqual(
      expect.objectContaining({ type: "alarm", message: expect.stringMatching(/disk is full/) }),
    );

    // With room again, the same bank goes on from there.
    await bank.bank.stop();
    const later = await startTestBank({ folder: bank.folder });
    const session = await ForgedSession.again(later, "user0");
    expect(await session.deposit(5)).toBe(
      `Deposited $5. New Balance: $${(acknowledged[0] ?? 0) + 5}`,
    );
    const { sumOfBalances, audited, transactions } = readBooks(bank.folder);
    expect({ sumOfBalances, audited }).toEqual({ sumOfBalances: 0, audited: transactions });
  });

  it("signing up and logging in on a full disk are refused with a clear reply too", async () => {
    const bank = await startTestBank({ bytesMax: BYTES_MAX });
    const session = await ForgedSession.open(bank, "alice");
    await depositUntilRefused(session);
    await expect(ForgedSession.open(bank, "bob")).rejects.toThrow(/Service busy/);
    expect(readBooks(bank.folder).balances).not.toHaveProperty("bob");
  });
});

/** Deposits a dollar at a time. @returns the dollars that the bank has acknowledged. */
async function depositUntilRefused(session: ForgedSession): Promise<number> {
  for (let acknowledged = 0; ;) {
    const messages = Array.from({ length: AT_A_TIME }, () =>
      session.seal('{"action": "deposit", "amount": 1}'),
    );
    await session.line.send(Buffer.concat(messages));
    let refused = 0;
    for (let reply = 0; reply < AT_A_TIME; reply++) {
      const text = await session.reply();
      if (text.startsWith("Deposited $1.")) acknowledged += 1;
      else {
        expect(text).toMatch(BUSY);
        refused += 1;
      }
    }
    if (refused > 0) return acknowledged;
  }
}
