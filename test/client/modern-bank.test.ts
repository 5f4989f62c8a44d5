/** The modern client and its session with a real bank, over sockets that may be cut. */

import { describe, expect, it, onTestFinished } from "vitest";
import { cents, dollars } from "../../src/bank/money.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { ModernClient, type ModernClientOptions } from "../../src/client/modern-client.ts";
import { BankNotAuthentic } from "../../src/client/modern-errors.ts";
import { ModernSession, type SessionState } from "../../src/client/modern-session.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import { decodeHex } from "../../src/protocol/hex.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";
import { CuttingRelay } from "./cutting-relay.ts";

const PASSWORD = "a good password";

async function clientOf({ bank }: TestBank, options: ModernClientOptions = {}) {
  const dial = () => new TcpTransport("127.0.0.1", bank.port);
  const key = decodeHex(bank.publicKey);
  const client = await ModernClient.connect(dial, nodeCiphers, key, options);
  onTestFinished(() => client.close());
  return client;
}

async function customerOf(bank: TestBank, username: string, options: ModernClientOptions = {}) {
  const client = await clientOf(bank, options);
  await client.signUp(username, PASSWORD);
  await client.logIn(username, PASSWORD);
  return client;
}

/** A customer who reaches the bank over a relay. */
async function relayed(testBank: TestBank, username: string) {
  const relay = await CuttingRelay.start(testBank.bank.port);
  const states: SessionState["type"][] = [];
  const session = new ModernSession({
    dial: () => new TcpTransport("127.0.0.1", relay.port),
    ciphers: nodeCiphers,
    bankPublicKey: decodeHex(testBank.bank.publicKey),
    credentials: () => ({ username, password: PASSWORD }),
    onState: ({ type }) => void states.push(type),
  });
  onTestFinished(() => session.close());
  await session.signUp(username, PASSWORD);
  await session.logIn(username, PASSWORD);
  return { relay, session, states };
}

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

describe("a client of a real bank", () => {
  it("does all that a customer may ask", async () => {
    const testBank = await startTestBank();
    await customerOf(testBank, "bob");
    const ada = await clientOf(testBank);
    expect(ada.fingerprint).toBe(testBank.bank.fingerprint);
    expect(await ada.signUp("ada", PASSWORD)).toEqual({ username: "ada" });
    expect(await ada.logIn("ada", PASSWORD)).toMatchObject({ username: "ada" });
    expect(await ada.deposit(cents(2_050), "k-1")).toMatchObject({ balance: 2_050 });
    expect(await ada.withdraw(cents(1_000), "k-2")).toMatchObject({ balance: 1_050 });
    const wish = { to: "bob", amount: cents(50), memo: "thanks" };
    expect(await ada.transfer(wish, "k-3")).toMatchObject({ balance: 1_000 });
    expect(await ada.balance()).toEqual({ balance: 1_000, available: 1_000 });
    const page = await ada.history({ limit: 2 });
    expect(page.entries.map(({ kind, amount }) => [kind, amount])).toEqual([
      ["transfer_out", 50],
      ["withdrawal", 1_000],
    ]);
    const { entries } = await ada.history({ before: page.next! });
    expect(entries.map(({ kind }) => kind)).toEqual(["deposit"]);
    await ada.changePassword(PASSWORD, "another good one");
    expect(await ada.sessionInfo()).toMatchObject({ username: "ada", protocol: "ATM/2" });
    await ada.logOut();

    const again = await clientOf(testBank);
    const refused = { name: "Refused", kind: "authentication_failed" };
    expect(await errorOf(again.logIn("ada", PASSWORD))).toMatchObject(refused);
    expect(await again.logIn("ada", "another good one")).toMatchObject({ username: "ada" });
  });

  it("refuses a bank with another key", async () => {
    const { bank } = await startTestBank();
    const dial = () => new TcpTransport("127.0.0.1", bank.port);
    const other = nodeCiphers.generateKeyPair().publicKey;
    const error = await errorOf(ModernClient.connect(dial, nodeCiphers, other));
    expect(error).toBeInstanceOf(BankNotAuthentic);
  });

  it("asks sixteen things at a time, and far more than the bank takes at once", async () => {
    const testBank = await startTestBank();
    const ada = await customerOf(testBank, "ada");
    const deposit = (_: unknown, n: number) => ada.deposit(dollars(1), `k-${n}`);
    await Promise.all(Array.from({ length: 16 }, deposit));
    expect((await ada.balance()).balance).toBe(1_600);
    await Promise.all(Array.from({ length: 200 }, deposit)); // Of which sixteen are done already.
    expect((await ada.balance()).balance).toBe(20_000);
  });

  it("hears of money that somebody has sent", async () => {
    const testBank = await startTestBank();
    const heard = Promise.withResolvers<unknown>();
    await customerOf(testBank, "bob", { onNotification: heard.resolve });
    const ada = await customerOf(testBank, "ada");
    await ada.deposit(dollars(20), "k-1");
    const { transactionId } = await ada.transfer({ to: "bob", amount: dollars(5) }, "k-2");
    expect(await heard.promise).toEqual({
      method: "account.credited",
      params: { transactionId, amount: 500, balance: 500, from: "ada" },
    });
  });

  it("is told why the bank ends the session", async () => {
    const testBank = await startTestBank();
    const ended = Promise.withResolvers<unknown>();
    await customerOf(testBank, "ada", { onEnd: ended.resolve });
    await testBank.bank.stop();
    expect(await ended.promise).toEqual({ type: "closed_by_bank", reason: "draining" });
  });
});

describe("a line that is cut between a change and its answer", () => {
  it.for(["deposit", "withdraw", "transfer"] as const)("moves money once: %s", async (kind) => {
    const testBank = await startTestBank();
    await customerOf(testBank, "bob");
    const { relay, session, states } = await relayed(testBank, "ada");
    await session.deposit(dollars(100));
    const isCut = relay.cutAtReply();
    const change =
      kind === "transfer"
        ? session.transfer({ to: "bob", amount: dollars(10) })
        : session[kind](dollars(10));
    await isCut;
    const moved = await change;
    const balance = kind === "deposit" ? 11_000 : 9_000;
    expect(moved.balance).toBe(balance);
    expect(states).toContain("checking");
    expect((await session.balance()).balance).toBe(balance);
    const { entries } = await session.history();
    expect(entries).toHaveLength(2);
    expect(entries[0]?.transactionId).toBe(moved.transactionId);
  });

  it("gives the first outcome, also of a refusal", async () => {
    const testBank = await startTestBank();
    const { relay, session } = await relayed(testBank, "ada");
    const isCut = relay.cutAtReply();
    const failing = errorOf(session.withdraw(dollars(10)));
    await isCut;
    expect(await failing).toMatchObject({ name: "Refused", kind: "insufficient_funds" });
  });

  it("moves money once over a restart of the bank", async () => {
    const first = await startTestBank();
    const { relay, session, states } = await relayed(first, "ada");
    const isCut = relay.cutAtReply();
    const restarted = Promise.withResolvers<number>();
    const deposit = session.deposit(dollars(10), "my-key");
    relay.moveTo(restarted.promise);
    await isCut;
    await first.bank.stop();
    const second = await startTestBank({ folder: first.folder });
    restarted.resolve(second.bank.port);
    expect((await deposit).balance).toBe(1_000);
    expect(await session.deposit(dollars(10), "my-key")).toEqual(await deposit);
    expect((await session.balance()).balance).toBe(1_000);
    expect((await session.history()).entries).toHaveLength(1);
    expect(states).toContain("checking");
  });

  it("ends loudly where another bank answers after it", async () => {
    const first = await startTestBank();
    const { relay, session } = await relayed(first, "ada");
    const impostor = await startTestBank();
    relay.moveTo(Promise.resolve(impostor.bank.port));
    const isCut = relay.cutAtReply();
    const failing = errorOf(session.deposit(dollars(10), "my-key"));
    await isCut;
    expect(await failing).toMatchObject({ name: "OutcomeUnknown", idempotencyKey: "my-key" });
    expect(session.state).toMatchObject({ type: "ended", over: { type: "bank_not_authentic" } });
  });

  it("moves money once for each of many changes under way, cut again and again", async () => {
    const testBank = await startTestBank();
    const { relay, session } = await relayed(testBank, "ada");
    const deposits = Array.from({ length: 40 }, () => session.deposit(dollars(1)));
    for (let cuts = 0; cuts < 3; cuts += 1) await relay.cutAtReply();
    const ids = (await Promise.all(deposits)).map(({ transactionId }) => transactionId);
    expect(new Set(ids).size).toBe(40);
    expect((await session.balance()).balance).toBe(4_000);
  });
});
