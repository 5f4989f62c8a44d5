/** Row 41: who is ended by an operator's change of an account, and by one whose outcome is lost. */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { dollars } from "../../../src/bank/money.ts";
import { LineLost } from "../../../src/client/line-lost.ts";
import type { OperatorClient } from "../../../src/client/operator-client.ts";
import { OPERATOR_PASSWORD, startOperatedBank, type OperatedBank } from "../operators.ts";

const bob = { username: "bob" };
const ENDED = { type: "closed_by_bank", reason: "ended_elsewhere" };
const refused = (kind: string) => expect.objectContaining({ name: "Refused", kind });

/** What ends sessions, done to bob by ada. */
const ENDING = {
  disable: (ada: OperatorClient) => ada.call("admin.disable", bob),
  setRoles: (ada: OperatorClient) => ada.call("admin.setRoles", { ...bob, roles: ["customer"] }),
  resetFactor: (ada: OperatorClient) => ada.call("admin.resetFactor", bob),
} as const;

/** What ends none. */
const SPARING = {
  lock: (ada: OperatorClient) => ada.call("admin.lock", bob),
  unlock: (ada: OperatorClient) => ada.call("admin.unlock", bob),
  enable: (ada: OperatorClient) => ada.call("admin.enable", bob),
} as const;

/** From now on the ledger dies of what this operator's call writes down. */
function poison({ folder }: OperatedBank, action: string): void {
  const database = new DatabaseSync(join(folder, "bank.sqlite"), { timeout: 5_000 });
  database.exec(
    `CREATE TRIGGER poison BEFORE INSERT ON audit WHEN NEW.action = '${action}'
     BEGIN SELECT RAISE(ABORT, 'the disk cannot bear it'); END`,
  );
  database.close();
}

/** Answers once there is a ledger again. */
const isServed = (client: OperatorClient): Promise<boolean> =>
  client.balance().then(
    () => true,
    () => false,
  );

describe("row 41: a change of somebody's standing", () => {
  it.for(Object.entries(ENDING))("by %s ends their sessions", async ([, change]) => {
    const bank = await startOperatedBank();
    const client = await bank.hire("bob", ["customer"]);
    await change(bank.ada);
    await expect.poll(() => client.end).toEqual(ENDED);
  });

  it.for(Object.entries(SPARING))("by %s ends none", async ([, change]) => {
    const bank = await startOperatedBank();
    const client = await bank.hire("bob", ["customer"]);
    await change(bank.ada);
    expect((await client.deposit(dollars(1), "still-here")).balance).toBe(100);
    expect(client.end).toBeNull();
  });
});

describe("row 41: a change whose outcome is lost, for the ledger has died of it", () => {
  it.for(Object.entries(ENDING))("by %s ends them too", async ([name, change]) => {
    const bank = await startOperatedBank();
    const modern = await bank.hire("bob", ["customer"]);
    const classic = bank.client();
    expect(await classic.logIn("bob", OPERATOR_PASSWORD)).toEqual({ type: "authenticated" });
    const other = await bank.hire("carol", ["customer"]);
    poison(bank, `admin.${name}`);
    await expect(change(bank.ada)).rejects.toEqual(refused("timed_out"));
    await expect.poll(() => modern.end).toEqual(ENDED);
    await expect(classic.balance()).rejects.toBeInstanceOf(LineLost);
    await expect.poll(() => isServed(other)).toBe(true);
  });

  it.for(Object.entries(SPARING))("by %s ends none", async ([name, change]) => {
    const bank = await startOperatedBank();
    const client = await bank.hire("bob", ["customer"]);
    poison(bank, `admin.${name}`);
    // What finds nothing to change is on record all the same.
    await expect(change(bank.ada)).rejects.toEqual(refused("timed_out"));
    await expect.poll(() => isServed(client)).toBe(true);
    expect(client.end).toBeNull();
  });

  it("ends no session of the operator who has tried it on themselves", async () => {
    const bank = await startOperatedBank();
    const other = await bank.as("ada");
    poison(bank, "admin.disable");
    await expect(bank.ada.call("admin.disable", { username: "ada" })).rejects.toEqual(
      refused("timed_out"),
    );
    await expect.poll(() => other.call("admin.proposals", {}).catch(() => null)).not.toBeNull();
    expect([bank.ada.end, other.end]).toEqual([null, null]);
  });
});
