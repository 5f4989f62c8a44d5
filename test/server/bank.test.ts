/** The bank as a whole, over real sockets: what a customer gets, and how it ends. */

import { describe, expect, it } from "vitest";
import { dollars } from "../../src/bank/money.ts";
import { rotateIdentity } from "../../src/server/keys/identity.ts";
import { startTestBank } from "../test-bank.ts";
import { temporaryFolder } from "../temporary-folder.ts";

describe("the bank", () => {
  it("shows its insides, and of dead letters nothing that was in them", async () => {
    const { bank, customer } = await startTestBank();
    await customer("alice");
    const { actors, deadLetters, history, crypto } = bank.metrics();
    expect(actors).toMatchObject({ count: 1, depth: 0 });
    expect(actors.handled).toBeGreaterThan(1);
    expect(deadLetters).toEqual({ total: 0, recent: [] });
    expect(history).toMatchObject({ name: "history", state: "attached" });
    expect(crypto).toEqual({ placement: "inline" });
  });

  it("says which key it has when it starts, and follows a rotation", async () => {
    const { bank, events, folder } = await startTestBank();
    const { fingerprint } = bank;
    expect(events.slice(0, 2)).toEqual([
      { type: "listening", address: `127.0.0.1:${bank.port}` },
      { type: "told", message: `Key fingerprint: ${fingerprint}` },
    ]);
    const rotated = rotateIdentity(folder, { overlapMs: 0, nowMs: Date.now() });
    expect(bank.fingerprint).toBe(rotated.fingerprint);
    expect(bank.publicKey).toBe(rotated.publicKeyHex);
    expect(bank.fingerprint).not.toBe(fingerprint);
  });
});

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
