/** Row 61: what changes while a password is checked leaves one row a login all the same. */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { encodeHello } from "../../../src/protocol/classic.ts";
import { OPERATOR_PASSWORD, startOperatedBank } from "../operators.ts";
import { RawLine } from "../raw-line.ts";
import { rowOf } from "./provoke.ts";
import { expectEveryRowToFit, expectFilesToFit } from "./row-schema.ts";

/** A check takes half a second, so that something can happen meanwhile. */
const SLOW_PASSWORDS = 13;
/** The administrator was made a while before. */
const INIT_MS_MAX = 60_000;

/** Whether a try of a password is counted and not ended, as the store has it. */
function hasPending(folder: string): () => boolean {
  const database = new DatabaseSync(join(folder, "bank.sqlite"), { readOnly: true });
  onTestFinished(() => database.close());
  const statement = database.prepare("SELECT sum(pending) AS tries FROM login_attempts");
  return () => Number(statement.get()?.["tries"]) > 0;
}

it("row 61: a login by the classic protocol of whom a role is given meanwhile", async () => {
  const startedAt = Date.now();
  const bank = await startOperatedBank({ bcryptCost: SLOW_PASSWORDS });
  await bank.client().signUp("tess", OPERATOR_PASSWORD);
  const before = bank.wholeAudit().length;
  const line = await RawLine.open(bank.bank.port);
  const isPending = hasPending(bank.folder);
  await line.send(encodeHello({ action: "login", username: "tess", password: OPERATOR_PASSWORD }));
  await expect.poll(isPending, { interval: 5 }).toBe(true);
  await bank.ada.call("admin.setRoles", { username: "tess", roles: ["customer", "teller"] });
  expect(await line.recvText()).toBe("Authentication Failed");
  expect(bank.bank.sessions.size).toBe(1);
  await bank.bank.stop();
  expect(bank.wholeAudit().slice(before, -1).map(rowOf)).toEqual([
    "ada: admin.setRoles: ok (tess customer+teller)",
    "tess: login: not_permitted",
  ]);
  expectEveryRowToFit(bank.wholeAudit(), startedAt - INIT_MS_MAX);
  expectFilesToFit(bank.folder, bank.wholeAudit());
});
