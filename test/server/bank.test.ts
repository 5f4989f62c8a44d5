/** The bank as a whole, over real sockets: what a customer gets, and how it ends. */

import { describe, expect, it } from "vitest";
import { dollars } from "../../src/bank/money.ts";
import { startTestBank } from "../test-bank.ts";
import { temporaryFolder } from "../temporary-folder.ts";

describe("a customer", () => {
  it.for(["inline", "pool"] as const)("moves money, with sealing %s", async (crypto) => {
    const { client } = await startTestBank({ crypto });
    const alice = client();
    expect(await alice.signUp("alice", "SecurePass123")).toEqual({ type: "signed_up" });
    expect(await alice.logIn("alice", "SecurePass123")).toEqual({ type: "authenticated" });
    expect(await alice.balance()).toEqual({ type: "balance", balance: 0 });
    expect(await alice.deposit(dollars(1_000))).toEqual({
      ...{ type: "deposited", amount: dollars(1_000), balance: dollars(1_000) },
    });
    expect(await alice.withdraw(dollars(300))).toEqual({
      ...{ type: "withdrew", amount: dollars(300), balance: dollars(700) },
    });
    expect(await alice.withdraw(dollars(10_000))).toEqual({ type: "insufficient_funds" });
  });

  it("finds the money again after the bank was stopped and started", async () => {
    const folder = temporaryFolder();
    const first = await startTestBank({ folder });
    await (await first.customer("alice")).deposit(dollars(42));
    await first.bank.stop();
    const second = await startTestBank({ folder });
    const alice = second.client();
    expect(await alice.logIn("alice", "a good password")).toEqual({ type: "authenticated" });
    expect(await alice.balance()).toEqual({ type: "balance", balance: dollars(42) });
  });
});
