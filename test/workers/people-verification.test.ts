/**
 * Row 69: the proof of who may do what. Passwords, roles, locks, second factors and proposals are
 * what the audit tells was done to them, and each that somebody has changed is named.
 */

import { cpSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { secretOpener } from "../../src/backup/bank-secrets.ts";
import { cents } from "../../src/bank/money.ts";
import { verifyBooks, type Verdict } from "../../src/workers/books-verification.ts";
import { openSnapshot } from "../../src/workers/sqlite-snapshot.ts";
import { OPERATOR_PASSWORD, startOperatedBank } from "../attacks/operators.ts";
import { shown } from "../attacks/modern/one-time-codes.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { tamper } from "./books-stage.ts";

/** The folder of a bank in which operators have done all that they can do. */
async function stage(): Promise<string> {
  const bank = await startOperatedBank();
  const { ada } = bank;
  const hired = {
    bob: await bank.hire("bob", ["customer"]),
    eve: await bank.hire("eve", ["administrator", "auditor"]),
    tess: await bank.hire("tess", ["teller"]),
  };
  for (const username of ["lou", "dis", "back", "free"]) await bank.hire(username, ["customer"]);
  for (const client of [hired.bob, hired.tess]) {
    const { secret } = await client.beginFactor(OPERATOR_PASSWORD);
    await client.enrolFactor(shown(secret, 0));
  }
  await ada.call("admin.resetFactor", { username: "tess" });
  await ada.call("admin.lock", { username: "lou" });
  await ada.call("admin.lock", { username: "free" });
  await ada.call("admin.unlock", { username: "free" });
  await ada.call("admin.disable", { username: "dis" });
  await ada.call("admin.disable", { username: "back" });
  await ada.call("admin.enable", { username: "back" });
  const adjust = (dollars: number, idempotencyKey: string, username: string) =>
    ada.call("admin.adjust", {
      ...{ username, amount: cents(dollars * 100), reason: "a lost note", idempotencyKey },
    });
  await adjust(20, "alone", "lou");
  await adjust(2_000, "one", "bob");
  await adjust(3_000, "two", "bob");
  await adjust(4_000, "three", "free");
  await hired.eve.call("admin.approve", { proposal: "1" });
  await hired.eve.call("admin.reject", { proposal: "2" });
  await bank.bank.stop();
  return bank.folder;
}

async function verify(folder: string): Promise<Verdict> {
  const snapshot = openSnapshot(folder);
  try {
    return await verifyBooks(snapshot, async () => undefined, secretOpener(folder));
  } finally {
    snapshot.close();
  }
}

const kindsOf = ({ counts }: Verdict): string[] =>
  Object.entries(counts).flatMap(([kind, count]) => (count > 0 ? [kind] : []));

const of = (name: string): string => `(SELECT account FROM holders WHERE name = '${name}')`;
const NONE = "'customer', 0, NULL, 0";

const TAMPERED: readonly (readonly [what: string, sql: string, kind: string, text: RegExp])[] = [
  [
    ...(["a password in clear", `UPDATE credentials SET password_hash = 'hunter2'`] as const),
    ...(["credentials", /^the password of account 1 \("ada"\) is stored in no form/] as const),
  ],
  [
    "a password hash that is cut",
    `UPDATE credentials SET password_hash = substr(password_hash, 1, 70)
     WHERE account = ${of("bob")}`,
    ...(["credentials", /^the password of account \d+ \("bob"\) is stored in no form/] as const),
  ],
  [
    ...(["a password that is gone", `DELETE FROM credentials WHERE account = 1`] as const),
    ...(["credentials", /^account 1 \("ada"\) has no password$/] as const),
  ],
  [
    "a password of nobody's",
    "INSERT INTO credentials SELECT 999, password_hash FROM credentials LIMIT 1",
    ...(["credentials", /^account 999 has a password, and is no customer's$/] as const),
  ],
  [
    "a role that nobody gave",
    `INSERT INTO standings VALUES (${of("free")}, 'administrator', 0, NULL, 0)`,
    ...(["standings", /^"free" has the roles administrator, not customer, and the audit/] as const),
  ],
  [
    "a role that is gone",
    `UPDATE standings SET roles = 'auditor' WHERE account = ${of("eve")}`,
    ...(["standings", /^"eve" has the roles auditor, not auditor\+administrator/] as const),
  ],
  [
    ...(["the standing of an administrator", `DELETE FROM standings WHERE account = 1`] as const),
    ...(["standings", /^"ada" has the roles customer, not administrator, and the audit/] as const),
  ],
  [
    "an account that was switched on",
    `DELETE FROM standings WHERE account = ${of("dis")}`,
    ...(["standings", /^"dis" has been enabled, and the audit does not tell of it$/] as const),
  ],
  [
    "an account that was switched off",
    `INSERT INTO standings VALUES (${of("back")}, 'customer', 1, NULL, 0)`,
    ...(["standings", /^"back" has been disabled, and the audit does not tell of it$/] as const),
  ],
  [
    "a lock that was taken off",
    `DELETE FROM standings WHERE account = ${of("lou")}`,
    ...(["standings", /^"lou" has been unlocked, and the audit does not tell of it$/] as const),
  ],
  [
    "a second factor that was taken away",
    `DELETE FROM standings WHERE account = ${of("bob")}`,
    ...(["standings", /^"bob" has no factor, and the audit does not tell of it$/] as const),
  ],
  [
    "a second factor of another's",
    `UPDATE standings SET factor = (SELECT factor FROM standings WHERE account = ${of("bob")})
     WHERE account = ${of("tess")}`,
    ...(["standings", /^the second factor of "tess" does not open$/] as const),
  ],
  [
    "a second factor's secret, in one letter",
    `UPDATE standings SET factor = replace(factor, 'v1:', 'v1:A') WHERE factor IS NOT NULL`,
    ...(["standings", /^the second factor of "bob" does not open$/] as const),
  ],
  [
    ...(["a standing of nobody's", `INSERT INTO standings VALUES (999, ${NONE})`] as const),
    ...(["standings", /^account 999 has a standing, and is no customer's$/] as const),
  ],
  [
    "an audit row of a role that was given",
    `UPDATE audit SET object = 'tess customer' WHERE object = 'tess teller'`,
    ...(["standings", /^"tess" has the roles teller, not customer, and the audit/] as const),
  ],
  [
    ...(["a proposal's amount", "UPDATE proposals SET amount = 1 WHERE id = 3"] as const),
    ...(["proposals", /^proposal 3 is of \$4,?000, not \$0\.01, as the audit tells$/] as const),
  ],
  [
    "a proposal's account",
    `UPDATE proposals SET account = ${of("lou")} WHERE id = 3`,
    ...(["proposals", /^proposal 3 is for "free", as the audit tells$/] as const),
  ],
  [
    "a proposal's proposer",
    `UPDATE proposals SET proposer = ${of("eve")} WHERE id = 3`,
    ...(["proposals", /^proposal 3 is by "ada", as the audit tells$/] as const),
  ],
  [
    ...(["what became of one", "UPDATE proposals SET state = 'open' WHERE id = 2"] as const),
    ...(["proposals", /^proposal 2 is rejected, not open, as the audit tells$/] as const),
  ],
  [
    ...(["a proposal that is gone", "DELETE FROM proposals WHERE id = 3"] as const),
    ...(["proposals", /^proposal 3 is missing, and the audit tells of it$/] as const),
  ],
  [
    "a proposal that nobody made",
    `INSERT INTO proposals SELECT 4, proposer, account, amount, reason, 'k', state
     FROM proposals LIMIT 1`,
    ...(["proposals", /^proposal 4 is one that the audit does not tell of$/] as const),
  ],
  [
    "the amount of an approved one, in both",
    `UPDATE proposals SET amount = 500000 WHERE id = 1;
     UPDATE audit SET amount = 500000 WHERE amount = 200000 AND outcome = 'proposed'`,
    ...(["proposals", /^proposal 1 was made of \$5,?000, and approved of \$2,?000$/] as const),
  ],
  [
    "whom an adjustment was for",
    "UPDATE audit SET object = 'free' WHERE action = 'admin.adjust' AND outcome = 'ok'",
    ...(["audit", /says that transaction \d+ was another adjustment$/] as const),
  ],
  [
    "which way an adjustment went",
    "UPDATE audit SET amount = -amount WHERE action = 'admin.adjust' AND outcome = 'ok'",
    ...(["audit", /says that transaction \d+ was another adjustment$/] as const),
  ],
];

describe("row 69: who may do what", () => {
  it("is proven of a bank in which operators have done all that they can", async () => {
    const verdict = await verify(await stage());
    expect(verdict.faults).toEqual([]);
    expect(verdict.isSound).toBe(true);
  });

  it("is named where somebody has changed it", async () => {
    const folder = await stage();
    for (const [what, sql, kind, text] of TAMPERED) {
      const copy = join(temporaryFolder(), "bank");
      cpSync(folder, copy, { recursive: true });
      tamper(copy, sql);
      const verdict = await verify(copy);
      const found = { what, kinds: kindsOf(verdict), text: verdict.faults[0]?.text };
      expect(found).toEqual({ what, kinds: [kind], text: expect.stringMatching(text) });
    }
  });
});
