/** Row 60: what an operator may do alone, and what takes two. Row 37: what nobody comes with. */

import { describe, expect, it } from "vitest";
import { cents, dollars } from "../../../src/bank/money.ts";
import { initAdministrator } from "../../../src/cli/admin-init.ts";
import { OperatorClient } from "../../../src/client/operator-client.ts";
import { TcpTransport } from "../../../src/client/tcp-transport.ts";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { decodeHex } from "../../../src/protocol/hex.ts";
import { openSqliteStore } from "../../../src/workers/sqlite-store.ts";
import { startTestBank } from "../../test-bank.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { initFolder, startOperatedBank, type OperatedBank } from "../operators.ts";

const refused = (kind: string) => expect.objectContaining({ name: "Refused", kind });

const adjust = (amount: number, idempotencyKey: string, username = "bob") => ({
  ...{ username, amount: cents(amount * 100), reason: "a lost note", idempotencyKey },
});

/** With two administrators, a teller and a customer. */
async function start() {
  const bank = await startOperatedBank();
  const bob = await bank.hire("bob", ["customer"]);
  const eve = await bank.hire("eve", ["administrator"]);
  const tess = await bank.hire("tess", ["teller"]);
  return { ...bank, bob, eve, tess };
}

const rowsOf = (bank: OperatedBank, action: string) =>
  bank.audit().filter((row) => row.action === action);

describe("row 60: an adjustment", () => {
  it("up to the limit is one operator's, against the bank's account, once", async () => {
    const bank = await start();
    const first = await bank.tess.call("admin.adjust", adjust(1_000, "one"));
    expect(first).toMatchObject({ balance: dollars(1_000) });
    expect(await bank.tess.call("admin.adjust", adjust(1_000, "one"))).toEqual(first);
    const { entries } = await bank.bob.history();
    expect(entries).toMatchObject([
      { kind: "adjustment_in", amount: dollars(1_000), memo: "a lost note" },
    ]);
    await bank.tess.call("admin.adjust", adjust(-400, "two"));
    expect(await bank.bob.balance()).toMatchObject({ balance: dollars(600) });
    await expect(bank.tess.call("admin.adjust", adjust(-601, "three"))).rejects.toEqual(
      refused("insufficient_funds"),
    );
    expect(rowsOf(bank, "admin.adjust")).toMatchObject([
      { who: "tess", object: "bob", outcome: "ok", amount: dollars(1_000) },
      { who: "tess", object: "bob", outcome: "ok", amount: dollars(-400) },
      { who: "tess", object: "bob", outcome: "insufficient_funds" },
    ]);
  });

  it("above it is no teller's, and moves nothing until another approves", async () => {
    const bank = await start();
    await expect(bank.tess.call("admin.adjust", adjust(1_001, "big"))).rejects.toEqual(
      refused("not_permitted"),
    );
    const proposed = await bank.ada.call("admin.adjust", adjust(1_001, "big"));
    expect(proposed).toEqual({ proposal: "1" });
    expect(await bank.ada.call("admin.adjust", adjust(1_001, "big"))).toEqual(proposed);
    expect(await bank.bob.balance()).toMatchObject({ balance: 0 });
    await expect(bank.ada.call("admin.approve", { proposal: "1" })).rejects.toEqual(
      refused("own_proposal"),
    );
    const approvals = await Promise.allSettled([
      bank.eve.call("admin.approve", { proposal: "1" }),
      bank.eve.call("admin.approve", { proposal: "1" }),
    ]);
    expect(approvals.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await bank.bob.balance()).toMatchObject({ balance: dollars(1_001) });
    expect(await bank.eve.call("admin.proposals", {})).toEqual({ proposals: [] });
    const done = rowsOf(bank, "admin.approve").filter(({ outcome }) => outcome === "ok");
    expect(done).toMatchObject([{ who: "eve", object: "proposal 1", amount: dollars(1_001) }]);
    // So much takes two as well where it is taken from the customer.
    await expect(bank.tess.call("admin.adjust", adjust(-1_001, "back"))).rejects.toEqual(
      refused("not_permitted"),
    );
    expect(await bank.ada.call("admin.adjust", adjust(-1_001, "back"))).toEqual({ proposal: "2" });
    expect(await bank.bob.balance()).toMatchObject({ balance: dollars(1_001) });
    await bank.eve.call("admin.approve", { proposal: "2" });
    expect(await bank.bob.balance()).toMatchObject({ balance: 0 });
  });

  it("that was rejected is never made; proposals and postings outlive the bank", async () => {
    const bank = await start();
    for (const key of ["a", "b"]) await bank.ada.call("admin.adjust", adjust(2_000, key));
    await bank.eve.call("admin.reject", { proposal: "1" });
    await bank.tess.call("admin.adjust", adjust(5, "small"));
    await bank.bank.stop();
    const store = openSqliteStore({ folder: bank.folder });
    const { proposals, banks, accounts } = store.load(); // It refuses what does not sum to zero.
    store.close();
    expect([...proposals.values()].map(({ state }) => state)).toEqual(["rejected", "open"]);
    expect(accounts[banks.get("adjustments") ?? 0]?.balance).toBe(dollars(-5));
  });

  it("is nobody's own, and none is approved for oneself", async () => {
    const bank = await start();
    await expect(bank.ada.call("admin.adjust", adjust(1, "own", "ada"))).rejects.toEqual(
      refused("own_account"),
    );
    await bank.ada.call("admin.adjust", adjust(2_000, "eves", "eve"));
    await expect(bank.eve.call("admin.approve", { proposal: "1" })).rejects.toEqual(
      refused("own_account"),
    );
  });
});

describe("row 37: a fresh bank", () => {
  it("has no account, and lets nobody in by any usual name", async () => {
    const { bank, folder } = await startTestBank();
    const client = await OperatorClient.connect(
      () => new TcpTransport("127.0.0.1", bank.port),
      nodeCiphers,
      decodeHex(bank.publicKey),
    );
    for (const username of ["admin", "root", "administrator", "ada", ""]) {
      for (const password of ["", username, "admin", "password"]) {
        await expect(client.logIn(username, password)).rejects.toEqual(
          refused("authentication_failed"),
        );
      }
    }
    await expect(client.call("admin.users", { limit: 1 })).rejects.toEqual(
      refused("not_logged_in"),
    );
    client.close();
    await bank.stop();
    const store = openSqliteStore({ folder });
    const { customers, standings } = store.load();
    store.close();
    expect([customers.size, standings.size]).toEqual([0, 0]);
  });

  it("gets one administrator, while it does not run, and not a second that way", async () => {
    const folder = await initFolder();
    await expect(initFolder(folder)).rejects.toThrow("has an administrator");
    const running = await startTestBank();
    await expect(initFolder(running.folder)).rejects.toMatchObject({ code: 3 });
    await expect(
      initAdministrator({
        ...{ user: "ada", data: temporaryFolder(), bcryptCost: 4, json: true },
        passwordFile: import.meta.filename + ".none",
      }),
    ).rejects.toMatchObject({ code: 3 });
  });
});
