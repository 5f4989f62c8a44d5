/** What operators see of sessions and end of them, and whom they let log in no more. */

import { describe, expect, it } from "vitest";
import type { AuditEntry } from "../../../src/bank/audit.ts";
import { dollars } from "../../../src/bank/money.ts";
import { LineLost } from "../../../src/client/line-lost.ts";
import type { SessionLine } from "../../../src/protocol/operator-methods.ts";
import { startOperatedBank, OPERATOR_PASSWORD, type OperatedBank } from "../operators.ts";
import { shown } from "./one-time-codes.ts";

const refused = (kind: string) => expect.objectContaining({ name: "Refused", kind });
const bob = { username: "bob" };

const rowsOf = (bank: OperatedBank, action: string): AuditEntry[] =>
  bank.audit().filter((row) => row.action === action);

async function sessionsOf(bank: OperatedBank, username?: string): Promise<readonly SessionLine[]> {
  const named = username === undefined ? {} : { username };
  return (await bank.ada.call("admin.sessions", { ...named, limit: 50 })).sessions;
}

describe("the sessions that run", () => {
  it("are listed with who is in them, the latest first, and that is on record", async () => {
    const bank = await startOperatedBank();
    const tess = await bank.hire("tess", ["customer", "teller"]);
    await bank.customer("bob");
    const { current } = await tess.sessions();
    const lines = await sessionsOf(bank);
    expect(lines).toMatchObject([
      { number: "3", username: "bob", roles: ["customer"], protocol: "classic" },
      { number: "2", username: "tess", roles: ["customer", "teller"], session: current },
      { number: "1", username: "ada", roles: ["administrator"], protocol: "modern" },
    ]);
    expect(await sessionsOf(bank, "tess")).toMatchObject([{ session: current }]);
    await expect(sessionsOf(bank, "nobody")).rejects.toEqual(refused("unknown_user"));
    expect(rowsOf(bank, "admin.sessions")).toMatchObject([
      { who: "ada", object: null, outcome: "ok" },
      { who: "ada", object: "tess", outcome: "ok" },
      { who: "ada", object: "nobody", outcome: "unknown_user" },
    ]);
  });

  it("come page by page, each once, though some end and others begin between", async () => {
    const bank = await startOperatedBank();
    const clients = [await bank.customer("bob")];
    for (let n = 1; n < 30; n++) {
      const client = bank.client();
      await client.logIn("bob", "a good password");
      clients.push(client);
    }
    const first = await bank.ada.call("admin.sessions", { ...bob, limit: 20 });
    clients[5]?.close();
    const late = bank.client();
    await late.logIn("bob", "a good password");
    await expect.poll(async () => (await sessionsOf(bank, "bob")).length).toBe(30);
    const before = first.next!;
    const rest = await bank.ada.call("admin.sessions", { ...bob, limit: 20, before });
    const numbers = [...first.sessions, ...rest.sessions].map(({ number }) => Number(number));
    // Ada's is the first; that which has ended was the seventh.
    const expected = Array.from({ length: 30 }, (_, index) => 31 - index);
    expect(numbers).toEqual(expected.filter((number) => number !== 7));
    expect(rest.next).toBeUndefined();
  });
});

describe("row 41: an administrator", () => {
  it("ends any one session, and is on record with whose it was", async () => {
    const bank = await startOperatedBank();
    const modern = await bank.hire("bob", ["customer"]);
    const other = await bank.as("bob");
    const classic = bank.client();
    await classic.logIn("bob", OPERATOR_PASSWORD);
    const [third, , first] = await sessionsOf(bank, "bob");
    for (const { session } of [first!, third!])
      await bank.ada.call("admin.endSession", { session });
    await expect.poll(() => modern.end).toMatchObject({ reason: "ended_elsewhere" });
    await expect(classic.deposit(dollars(1))).rejects.toBeInstanceOf(LineLost);
    expect((await other.balance()).balance).toBe(0);
    expect(await sessionsOf(bank, "bob")).toHaveLength(1);
    expect(rowsOf(bank, "admin.endSession")).toMatchObject([
      { who: "ada", object: `bob session ${first!.session}`, outcome: "ok" },
      { who: "ada", object: `bob session ${third!.session}`, outcome: "ok" },
    ]);
    const ended = rowsOf(bank, "session").filter(({ outcome }) => outcome === "ended_elsewhere");
    expect(ended.map(({ who }) => who)).toContain("bob");
  });

  it("is told of one that is over, and may end their own", async () => {
    const bank = await startOperatedBank();
    const session = "0".repeat(32);
    await expect(bank.ada.call("admin.endSession", { session })).rejects.toEqual(
      refused("unknown_session"),
    );
    expect(rowsOf(bank, "admin.endSession")).toMatchObject([
      { object: `nobody session ${session}`, outcome: "unknown_session" },
    ]);
    const { current } = await bank.ada.sessions();
    expect(await bank.ada.call("admin.endSession", { session: current })).toEqual({});
    await expect.poll(() => bank.ada.end).toMatchObject({ reason: "ended_elsewhere" });
  });
});

describe("an account that is locked", () => {
  it("takes no login on either protocol, over a restart too, until it is unlocked", async () => {
    const first = await startOperatedBank();
    const inside = await first.hire("bob", ["customer"]);
    await first.ada.call("admin.lock", bob);
    await expect(first.as("bob")).rejects.toEqual(refused("authentication_failed"));
    // Who is in stays in, but cannot show again who they are.
    await inside.deposit(dollars(5), "key");
    await expect(inside.confirm(OPERATOR_PASSWORD)).rejects.toEqual(
      refused("authentication_failed"),
    );
    await first.bank.stop();

    const bank = await startOperatedBank({ folder: first.folder });
    await expect(bank.as("bob")).rejects.toEqual(refused("authentication_failed"));
    const { type } = await bank.client().logIn("bob", OPERATOR_PASSWORD);
    expect(type).toBe("authentication_failed");
    expect(await bank.ada.call("admin.show", bob)).toMatchObject({ locked: true, balance: 500 });
    await bank.ada.call("admin.unlock", bob);
    expect(await bank.ada.call("admin.show", bob)).toMatchObject({ locked: false });
    expect((await (await bank.as("bob")).balance()).balance).toBe(500);
    expect(rowsOf(bank, "admin.lock")).toMatchObject([{ who: "ada", object: "bob" }]);
    const logins = rowsOf(bank, "login").filter(({ who }) => who === "bob");
    expect(logins.map(({ outcome }) => outcome)).toEqual([
      ...["ok", "locked", "locked", "locked", "ok"],
    ]);
  });

  it("is not asked for a code, which would say that the password was right", async () => {
    const bank = await startOperatedBank();
    const client = await bank.hire("bob", ["customer"]);
    const { secret } = await client.beginFactor(OPERATOR_PASSWORD);
    await client.enrolFactor(shown(secret, 0));
    await expect(bank.as("bob")).rejects.toEqual(refused("code_required"));
    await bank.ada.call("admin.lock", bob);
    await expect(bank.as("bob")).rejects.toEqual(refused("authentication_failed"));
  });

  it("is a teller's to lock if it is a customer's, and no operator's", async () => {
    const bank = await startOperatedBank();
    await bank.hire("bob", ["customer"]);
    const tess = await bank.hire("tess", ["teller"]);
    await tess.call("admin.lock", bob);
    await tess.call("admin.unlock", bob);
    for (const method of ["admin.lock", "admin.unlock"] as const) {
      const call = tess.call(method, { username: "ada" });
      await expect(call).rejects.toEqual(refused("not_permitted"));
      await expect(bank.ada.call(method, { username: "ada" })).rejects.toEqual(
        refused("own_standing"),
      );
    }
    const rows = rowsOf(bank, "admin.lock");
    expect(rows.map(({ who, object, outcome }) => [who, object, outcome])).toEqual([
      ["tess", "bob", "ok"],
      ["tess", "ada", "not_permitted"],
      ["ada", "ada", "own_standing"],
    ]);
  });
});
