/** A second factor that is turned on or off: whoever got in before has no session left. */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { dollars } from "../../../src/bank/money.ts";
import { LineLost } from "../../../src/client/line-lost.ts";
import type { OperatorClient } from "../../../src/client/operator-client.ts";
import { Authenticator } from "../../system/authenticator.ts";
import { OPERATOR_PASSWORD, startOperatedBank, type OperatedBank } from "../operators.ts";

const ENDED = { type: "closed_by_bank", reason: "ended_elsewhere" };
const refused = (kind: string) => expect.objectContaining({ name: "Refused", kind });

/** @returns recovery codes, of which each is a code. */
async function enrol(client: OperatorClient): Promise<readonly string[]> {
  const { secret } = await client.beginFactor(OPERATOR_PASSWORD);
  const { recoveryCodes } = await client.enrolFactor(new Authenticator(secret).next());
  return recoveryCodes;
}

/** From now on the ledger dies of what such a change writes down. */
function poison({ folder }: OperatedBank, action: "enrol_factor" | "remove_factor"): void {
  const database = new DatabaseSync(join(folder, "bank.sqlite"), { timeout: 5_000 });
  database.exec(
    `CREATE TRIGGER poison BEFORE INSERT ON audit WHEN NEW.action = '${action}'
     BEGIN SELECT RAISE(ABORT, 'the disk cannot bear it'); END`,
  );
  database.close();
}

describe("row 31: a second factor", () => {
  it("that is turned on ends the sessions that were begun without it", async () => {
    const bank = await startOperatedBank();
    const owner = await bank.hire("bob", ["customer"]);
    const thief = await bank.as("bob");
    const classic = bank.client();
    expect(await classic.logIn("bob", OPERATOR_PASSWORD)).toEqual({ type: "authenticated" });
    await enrol(owner);
    await expect.poll(() => thief.end).toEqual(ENDED);
    await expect(classic.deposit(dollars(1))).rejects.toBeInstanceOf(LineLost);
    expect(await owner.sessionInfo()).toMatchObject({ hasFactor: true });
    expect((await owner.sessions()).sessions).toHaveLength(1);
  });

  it("that was begun behind another password is not turned on", async () => {
    const bank = await startOperatedBank();
    const owner = await bank.hire("bob", ["customer"]);
    const { secret } = await owner.beginFactor(OPERATOR_PASSWORD);
    const next = "nine copper kettles sing";
    await owner.changePassword(OPERATOR_PASSWORD, next);
    const authenticator = new Authenticator(secret);
    await expect(owner.enrolFactor(authenticator.next())).rejects.toEqual(refused("no_factor"));
    await owner.beginFactor(next);
    expect(await owner.sessionInfo()).toMatchObject({ hasFactor: false });
  });

  it("that is turned off ends the others, and none tells that it is still on", async () => {
    const bank = await startOperatedBank();
    const owner = await bank.hire("bob", ["customer"]);
    const [first, second] = await enrol(owner);
    const other = await bank.dial();
    await other.logIn("bob", OPERATOR_PASSWORD, first);
    expect(await other.sessionInfo()).toMatchObject({ hasFactor: true });
    await owner.removeFactor(OPERATOR_PASSWORD, second!);
    await expect.poll(() => other.end).toEqual(ENDED);
    expect(await owner.sessionInfo()).toMatchObject({ hasFactor: false });
  });

  it("of which nobody knows whether it is on ends all: the next login tells", async () => {
    const bank = await startOperatedBank();
    const owner = await bank.hire("bob", ["customer"]);
    const other = await bank.as("bob");
    const { secret } = await owner.beginFactor(OPERATOR_PASSWORD);
    poison(bank, "enrol_factor");
    const enrolled = owner.enrolFactor(new Authenticator(secret).next());
    await expect(enrolled).rejects.toEqual(refused("timed_out"));
    await expect.poll(() => [owner.end, other.end]).toEqual([ENDED, ENDED]);
    const again = await bank.dial();
    const logIn = () => again.logIn("bob", OPERATOR_PASSWORD).catch(() => null);
    await expect.poll(logIn).toMatchObject({ hasFactor: false });
  });

  it("that is refused ends none", async () => {
    const bank = await startOperatedBank();
    const owner = await bank.hire("bob", ["customer"]);
    const other = await bank.as("bob");
    const { secret } = await owner.beginFactor(OPERATOR_PASSWORD);
    const wrong = owner.enrolFactor(new Authenticator(secret).wrong());
    await expect(wrong).rejects.toEqual(refused("authentication_failed"));
    expect((await other.sessions()).sessions).toHaveLength(2);
  });
});
