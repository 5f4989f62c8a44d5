/**
 * Two things at the same moment, on lines of their own: one code for several uses, an old password
 * beside its change, and a stroke of the pen beside what it is to stop.
 */

import { describe, expect, it } from "vitest";
import { cents, dollars } from "../../../src/bank/money.ts";
import { Refused } from "../../../src/client/modern-errors.ts";
import type { OperatorClient } from "../../../src/client/operator-client.ts";
import { readBooks } from "../books.ts";
import { OPERATOR_PASSWORD, startOperatedBank } from "../operators.ts";
import { shown } from "./one-time-codes.ts";

const NEW_PASSWORD = "nine copper kettles sing";
const LINES = 6;

/** `ok`, the kind of the refusal, or `lost` where the bank has hung up. */
const outcomeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "ok",
    (error: unknown) => (error instanceof Refused ? error.kind : "lost"),
  );

const lines = (bank: { dial: () => Promise<OperatorClient> }): Promise<OperatorClient[]> =>
  Promise.all(Array.from({ length: LINES }, () => bank.dial()));

describe("rows 33 and 36: one code at once for logins, a confirmation and a new password", () => {
  it.for(["of this moment", "for recovery"])("%s, works for one of them", async (which) => {
    const bank = await startOperatedBank();
    const owner = await bank.hire("bob", ["customer"]);
    const { secret } = await owner.beginFactor(OPERATOR_PASSWORD);
    const { recoveryCodes } = await owner.enrolFactor(shown(secret, 0));
    const other = await bank.dial();
    await other.logIn("bob", OPERATOR_PASSWORD, recoveryCodes[1]);
    const code = which === "for recovery" ? recoveryCodes[0]! : shown(secret, 1);
    const strangers = await lines(bank);
    const outcomes = await Promise.all([
      outcomeOf(owner.confirm(OPERATOR_PASSWORD, code)),
      outcomeOf(other.changePassword(OPERATOR_PASSWORD, NEW_PASSWORD, code)),
      ...strangers.map((line) => outcomeOf(line.logIn("bob", OPERATOR_PASSWORD, code))),
    ]);
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(1);
  });
});

describe("row 31: a change of the password beside logins with the old one", () => {
  it("leaves no session but its own, whichever came first", async () => {
    const bank = await startOperatedBank();
    const owner = await bank.hire("bob", ["customer"]);
    const thieves = await lines(bank);
    const changing = owner.changePassword(OPERATOR_PASSWORD, NEW_PASSWORD);
    await Promise.all(thieves.map((line) => outcomeOf(line.logIn("bob", OPERATOR_PASSWORD))));
    await changing;
    const after = await Promise.all(thieves.map((line) => outcomeOf(line.balance())));
    expect(after).not.toContain("ok");
    expect((await owner.sessions()).sessions).toHaveLength(1);
  });
});

describe("row 41: an account that is disabled beside its logins and transfers", () => {
  it("moves nothing once the operator has the answer, and has no session", async () => {
    const bank = await startOperatedBank();
    const owner = await bank.hire("bob", ["customer"]);
    await owner.deposit(dollars(100), "cash");
    const others = await lines(bank);
    const moves = Array.from({ length: 20 }, (_, n) =>
      outcomeOf(owner.transfer({ to: "ada", amount: cents(1) }, `move-${n}`)),
    );
    const logins = others.map((line) => outcomeOf(line.logIn("bob", OPERATOR_PASSWORD)));
    await bank.ada.call("admin.disable", { username: "bob" });
    const { balances } = readBooks(bank.folder);
    await Promise.all([...moves, ...logins]);
    const late = [owner, ...others].map((line) => outcomeOf(line.deposit(cents(1), "late")));
    expect(await Promise.all(late)).not.toContain("ok");
    expect(readBooks(bank.folder).balances).toEqual(balances);
    const sessions = bank.bank.sessions.list();
    expect(sessions.filter(({ username }) => username === "bob")).toEqual([]);
  });
});

describe("row 60: a proposal that several decide on at once", () => {
  it("is made once, or not at all", async () => {
    const bank = await startOperatedBank();
    await bank.hire("bob", ["customer"]);
    const [cleo, dora] = [
      await bank.hire("cleo", ["administrator"]),
      await bank.hire("dora", ["administrator"]),
    ];
    const wish = { username: "bob", amount: dollars(5_000), reason: "a lost note" };
    for (let round = 1; round <= 4; round += 1) {
      const before = readBooks(bank.folder).balances["bob"] ?? 0;
      const made = await bank.ada.call("admin.adjust", { ...wish, idempotencyKey: `${round}` });
      if (!("proposal" in made)) throw new Error("it was made at once");
      const { proposal } = made;
      const approvals = [cleo, dora, cleo, dora].map((operator) =>
        outcomeOf(operator.call("admin.approve", { proposal })),
      );
      const rejection = outcomeOf(dora.call("admin.reject", { proposal }));
      const outcomes = [...(await Promise.all(approvals)), await rejection];
      expect(outcomes.toSorted().slice(0, 2)).toEqual(["ok", "unknown_proposal"]);
      const after = readBooks(bank.folder).balances["bob"] ?? 0;
      expect(after - before).toBe((await rejection) === "ok" ? 0 : dollars(5_000));
    }
  });

  it("is no teller's any more whose role is taken away in the midst of adjustments", async () => {
    const bank = await startOperatedBank();
    await bank.hire("bob", ["customer"]);
    const teller = await bank.hire("tom", ["teller"]);
    const wish = { username: "bob", amount: cents(1), reason: "a cent" };
    const adjusted = Array.from({ length: 20 }, (_, n) =>
      outcomeOf(teller.call("admin.adjust", { ...wish, idempotencyKey: `${n}` })),
    );
    await bank.ada.call("admin.setRoles", { username: "tom", roles: ["customer"] });
    const { balances } = readBooks(bank.folder);
    const outcomes = await Promise.all(adjusted);
    const again = outcomeOf(teller.call("admin.adjust", { ...wish, idempotencyKey: "late" }));
    expect(await again).not.toBe("ok");
    expect(readBooks(bank.folder).balances).toEqual(balances);
    expect(balances["bob"]).toBe(outcomes.filter((outcome) => outcome === "ok").length);
  });
});
