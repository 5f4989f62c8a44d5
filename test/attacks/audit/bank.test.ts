/** Rows 61 and 62: what the bank says of itself, and what its owner does beside it. */

import { readdirSync, writeFileSync } from "node:fs";
import { connect } from "node:tls";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { KEY_NAMES, retireKey, rotateKey } from "../../../src/server/keys/key-files.ts";
import { rotateIdentity } from "../../../src/server/keys/identity.ts";
import { reportToBank } from "../../../src/server/owner-reports.ts";
import { openSqliteReader } from "../../../src/workers/sqlite-store.ts";
import type { AuditEntry } from "../../../src/bank/audit.ts";
import { run } from "../../cli/run.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { startTestBank } from "../../test-bank.ts";
import { startBankProcess } from "../bank-process.ts";
import { ForgedSession } from "../forged-session.ts";
import { countOfRight, rowOf, type Event } from "./provoke.ts";
import { expectEveryRowToFit, expectFilesToFit } from "./row-schema.ts";

const LATER = 24 * 60 * 60_000;

function auditIn(folder: string): AuditEntry[] {
  const reader = openSqliteReader(folder);
  try {
    return reader.auditAfter(0, 1_000_000);
  } finally {
    reader.close();
  }
}

const wordsOf = ({ who, action, outcome }: AuditEntry): string => `${who}: ${action}: ${outcome}`;

it("row 61: each start and each stop is one row, with how the bank is set up", async () => {
  const startedAt = Date.now();
  const folder = temporaryFolder();
  await (await startTestBank({ folder, passwords: "strict" })).bank.stop();
  rotateKey(folder, "pepper"); // While nobody could notice: the next start tells of it.
  const second = await startTestBank({ folder, classic: false });
  await second.bank.stop();
  const rows = auditIn(folder);
  expect(rows.map(wordsOf)).toEqual([
    ...["the bank: start: ok", "the bank: stop: ok"],
    ...["the bank: start: ok", "the bank: stop: ok"],
  ]);
  expect(rows[0]?.object).toMatch(
    /^version=0 host=127\.0\.0\.1 classic=on mutual-tls=off passwords=strict bcrypt-cost=4 /,
  );
  expect(rows[0]?.object).toContain(" keys: audit 1, pepper 1, factor 1, identity ");
  expect(rows[2]?.object).toContain(" classic=off ");
  expect(rows[2]?.object).toContain(" keys: audit 1, pepper 2, pepper 1, factor 1, identity ");
  expectEveryRowToFit(rows, startedAt);
  expectFilesToFit(folder, rows);
});

it("row 61: a stop says how many sessions it has ended", async () => {
  const bank = await startTestBank();
  for (const name of ["alice", "bob"]) await bank.customer(name);
  await bank.bank.stop();
  expect(bank.wholeAudit().at(-1)).toMatchObject({ action: "stop", object: "2 sessions" });
});

it("row 61: a bank that was killed says at its next start that it has no stop", async () => {
  const folder = temporaryFolder();
  const killed = await startBankProcess(folder);
  await ForgedSession.open(killed.port, "alice");
  killed.child.kill("SIGKILL");
  await killed.ended;
  const next = await startBankProcess(folder);
  next.child.kill("SIGTERM");
  expect(await next.ended).toBe(process.platform === "win32" ? "SIGTERM" : 0);
  const last = await startTestBank({ folder });
  const ofTheBank = auditIn(folder).filter(({ who }) => who === "the bank");
  expect(ofTheBank.map(wordsOf).slice(0, 3)).toEqual([
    "the bank: start: ok",
    "the bank: start: no_stop_on_record",
    "the bank: stop: ok",
  ]);
  expect(wordsOf(ofTheBank[3]!)).toBe("the bank: start: ok");
  await last.bank.stop();
});

it("row 61: a key that is rotated or retired under a running bank is one row", async () => {
  const startedAt = Date.now();
  const bank = await startTestBank();
  const { folder } = bank;
  const owner = (words: string): string => `the owner: ${words}`;
  const identity = bank.bank.fingerprint;
  const events: Event[] = [
    ...KEY_NAMES.map((name): Event => [
      `a new ${name} key`,
      async () => rotateKey(folder, name),
      owner(`keys.rotate: ok (${name} 2)`),
    ]),
    ...(["pepper", "factor"] as const).map((name): Event => [
      `the end of the old ${name} key`,
      async () => retireKey(folder, name, 1),
      owner(`keys.retire: ok (${name} 1)`),
    ]),
  ];
  expect(await countOfRight(bank, events)).toBe(events.length);
  const before = bank.wholeAudit().length;
  rotateIdentity(folder, { overlapMs: LATER, nowMs: Date.now() });
  await expect.poll(() => bank.wholeAudit().length).toBe(before + 1);
  expect(bank.bank.fingerprint).not.toBe(identity);
  const [last] = bank.wholeAudit().slice(-1);
  expect(rowOf(last!)).toBe(owner(`keys.rotate: ok (identity ${bank.bank.fingerprint})`));
  await bank.bank.stop();
  expectEveryRowToFit(bank.wholeAudit(), startedAt);
  expectFilesToFit(folder, bank.wholeAudit());
});

it("row 61: a backup and a restore are one row each, of a bank that runs or does not", async () => {
  const startedAt = Date.now();
  const places = temporaryFolder();
  const passphraseFile = join(places, "passphrase");
  writeFileSync(passphraseFile, "nine quiet harbours in a row\n");
  const bank = await startTestBank();
  const { folder } = bank;
  const backUp = (name: string) =>
    run(
      ...["backup", "--data", folder, "--to", join(places, name)],
      ...["--keys-to", join(places, `${name}.keys`), "--passphrase-file", passphraseFile],
    );
  const told = (): AuditEntry[] => bank.audit().filter(({ who }) => who === "the owner");
  expect(await backUp("running")).toMatchObject({ code: 0, stderr: "" });
  await expect.poll(told).toHaveLength(1);
  await bank.bank.stop();
  expect(await backUp("stopped")).toMatchObject({ code: 0, stderr: "" });
  const data = join(places, "restored");
  const restored = await run(
    ...["restore", "--from", join(places, "stopped"), "--keys", join(places, "stopped.keys")],
    ...["--data", data, "--passphrase-file", passphraseFile],
  );
  expect(restored).toMatchObject({ code: 0, stderr: "" });
  for (const [at, words, source] of [
    [folder, "the owner: backup: ok", "stopped"],
    [data, "the owner: restore: ok", "stopped"],
  ] as const) {
    const again = await startTestBank({ folder: at });
    await again.bank.stop();
    const rows = auditIn(at);
    const [row] = rows.filter(({ who }) => who === "the owner").slice(-1);
    expect(wordsOf(row!)).toBe(words);
    expect(row?.origin).toBe("command line");
    expect(row?.object).toMatch(new RegExp(`/${source} of \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$`));
    expect(readdirSync(join(at, "reports"))).toEqual([]);
    expectEveryRowToFit(rows, startedAt);
    expectFilesToFit(at, rows);
  }
  expect(auditIn(folder).filter(({ action }) => action === "backup")).toHaveLength(2);
});

it("what is no report is set aside, with an alarm, and writes no row", async () => {
  const bank = await startTestBank();
  const reports = join(bank.folder, "reports");
  writeFileSync(join(reports, "forged.json"), '{"action":"deposit","object":"x"}');
  writeFileSync(join(reports, "long.json"), `{"action":"backup","object":"${"x".repeat(9_000)}"}`);
  reportToBank(bank.folder, { action: "backup", object: "a true one" });
  await expect.poll(() => bank.audit().map(rowOf)).toEqual(["the owner: backup: ok (a true one)"]);
  await expect
    .poll(() => readdirSync(reports).toSorted())
    .toEqual(["forged.json.refused", "long.json.refused"]);
  expect(bank.events.filter(({ type }) => type === "alarm")).toHaveLength(2);
});

it("row 61: a line in TLS to a bank that has none is one row", async () => {
  const bank = await startTestBank();
  const knock = async (): Promise<void> => {
    const socket = connect({ host: "127.0.0.1", port: bank.bank.port });
    onTestFinished(() => void socket.destroy());
    await new Promise<void>((resolve) => socket.on("error", () => resolve()));
  };
  const events: Event[] = [["a knock", knock, "127.0.0.1: tls: no_tls"]];
  expect(await countOfRight(bank, events)).toBe(1);
});
