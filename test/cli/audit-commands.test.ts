/** `secure-atm audit`: reads what a bank wrote, and finds what somebody else changed. */

import { appendFileSync, readFileSync, rmSync } from "node:fs";
import { statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatAuditLine, objectOf, type AuditEntry } from "../../src/bank/audit.ts";
import { dollars } from "../../src/bank/money.ts";
import { startTestBank } from "../test-bank.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { run, runUnread } from "./run.ts";

const PLAIN = "audit_log_unencrypted.txt";
const SEALED = "audit_log.enc";

/** What a bank leaves after a short day: start, sign-up, login, three transactions, stop. */
async function preparedFolder(): Promise<{ folder: string; entries: AuditEntry[] }> {
  const { bank, folder, customer, wholeAudit } = await startTestBank();
  const alice = await customer("alice");
  await alice.deposit(dollars(100));
  await alice.withdraw(dollars(500));
  await alice.balance();
  await bank.stop();
  return { folder, entries: wholeAudit() };
}

describe("on a folder that is whole", () => {
  it("decrypt prints the lines of the plain file", async () => {
    const { folder, entries } = await preparedFolder();
    const { code, stdout } = await run("audit", "decrypt", "--data", folder);
    expect(stdout).toBe(entries.map((entry) => `${formatAuditLine(entry)}\n`).join(""));
    expect(stdout).toBe(readFileSync(join(folder, PLAIN), "utf8"));
    expect(code).toBe(0);
  });

  it("list prints every entry with all its fields, as JSON if wanted", async () => {
    const { folder, entries } = await preparedFolder();
    const [text, json] = await Promise.all([
      run("audit", "list", "--data", folder),
      run("audit", "list", "--json", "--data", folder),
    ]);
    expect(
      json.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(
      entries.map((entry) => ({
        ...{ ...entry, at: new Date(entry.at).toISOString() },
        object: objectOf(entry),
      })),
    );
    const lines = text.stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(entries.length);
    expect(lines[0]).toMatch(/^1 {2}.* {2}process \d+ {2}"the bank" {2}start {2}ok {2}"version=/);
    expect(lines[3]).toMatch(/^4 {2}.* {2}127\.0\.0\.1:\d+ {2}"alice" {2}deposit {2}ok {2}100\.00/);
    expect(lines[4]).toContain("withdraw  insufficient_funds  500.00");
  });

  it("verify says OK of both files", async () => {
    const { folder } = await preparedFolder();
    const { code, stdout } = await run("audit", "verify", "--data", folder);
    expect(stdout).toBe(`OK  ${PLAIN}: 7 lines\nOK  ${SEALED}: 7 lines\n`);
    expect(code).toBe(0);
  });

  it.for(["decrypt", "list"])("%s does not mind a reader that goes away", async (command) => {
    const { folder } = await preparedFolder();
    expect(await runUnread("audit", command, "--data", folder)).toEqual({ code: 0, stderr: "" });
  });
});

/** Rewrites a file, line by line. */
function edit(path: string, change: (lines: string[]) => string[]): void {
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  writeFileSync(
    path,
    change(lines)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

const DAMAGES: readonly (readonly [what: string, damage: (path: string) => void, fault: string])[] =
  [
    [
      "edited",
      (path) => edit(path, ([one = "", ...rest]) => [`x${one}`, ...rest]),
      "line 1 is not",
    ],
    ["cut", (path) => edit(path, (lines) => lines.slice(0, -1)), "ends before entry 7"],
    ["swapped", (path) => edit(path, ([a = "", b = "", ...rest]) => [b, a, ...rest]), "line 1 is"],
    ["doubled", (path) => edit(path, ([a = "", ...rest]) => [a, a, ...rest]), "line 2 is not"],
    [
      "added to",
      (path) => appendFileSync(path, "root\tdeposit\tnow\n"),
      "that nobody wrote, after 7",
    ],
    ["removed", (path) => rmSync(path), "ends before entry 1"],
  ];

describe("verify, on a folder that somebody was at", () => {
  it.for(DAMAGES)("finds files that were %s, and ends with 4", async ([, damage, fault]) => {
    const { folder } = await preparedFolder();
    for (const name of [PLAIN, SEALED]) damage(join(folder, name));
    const { code, stdout, stderr } = await run("audit", "verify", "--data", folder);
    const [plain, sealed] = stdout.split("\n");
    expect(plain).toContain(`DAMAGED  ${PLAIN}: `);
    expect(sealed).toContain(`DAMAGED  ${SEALED}: `);
    expect(plain).toContain(fault);
    expect(sealed).toContain(fault);
    expect(stderr).toBe("The audit files do not agree with the store.\n");
    expect(code).toBe(4);
  });

  it("tells the file that is damaged from the one that is whole", async () => {
    const { folder } = await preparedFolder();
    edit(join(folder, PLAIN), (lines) => lines.slice(1));
    const { code, stdout } = await run("audit", "verify", "--data", folder);
    expect(stdout).toMatch(
      /^DAMAGED {2}audit_log_unencrypted\.txt: .*\nOK {2}audit_log\.enc: 7 lines\n$/,
    );
    expect(code).toBe(4);
  });
});

describe("decrypt", () => {
  it("stops with 4 at a line that is not under the key", async () => {
    const { folder } = await preparedFolder();
    const path = join(folder, SEALED);
    edit(path, ([one = "", ...rest]) => [one, "rubbish", ...rest]);
    const { code, stdout, stderr } = await run("audit", "decrypt", path, "--data", folder);
    expect(stdout).toMatch(/^the bank\tstart\t.*\n$/);
    expect(stderr).toBe(`Line 2 of ${path} was not written under a key in ${folder}.\n`);
    expect(code).toBe(4);
  });

  it("passes over a last line that is just being written, and says so", async () => {
    const { folder, entries } = await preparedFolder();
    const path = join(folder, SEALED);
    truncateSync(path, statSync(path).size - 20);
    const { code, stdout, stderr } = await run("audit", "decrypt", "--data", folder);
    const whole = entries.slice(0, -1);
    expect(stdout).toBe(whole.map((entry) => `${formatAuditLine(entry)}\n`).join(""));
    expect(stderr).toBe(`The last line of ${path} is incomplete and was passed over.\n`);
    expect(code).toBe(0);
  });

  it("ends with 3 where there is no file, and with 4 where there is no key", async () => {
    const { folder } = await preparedFolder();
    const missing = await run("audit", "decrypt", "no-such-file", "--data", folder);
    expect(missing).toMatchObject({ code: 3, stderr: "There is no file no-such-file.\n" });
    rmSync(join(folder, "keys"), { recursive: true });
    const keyless = await run("audit", "decrypt", "--data", folder);
    expect(keyless).toMatchObject({ code: 4, stderr: expect.stringMatching(/is missing\n$/) });
  });

  it("and list change nothing where there is no bank", async () => {
    const folder = temporaryFolder();
    expect(await run("audit", "list", "--data", folder)).toMatchObject({
      ...{ code: 4, stdout: "", stderr: `there is no bank in ${folder}\n` },
    });
  });
});
