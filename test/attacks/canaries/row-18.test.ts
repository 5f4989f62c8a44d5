/** Row 18: no secret is in what the bank says, keeps, or leaves behind when it dies. */

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { importFernetKey } from "../../../src/protocol/fernet.ts";
import { readAuditKeys } from "../../../src/server/keys/key-ring.ts";
import { PLAIN_FILE, SEALED_FILE, openAuditLine } from "../../../src/workers/audit-log.ts";
import { run } from "../../cli/run.ts";
import { freeAtmNumber } from "../../system/atm-pages.ts";
import { startProgram } from "../../system/program.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { ForgedSession } from "../forged-session.ts";
import { PASSPHRASE, folderWithSecrets, play, startSecretBank } from "./bank-with-secrets.ts";
import { canariesBelow, canariesIn, type Canary } from "./search.ts";

/** Where a bank's keys are meant to be, and nowhere else. */
const isKeyFile = (path: string): boolean =>
  /^keys[\\/]/.test(path) || /^tls[\\/].*(?:\.key|server\.pem)$/.test(path);

/** Only there can one look at a process from outside. */
const isLinux = process.platform === "linux";
const LINUX = isLinux ? "" : "needs Linux: ";

/** The audit's lines in clear, of both files. */
function auditLines(folder: string): string {
  const keys = readAuditKeys(folder).map((key) => importFernetKey(nodeCiphers, key));
  const sealed = readFileSync(join(folder, SEALED_FILE), "utf8").split("\n").slice(0, -1);
  const opened = sealed.map((line) => openAuditLine(keys, line) ?? "not under the bank's key");
  expect(opened.length).toBeGreaterThan(10);
  return `${readFileSync(join(folder, PLAIN_FILE), "utf8")}${opened.join("\n")}`;
}

/** The process as others on its machine can see it. */
const ofProcess = (pid: number | undefined, canaries: readonly Canary[]): string[] =>
  ["cmdline", "environ"].flatMap((name) =>
    canariesIn(name, readFileSync(`/proc/${pid}/${name}`), canaries),
  );

async function backUp(data: string, canaries: readonly Canary[]): Promise<string[]> {
  const place = temporaryFolder();
  const passphraseFile = join(temporaryFolder(), "passphrase");
  writeFileSync(passphraseFile, `${PASSPHRASE}\n`);
  const taken = await run(
    ...["backup", "--data", data, "--to", join(place, "backup")],
    ...["--keys-to", join(place, "keys"), "--passphrase-file", passphraseFile],
  );
  expect(taken.code).toBe(0);
  return [
    ...canariesIn("what backup says", taken.stdout + taken.stderr, canaries),
    ...canariesBelow(place, canaries),
  ];
}

describe("row 18: the secrets of a bank", () => {
  it.for(["json", "text"] as const)("are in nothing that it says in %s, or keeps", async (log) => {
    const folder = await folderWithSecrets();
    const bank = await startSecretBank(folder, { log });
    const { canaries, errors } = await play(bank);
    expect(errors.length).toBeGreaterThan(15);
    await bank.figures();
    await expect.poll(() => auditLines(folder)).toContain("ada\tadmin.show\t");
    const found = [
      ...canariesBelow(folder, canaries, isKeyFile), // The write-ahead log is there too.
      ...canariesIn("the audit", auditLines(folder), canaries),
      ...canariesIn("the errors", errors.join("\n"), canaries),
      ...(isLinux ? ofProcess(bank.child.pid, canaries) : []),
      ...(await backUp(folder, canaries)),
    ];
    bank.child.kill("SIGTERM");
    await bank.ended;
    found.push(...canariesIn("what it says", bank.said(), canaries));
    found.push(...canariesBelow(folder, canaries, isKeyFile));
    expect(found).toEqual([]);

    // The search would have found them: the files of the keys have them all.
    const inKeys = canariesBelow(folder, canaries, (path) => !isKeyFile(path));
    for (const key of ["pepper.key", "audit.key", "factor.key", "identity-1.json", "tls/"]) {
      expect(inKeys.join("\n")).toContain(`: ${key}`);
    }
    expect(bank.said()).toContain("canary2");
  });

  it("are in nothing that is said when its ledger dies, and the bank with it", async () => {
    const folder = await folderWithSecrets();
    const bank = await startSecretBank(folder, { log: "text" });
    const { canaries } = await play(bank);
    const session = await ForgedSession.open(bank.port, "breaker");
    const database = new DatabaseSync(join(folder, "bank.sqlite"));
    database.exec("DROP TABLE audit");
    database.close();
    await session.line.send(session.seal('{"action": "balance"}'));
    expect(await bank.ended).toBe(1);
    expect(bank.said()).toContain("the ledger has died");
    expect(bank.said()).toContain("The bank gave up");
    expect(canariesIn("what it says", bank.said(), canaries)).toEqual([]);
    expect(canariesBelow(folder, canaries, isKeyFile)).toEqual([]);
  });

  it(`${LINUX}are in no report that Node makes of the process`, async () => {
    if (!isLinux) return;
    const [folder, reports] = [await folderWithSecrets(), temporaryFolder()];
    const nodeFlags = ["--report-on-signal", `--report-directory=${reports}`];
    const bank = await startSecretBank(folder, { log: "text", nodeFlags });
    const { canaries } = await play(bank);
    bank.child.kill("SIGUSR2");
    await expect.poll(() => reportsIn(reports), { timeout: 30_000 }).toHaveLength(1);
    expect(canariesBelow(reports, canaries)).toEqual([]);
  });

  it(`${LINUX}are in no core file, whatever core files are allowed`, async () => {
    if (!isLinux) return;
    const [folder, cwd] = [await folderWithSecrets(), temporaryFolder()];
    const bank = await startSecretBank(folder, { log: "text", cwd });
    const { canaries } = await play(bank);
    const filter = readFileSync(`/proc/${bank.child.pid}/coredump_filter`, "utf8");
    expect(Number.parseInt(filter, 16)).toBe(0);
    bank.child.kill("SIGABRT");
    expect(await bank.ended).toBe("SIGABRT");
    // Elsewhere a program of the system's takes it, and only the filter can be looked at.
    const isHere = readFileSync("/proc/sys/kernel/core_pattern", "utf8").trim() === "core";
    expect(readdirSync(cwd).some((name) => name.startsWith("core"))).toBe(isHere);
    expect(canariesBelow(cwd, canaries)).toEqual([]);
  });

  it("are open to no debugger: the signal that Node takes for one does nothing", async () => {
    if (process.platform === "win32") return; // It has no such signal.
    const bank = await startSecretBank(await folderWithSecrets(), { log: "text" });
    bank.child.kill("SIGUSR1");
    await ForgedSession.open(bank.port, "alice");
    bank.child.kill("SIGTERM");
    expect(await bank.ended).toBe(0);
    expect(bank.said()).not.toMatch(/debugger/i);
  });

  it("are in no page of an ATM, and in nothing that it says", async () => {
    const folder = await folderWithSecrets();
    const bank = await startSecretBank(folder, { log: "text" });
    const { canaries } = await play(bank);
    const number = await freeAtmNumber();
    const at = `127.0.0.1:${bank.port}`;
    const atm = startProgram("client", number, "--bank", at, "--data", folder);
    const [url] = await atm.printed(/http:\/\/127\.0\.0\.1:\d+/);
    const page = await fetch(url);
    const key = await fetch(`${url}/bank.json`);
    const served = `${await page.text()}${await key.text()}${[...page.headers].join()}`;
    expect(served).toContain(bank.publicKey);
    expect(canariesIn("the page", served, canaries)).toEqual([]);
    expect(canariesIn("what the ATM says", atm.output(), canaries)).toEqual([]);
  });

  it.for([
    ["admin", "users", "--user", "ada", "--password", "stieglitz"],
    ["atm", "balance", "--user", "canary", "--password", "stieglitz"],
    ["backup", "--to", "x", "--keys-to", "y", "--passphrase", "girlitz"],
  ])("are taken from no command line: %s", async (args) => {
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stdout + stderr).not.toMatch(/stieglitz|girlitz/);
  });
});

/** Whole ones: Node writes them in place. */
const reportsIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => {
    try {
      JSON.parse(readFileSync(join(folder, name), "utf8"));
      return true;
    } catch {
      return false; // It is just being written.
    }
  });
