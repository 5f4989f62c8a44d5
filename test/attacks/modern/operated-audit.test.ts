/** Row 61: who reads the audit over the wire is in it. */

import { describe, expect, it } from "vitest";
import { cents } from "../../../src/bank/money.ts";
import { Refused } from "../../../src/client/modern-errors.ts";
import type { AuditLine } from "../../../src/protocol/operator-methods.ts";
import { PLAINTEXT_BYTES_MAX } from "../../../src/protocol/frames.ts";
import { startOperatedBank, type OperatedBank } from "../operators.ts";

/** Every page, from the latest on. */
async function readAll(bank: OperatedBank, limit: number): Promise<AuditLine[]> {
  const lines: AuditLine[] = [];
  for (let before: string | undefined; ;) {
    const page = await bank.ada.call("audit.list", {
      limit,
      ...(before !== undefined && { before }),
    });
    lines.push(...page.entries);
    before = page.next;
    if (before === undefined) return lines;
  }
}

describe("row 61: reading the audit", () => {
  it("is an entry, once a call, and the first that is read", async () => {
    const bank = await startOperatedBank();
    const { entries } = await bank.ada.call("audit.list", { limit: 2 });
    expect(entries).toMatchObject([
      { who: "ada", action: "audit.list", outcome: "ok" },
      { who: "ada", action: "login", outcome: "ok" },
    ]);
    const before = entries[1]!.sequence;
    await bank.ada.call("audit.list", { before, limit: 50 });
    const read = bank.audit().filter(({ action }) => action === "audit.list");
    expect(read.map(({ who, object }) => [who, object])).toEqual([
      ["ada", null],
      ["ada", `before ${before}`],
    ]);
  });

  it("that is not permitted is an entry too", async () => {
    const bank = await startOperatedBank();
    const tess = await bank.hire("tess", ["teller"]);
    await expect(tess.call("audit.list", { limit: 1 })).rejects.toBeInstanceOf(Refused);
    await bank.ada.call("admin.proposals", {}); // The refusal's row is then in the store.
    expect(bank.audit()).toContainEqual(
      expect.objectContaining({ who: "tess", action: "audit.list", outcome: "not_permitted" }),
    );
  });

  it("gives every entry of the store once, with all that it says, page by page", async () => {
    const bank = await startOperatedBank();
    const bob = await bank.hire("bob", ["customer"]);
    await bob.deposit(cents(700), "key");
    const change = { username: "bob", amount: cents(-200), reason: "a lost note" };
    await bank.ada.call("admin.adjust", { ...change, idempotencyKey: "key" });
    const lines = await readAll(bank, 3);
    const stored = bank.wholeAudit();
    const shown = lines.filter(({ action }) => action !== "audit.list").toReversed();
    expect(shown).toEqual(
      stored
        .filter(({ action }) => action !== "audit.list")
        .map(({ sequence, at, amount, transaction, object, ...words }) => ({
          ...{ ...words, sequence: String(sequence), at: new Date(at).toISOString() },
          ...(amount !== null && { amount }),
          ...(transaction !== null && { transactionId: String(transaction) }),
          ...(typeof object === "string" && { object }),
        })),
    );
    expect(shown.at(-1)).toMatchObject({ object: "bob", amount: -200, transactionId: "2" });
  });

  it("fits into a frame, whatever names were tried, and goes on where it was cut", async () => {
    const bank = await startOperatedBank();
    const longest = "\u0001".repeat(1_024);
    for (let n = 0; n < 12; n++) {
      const stranger = await bank.dial();
      await expect(stranger.logIn(longest, "a guess")).rejects.toBeInstanceOf(Refused);
      stranger.close();
    }
    const { entries, next } = await bank.ada.call("audit.list", { limit: 50 });
    expect(entries.length).toBeLessThan(12);
    expect(JSON.stringify(entries).length).toBeLessThan(PLAINTEXT_BYTES_MAX);
    expect(next).toBe(entries.at(-1)?.sequence);
    const lines = await readAll(bank, 50);
    const sequences = lines.map(({ sequence }) => Number(sequence));
    const tried = lines.filter(({ action }) => action === "login" || action === "session");
    expect(tried.filter(({ who }) => who === `${"\u0001".repeat(255)}…`)).toHaveLength(12);
    expect(sequences.at(-1)).toBe(1);
    expect(new Set(sequences).size).toBe(sequences.length);
  });
});
