/** Row 59: every role tries every method that has a table of roles, at a running bank. */

import { describe, expect, it } from "vitest";
import { dollars } from "../../../src/bank/money.ts";
import type { Role } from "../../../src/bank/standing.ts";
import { LineLost } from "../../../src/client/line-lost.ts";
import type { OperatorClient } from "../../../src/client/operator-client.ts";
import { Refused } from "../../../src/client/modern-errors.ts";
import type { Method, Params } from "../../../src/protocol/methods.ts";
import { startOperatedBank, OPERATOR_PASSWORD } from "../operators.ts";

type Tabled = Exclude<Method, `auth.${string}` | "session.info">;

/** Written out by hand: c customer, t teller, u auditor, a administrator. */
const EXPECTED: { readonly [M in Tabled]: string } = {
  "account.balance": "c",
  "account.deposit": "c",
  "account.withdraw": "c",
  "account.transfer": "c",
  "account.history": "c",
  "session.list": "ctua",
  "session.end": "ctua",
  "admin.users": "ua",
  "admin.show": "tua",
  "admin.lock": "ta",
  "admin.unlock": "ta",
  "admin.disable": "a",
  "admin.enable": "a",
  "admin.resetFactor": "a",
  "admin.setRoles": "a",
  "admin.adjust": "ta",
  "admin.proposals": "ua",
  "admin.approve": "a",
  "admin.reject": "a",
  "admin.sessions": "ua",
  "admin.endSession": "a",
  "audit.list": "ua",
};

const LETTERS: Record<Role, string> = {
  ...{ customer: "c", teller: "t", auditor: "u", administrator: "a" },
};

const cash = { amount: dollars(1), idempotencyKey: "roles" };
const bob = { username: "bob" };
const PARAMS: { readonly [M in Tabled]: Params<M> } = {
  "account.balance": {},
  "account.deposit": { ...cash, idempotencyKey: "deposit" },
  "account.withdraw": { ...cash, idempotencyKey: "withdraw" },
  "account.transfer": { ...cash, to: "bob", idempotencyKey: "transfer" },
  "account.history": { limit: 1 },
  "session.list": {},
  "session.end": { session: "0".repeat(32) },
  "admin.users": { limit: 1 },
  "admin.show": bob,
  "admin.lock": bob,
  "admin.unlock": bob,
  "admin.disable": bob,
  "admin.enable": bob,
  "admin.resetFactor": bob,
  "admin.setRoles": { ...bob, roles: ["customer"] },
  "admin.adjust": { ...bob, ...cash, reason: "a lost note" },
  "admin.proposals": {},
  "admin.approve": { proposal: "1" },
  "admin.reject": { proposal: "1" },
  "admin.sessions": { limit: 1 },
  "admin.endSession": { session: "0".repeat(32) },
  "audit.list": { limit: 1 },
};

const METHODS = Object.keys(EXPECTED) as Tabled[];

/** `ok`, or what the bank refused it as. */
async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "ok";
  } catch (error) {
    if (error instanceof Refused) return error.kind;
    throw error;
  }
}

const tryIt = (client: OperatorClient, method: Tabled): Promise<string> =>
  outcomeOf(client.call(method, PARAMS[method]));

describe("row 59: the table of roles and methods", () => {
  it.for(["customer", "teller", "auditor", "administrator"] as const)(
    "gives a %s what is theirs, and refuses all else, once on record each",
    async (role) => {
      const bank = await startOperatedBank();
      await bank.hire("bob", ["customer"]);
      const client = await bank.hire("mallory", [role]);
      for (const method of METHODS) {
        const before = bank.audit().length;
        const outcome = await tryIt(client, method);
        const isTheirs = EXPECTED[method].includes(LETTERS[role]);
        expect([method, outcome === "not_permitted"]).toEqual([method, !isTheirs]);
        if (isTheirs) continue;
        await bank.ada.call("admin.proposals", {}); // The refusal's row is then in the store.
        const rows = bank.audit().slice(before);
        const refused = rows.filter(({ outcome: word }) => word === "not_permitted");
        expect(refused).toMatchObject([{ who: "mallory", action: method }]);
      }
    },
  );

  it("has no login, and so no method, for a stranger", async () => {
    const bank = await startOperatedBank();
    const stranger = await bank.dial();
    for (const method of METHODS) expect(await tryIt(stranger, method)).toBe("not_logged_in");
  });

  it("asks for the roles as they are, not as they were at the login", async () => {
    const bank = await startOperatedBank();
    const teller = await bank.hire("tess", ["teller"]);
    await bank.ada.call("admin.setRoles", { username: "tess", roles: ["customer"] });
    // Her session may be over by now; if it is not, it may do nothing any more.
    const outcome = await outcomeOf(teller.call("admin.show", bob)).catch(() => "ended");
    expect(["not_permitted", "not_logged_in", "ended"]).toContain(outcome);
    await expect.poll(() => teller.end).toMatchObject({ reason: "ended_elsewhere" });
  });

  it("row 41: ends every session of an account that is disabled, and takes no login", async () => {
    const bank = await startOperatedBank();
    const modern = await bank.hire("bob", ["customer"]);
    const classic = bank.client();
    expect(await classic.logIn("bob", OPERATOR_PASSWORD)).toEqual({ type: "authenticated" });
    await bank.ada.call("admin.disable", bob);
    await expect.poll(() => modern.end).toMatchObject({ reason: "ended_elsewhere" });
    await expect(modern.balance()).rejects.toBeInstanceOf(Error);
    await expect(classic.deposit(dollars(1))).rejects.toBeInstanceOf(LineLost);
    const { type } = await bank.client().logIn("bob", OPERATOR_PASSWORD);
    expect(type).toBe("authentication_failed");
    await bank.ada.call("admin.enable", bob);
    expect(await bank.client().logIn("bob", OPERATOR_PASSWORD)).toEqual({ type: "authenticated" });
  });

  it("lets no operator in by the classic protocol, and says so on record", async () => {
    const bank = await startOperatedBank();
    await bank.hire("tess", ["customer", "teller"]);
    const before = bank.audit().length;
    const { type } = await bank.client().logIn("tess", OPERATOR_PASSWORD);
    expect(type).toBe("authentication_failed");
    await bank.ada.call("admin.proposals", {});
    expect(bank.audit().slice(before)).toMatchObject([
      { who: "tess", action: "login", outcome: "not_permitted" },
      { who: "ada", action: "admin.proposals" },
    ]);
  });

  it("keeps operators from their own standing, and the bank from having none", async () => {
    const bank = await startOperatedBank();
    const ada = { username: "ada" };
    const own = [
      bank.ada.call("admin.disable", ada),
      bank.ada.call("admin.setRoles", { ...ada, roles: ["customer"] }),
      bank.ada.call("admin.resetFactor", ada),
    ];
    for (const call of own) expect(await outcomeOf(call)).toBe("own_standing");
    expect(await outcomeOf(bank.ada.call("admin.show", { username: "nobody" }))).toBe(
      "unknown_user",
    );
    // Eve has a session, and could log in to no other: ada is the last who can.
    const eve = await bank.hire("eve", ["administrator"]);
    await bank.ada.call("admin.lock", { username: "eve" });
    const last = [
      () => eve.call("admin.disable", ada),
      () => eve.call("admin.lock", ada),
      () => eve.call("admin.setRoles", { ...ada, roles: ["customer", "auditor"] }),
    ];
    for (const call of last) expect(await outcomeOf(call())).toBe("last_administrator");
    expect(await bank.ada.call("admin.show", ada)).toMatchObject({
      ...{ roles: ["administrator"], disabled: false, locked: false },
    });
  });
});
