/** Sessions under attack: who keeps one that should be over, and what is still done by it. */

import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { cents } from "../../../src/bank/money.ts";
import { Refused } from "../../../src/client/modern-errors.ts";
import { readBooks } from "../books.ts";
import { startTestBank } from "../../test-bank.ts";
import { PASSWORD, connectTo, customerOf, type Customer } from "./customer.ts";
import { RawSession } from "./raw-session.ts";

const ENDED = { type: "closed_by_bank", reason: "ended_elsewhere" };
const LARGE = cents(2_000_000);

const balanceOf = (folder: string, username: string) => readBooks(folder).balances[username];

const deposit = ({ client }: Customer, amount: number) =>
  client.deposit(cents(amount), randomUUID());

const loggedIn = async (bank: Parameters<typeof connectTo>[0], username: string) => {
  const customer = await connectTo(bank);
  await customer.client.logIn(username, PASSWORD);
  return customer;
};

describe("row 31: a new password", () => {
  it("needs the old one, and ends the account's other sessions", async () => {
    const bank = await startTestBank();
    const thief = await customerOf(bank, "alice");
    const owner = await loggedIn(bank, "alice");
    await expect(owner.client.changePassword("a guess", "another password")).rejects.toMatchObject({
      kind: "authentication_failed",
    });
    await deposit(thief, 100);
    await owner.client.changePassword(PASSWORD, "another password");
    expect(await thief.ended).toEqual(ENDED);
    await expect(deposit(thief, 100)).rejects.toMatchObject({ name: "LineLost" });
    expect((await owner.client.balance()).balance).toBe(100);
  });
});

describe("row 38: a login", () => {
  it("on a line in use is refused; a new line has a new id and new keys", async () => {
    const bank = await startTestBank();
    const first = await customerOf(bank, "alice");
    await expect(first.client.logIn("alice", PASSWORD)).rejects.toMatchObject({
      kind: "already_logged_in",
    });
    const second = await loggedIn(bank, "alice");
    const [one, two] = await Promise.all([first.client.sessions(), second.client.sessions()]);
    expect(one.current).not.toBe(two.current);
    expect(first.client.handshakeHash).not.toEqual(second.client.handshakeHash);
    expect(two.sessions.map(({ session }) => session)).toEqual([two.current, one.current]);
  });

  it("leaves what was sealed for the session before of no use", async () => {
    const bank = await startTestBank();
    const old = await RawSession.customer(bank, "alice");
    const recorded = old.request("account.deposit", { amount: "100", idempotencyKey: "k" });
    const fresh = await (await RawSession.open(bank)).logIn("alice");
    await fresh.line.send(recorded);
    expect((await fresh.hearOut()).at(-1)).toMatchObject({ params: { reason: "breach" } });
    expect(balanceOf(bank.folder, "alice")).toBe(0);
  });
});

describe("row 40: a session that is over", () => {
  it.for(["auth.logout", "auth.logoutEverywhere"])("by %s does nothing more", async (method) => {
    const bank = await startTestBank();
    const alice = await RawSession.customer(bank, "alice");
    const leave = alice.request(method);
    const late = alice.request("account.deposit", { amount: "100", idempotencyKey: "late" });
    await alice.line.send(Buffer.concat([leave, late]));
    const said = await alice.hearOut();
    expect(said.map(({ method: news, params }) => news ?? params ?? "answer")).toEqual([
      ...["answer", "session.closed"],
    ]);
    expect(balanceOf(bank.folder, "alice")).toBe(0);
    expect(bank.bank.sessions.size).toBe(0);
  });

  it("on one terminal may be ended from another, but not by anybody else", async () => {
    const bank = await startTestBank();
    const [left, here] = [await customerOf(bank, "alice"), await loggedIn(bank, "alice")];
    const mallory = await customerOf(bank, "mallory");
    const { current } = await left.client.sessions();
    await expect(mallory.client.endSession(current)).rejects.toMatchObject({
      kind: "unknown_session",
    });
    await deposit(left, 100);
    await here.client.endSession(current);
    expect(await left.ended).toEqual(ENDED);
    const { sessions, current: mine } = await here.client.sessions();
    expect(sessions.map(({ session }) => session)).toEqual([mine]);
  });

  it("everywhere is over in both protocols", async () => {
    const bank = await startTestBank();
    const classic = await bank.customer("alice");
    const [one, two] = [await loggedIn(bank, "alice"), await loggedIn(bank, "alice")];
    expect(bank.bank.sessions.size).toBe(3);
    await one.client.logOutEverywhere();
    expect(await one.ended).toEqual({ type: "closed_by_bank", reason: "logout" });
    expect(await two.ended).toEqual(ENDED);
    await expect(classic.deposit(cents(100))).rejects.toBeInstanceOf(Error);
    await expect.poll(() => bank.bank.sessions.size).toBe(0);
    expect(balanceOf(bank.folder, "alice")).toBe(0);
  });
});

describe("row 41: an account whose sessions are ended by the bank", () => {
  it("has none left, and the next frame does nothing", async () => {
    const bank = await startTestBank();
    const { sessions } = bank.bank;
    const [one, other] = [await customerOf(bank, "alice"), await customerOf(bank, "bob")];
    const two = await loggedIn(bank, "alice");
    const { account } = sessions.list().find(({ username }) => username === "alice")!;
    expect(sessions.endAll(account, { by: "the bank" })).toBe(2);
    const late = deposit(one, 100);
    expect([await one.ended, await two.ended]).toEqual([ENDED, ENDED]);
    await expect(late).rejects.toBeInstanceOf(Error);
    expect(sessions.list(account)).toEqual([]);
    expect((await deposit(other, 100)).balance).toBe(100);
    expect(balanceOf(bank.folder, "alice")).toBe(0);
  });
});

describe("row 42: fifty customers at a time", () => {
  it("each see their own account alone", async () => {
    const bank = await startTestBank();
    const names = Array.from({ length: 50 }, (_, index) => `customer${index}`);
    const customers = await Promise.all(names.map((name) => customerOf(bank, name)));
    await Promise.all(customers.map((customer, index) => deposit(customer, index + 1)));
    const seen = await Promise.all(
      customers.map(async ({ client }) => {
        const [{ balance }, { username }, { sessions }] = await Promise.all([
          ...([client.balance(), client.sessionInfo(), client.sessions()] as const),
        ]);
        return { balance, username, sessions: sessions.length };
      }),
    );
    expect(seen).toEqual(
      names.map((username, index) => ({ balance: index + 1, username, sessions: 1 })),
    );
  });
});

describe("row 43: a large sum", () => {
  it.for(["withdraw", "transfer"] as const)("to %s needs the password again", async (how) => {
    const bank = await startTestBank();
    await customerOf(bank, "bob");
    const { client } = await customerOf(bank, "alice");
    await client.deposit(cents(3 * LARGE), "funds");
    const ask = (key: string) =>
      how === "withdraw"
        ? client.withdraw(LARGE, key)
        : client.transfer({ to: "bob", amount: LARGE }, key);
    await expect(ask("one")).rejects.toMatchObject({ kind: "confirmation_required" });
    await expect(client.confirm("a guess")).rejects.toMatchObject({
      kind: "authentication_failed",
    });
    await expect(ask("one")).rejects.toMatchObject({ kind: "confirmation_required" });
    expect((await client.balance()).balance).toBe(3 * LARGE);
    expect(await client.confirm(PASSWORD)).toEqual({ seconds: 300 });
    expect((await ask("one")).balance).toBe(2 * LARGE);
    expect((await ask("one")).balance).toBe(2 * LARGE); // The same key, the same outcome.
    const confirms = bank.audit().filter(({ action }) => action === "confirm");
    expect(confirms.map(({ outcome }) => outcome)).toEqual(["failed", "ok"]);
  });

  it("is confirmed in one session alone, and guesses at it are counted as at a login", async () => {
    const bank = await startTestBank();
    const owner = await customerOf(bank, "alice");
    await owner.client.deposit(LARGE, "funds");
    await owner.client.confirm(PASSWORD);
    const thief = await loggedIn(bank, "alice");
    await expect(thief.client.withdraw(LARGE, "theft")).rejects.toMatchObject({
      kind: "confirmation_required",
    });
    for (let guess = 0; guess < 10; guess++) {
      await expect(thief.client.confirm(`guess ${guess}`)).rejects.toBeInstanceOf(Refused);
    }
    await expect(thief.client.confirm(PASSWORD)).rejects.toMatchObject({
      kind: "authentication_failed",
    });
    expect(balanceOf(bank.folder, "alice")).toBe(LARGE);
  });

  it("cannot be withdrawn by the classic protocol, which is told what to do", async () => {
    const bank = await startTestBank();
    const alice = await bank.customer("alice");
    await alice.deposit(LARGE);
    expect(await alice.withdraw(LARGE)).toEqual({
      type: "invalid_request",
      detail: "so large a sum needs your password again, use an ATM of the modern protocol",
    });
    expect(balanceOf(bank.folder, "alice")).toBe(LARGE);
  });
});

describe("row 44: the sequence of a session", () => {
  it.for(["twice", "with a gap", "in another order", "of another session"])(
    "with a frame %s changes nothing by it",
    async (how) => {
      const bank = await startTestBank();
      const alice = await RawSession.customer(bank, "alice");
      const other = await RawSession.customer(bank, "bob");
      const order = (session: RawSession, key: string) =>
        session.request("account.deposit", { amount: "100", idempotencyKey: key });
      const [first, second] = [order(alice, "one"), order(alice, "two")];
      const [frames, done] = {
        twice: [[first, first], 100],
        "with a gap": [[second], 0],
        "in another order": [[second, first], 0],
        "of another session": [[order(other, "foreign")], 0],
      }[how] as [Uint8Array[], number];
      await alice.line.send(Buffer.concat(frames));
      expect((await alice.hearOut()).at(-1)).toMatchObject({ params: { reason: "breach" } });
      expect(balanceOf(bank.folder, "alice")).toBe(done);
      expect(balanceOf(bank.folder, "bob")).toBe(0);
    },
  );
});
