/** Row 61: what the owner's commands report is one row each, though the bank is killed. */

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { reportToBank } from "../../../src/server/owner-reports.ts";
import { openSqliteReader } from "../../../src/workers/sqlite-store.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { startBankProcess } from "../bank-process.ts";
import { run } from "../../cli/run.ts";
import { rowOf } from "./provoke.ts";
import { expectEveryRowToFit, expectFilesToFit } from "./row-schema.ts";
import { startTestBank } from "../../test-bank.ts";

it("row 61: a backup's report that a killed bank has put on record and not deleted", async () => {
  const startedAt = Date.now();
  const folder = temporaryFolder();
  const reports = join(folder, "reports");
  reportToBank(folder, { action: "backup", object: "a place of its own" });
  const [name = ""] = readdirSync(reports);
  const path = join(reports, name);
  const report = readFileSync(path);
  // It serves nobody before what its owner has left is on record.
  const killed = await startBankProcess(folder);
  killed.child.kill("SIGKILL");
  await killed.ended;
  const reader = openSqliteReader(folder);
  onTestFinished(() => reader.close());
  const told = (): number =>
    reader.auditAfter(0, 1_000).filter(({ action }) => action === "backup").length;
  expect(told()).toBe(1);
  // What a kill between the commit and the deletion leaves: the row, and the file.
  writeFileSync(path, report);
  const next = await startTestBank({ folder });
  await expect.poll(() => readdirSync(reports)).toEqual([]);
  // Another report of the same words is another backup.
  reportToBank(folder, { action: "backup", object: "a place of its own" });
  await expect.poll(told).toBe(2);
  await next.bank.stop();
  expect(told()).toBe(2);
  expect(next.wholeAudit().map(({ action, outcome }) => `${action}: ${outcome}`)).toEqual([
    ...["start: ok", "backup: ok", "start: no_stop_on_record", "backup: ok", "stop: ok"],
  ]);
  expectEveryRowToFit(next.wholeAudit(), startedAt);
  expectFilesToFit(folder, next.wholeAudit());
});

it("row 61: a reading of the audit by its owner is one row, running or not", async () => {
  const startedAt = Date.now();
  const first = await startTestBank();
  const { folder } = first;
  const told = (): string[] => first.audit().map(rowOf);
  const read = "the owner: audit.read: ok";
  const commands: string[] = [];
  for (const command of ["list", "decrypt", "verify"]) {
    expect(await run("audit", command, "--data", folder)).toMatchObject({ code: 0, stderr: "" });
    commands.push(`${read} (secure-atm audit ${command})`);
    await expect.poll(told).toEqual(commands);
  }
  await first.bank.stop();
  expect(await run("audit", "verify", "--data", folder)).toMatchObject({ code: 0, stderr: "" });
  expect(told()).toEqual(commands);
  const next = await startTestBank({ folder });
  await next.bank.stop();
  expect(told()).toEqual([...commands, "the owner: audit.read: ok (secure-atm audit verify)"]);
  expectEveryRowToFit(next.wholeAudit(), startedAt);
  expectFilesToFit(folder, next.wholeAudit());
});
