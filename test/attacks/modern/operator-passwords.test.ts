/** Row 19 of operators: whoever may do more has a password that is fit for it, or does no more. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { initAdministrator } from "../../../src/cli/admin-init.ts";
import { Refused } from "../../../src/client/modern-errors.ts";
import { Authenticator } from "../../system/authenticator.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { startOperatedBank, OPERATOR_PASSWORD } from "../operators.ts";

const SHORT = "eight ch";
const COMMON = "passwordpassword"; // Long enough, and on the list.
const refused = (kind: string) => expect.objectContaining({ name: "Refused", kind });
const show = { username: "ada" };

/** A bank that takes passwords of eight characters, and somebody who is a teller with one. */
async function startWithTeller(password: string, roles: readonly ("customer" | "teller")[]) {
  const bank = await startOperatedBank({ passwords: "demo" });
  const stranger = await bank.dial();
  await stranger.signUp("tess", password);
  await bank.ada.call("admin.setRoles", { username: "tess", roles });
  const logIn = async (text: string, code?: string) => {
    const client = await bank.dial();
    const { roles: given } = await client.logIn("tess", text, code);
    return { client, given };
  };
  return { ...bank, logIn };
}

describe("an operator with a customer's password", () => {
  it.for([SHORT, "tess likes tea"])("logs in as a customer alone: %s", async (password) => {
    const bank = await startWithTeller(password, ["customer", "teller"]);
    const { client, given } = await bank.logIn(password);
    expect(given).toEqual(["customer"]);
    await expect(client.call("admin.show", show)).rejects.toEqual(refused("weak_password"));
    await expect(client.call("admin.disable", show)).rejects.toEqual(refused("not_permitted"));
    expect((await client.balance()).balance).toBe(0);
    const { sessions } = await bank.ada.call("admin.sessions", { username: "tess", limit: 1 });
    expect(sessions).toMatchObject([{ roles: ["customer"] }]);
    const rows = bank.audit().filter(({ outcome }) => outcome === "weak_password");
    expect(rows).toMatchObject([{ who: "tess", action: "admin.show" }]);
  });

  it("who is no customer may change it, and has the role at the next login", async () => {
    const bank = await startWithTeller(SHORT, ["teller"]);
    const { client, given } = await bank.logIn(SHORT);
    expect(given).toEqual([]);
    await expect(client.balance()).rejects.toEqual(refused("not_permitted"));
    // Nor is a session left open somewhere that they could not end.
    const left = await bank.logIn(SHORT);
    const { current } = await left.client.sessions();
    expect((await client.sessions()).sessions.map(({ session }) => session)).toContain(current);
    await client.endSession(current);
    await expect.poll(() => left.client.end).toMatchObject({ reason: "ended_elsewhere" });
    const reasonFor = (text: string) =>
      client.changePassword(SHORT, text).catch((error: unknown) => {
        if (error instanceof Refused) return [error.reason, error.charsMin];
        throw error;
      });
    // The bank takes such passwords of customers.
    expect(await reasonFor("fourteen chars")).toEqual(["too_short", 15]);
    await client.changePassword(SHORT, OPERATOR_PASSWORD);
    await expect(client.call("admin.show", show)).rejects.toEqual(refused("weak_password"));
    const next = await bank.logIn(OPERATOR_PASSWORD);
    expect(next.given).toEqual(["teller"]);
    expect(await next.client.call("admin.show", show)).toMatchObject(show);
  });

  it("has the role with eight characters, for as long as there is a second factor", async () => {
    const bank = await startWithTeller(SHORT, ["teller"]);
    const { client } = await bank.logIn(SHORT);
    const { secret } = await client.beginFactor(SHORT);
    const authenticator = new Authenticator(secret);
    await client.enrolFactor(authenticator.next());
    const teller = await bank.logIn(SHORT, authenticator.next());
    expect(teller.given).toEqual(["teller"]);
    await expect(teller.client.removeFactor(SHORT, authenticator.wrong())).rejects.toMatchObject({
      ...{ kind: "bad_password", reason: "too_short" },
    });
    await bank.ada.call("admin.resetFactor", { username: "tess" });
    await expect.poll(() => teller.client.end).toMatchObject({ reason: "ended_elsewhere" });
    expect((await bank.logIn(SHORT)).given).toEqual([]);
  });
});

it("a session ends when its customer is given a role: the next login is judged", async () => {
  const bank = await startOperatedBank({ passwords: "demo" });
  const client = await bank.dial();
  await client.signUp("eve", SHORT);
  await client.logIn("eve", SHORT);
  await bank.ada.call("admin.setRoles", { username: "eve", roles: ["administrator"] });
  await expect.poll(() => client.end).toMatchObject({ reason: "ended_elsewhere" });
  const again = await bank.dial();
  expect((await again.logIn("eve", SHORT)).roles).toEqual([]);
});

describe("admin init", () => {
  it.for([
    ["fourteen chars", "at least 15 characters"],
    ["adaadaadaadaada", "little more than your user name"],
    [COMMON, "guessed first"],
    ["", "Enter a password"],
  ])("refuses %s", async ([password, why]) => {
    const folder = temporaryFolder();
    const passwordFile = join(folder, "password");
    writeFileSync(passwordFile, `${password}\n`);
    const flags = { user: "ada", data: join(folder, "data"), bcryptCost: 4, json: true };
    await expect(initAdministrator({ ...flags, passwordFile })).rejects.toMatchObject({
      ...{ code: 2, message: expect.stringContaining(why!) },
    });
  });
});
