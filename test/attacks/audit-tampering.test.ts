/** D20: whoever edits the audit files, or takes the bank down, hides nothing. */

import { readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { importFernetKey } from "../../src/protocol/fernet.ts";
import { readAuditKeys } from "../../src/server/keys/key-ring.ts";
import {
  PLAIN_FILE,
  SEALED_FILE,
  openAuditLine,
  plainFormat,
  sealedFormat,
} from "../../src/workers/audit-log.ts";
import { verifyAuditFile } from "../../src/workers/audit-verification.ts";
import { openSqliteReader } from "../../src/workers/sqlite-store.ts";
import { startTestBank } from "../test-bank.ts";
import { ForgedSession } from "./forged-session.ts";

const FILES = [PLAIN_FILE, SEALED_FILE];

/** What a vandal does to the lines of a file, and what the verification says of it. */
const TAMPERINGS = [
  ["the last line is cut", (lines: string[]) => lines.slice(0, -1), "ends before entry 7"],
  ["the first line is cut", (lines: string[]) => lines.slice(1), "line 1 is not the one written"],
  ["all is gone", () => [], "ends before entry 1"],
  [
    "a line is altered",
    (lines: string[]) => withAltered(lines, 2),
    "line 3 is not the one written",
  ],
  [
    "two lines are swapped",
    ([a, b, c, ...rest]: string[]) => [a!, c!, b!, ...rest],
    "line 2 is not the one written",
  ],
  [
    "a line is there twice",
    ([a, ...rest]: string[]) => [a!, a!, ...rest],
    "line 2 is not the one written",
  ],
  [
    "a line is added",
    (lines: string[]) => [...lines, lines[0]!],
    "has lines that nobody wrote, after 7",
  ],
] as const;

describe("D20", () => {
  it("the encrypted file can be read after a restart, and goes on under the same key", async () => {
    const { folder } = await bankWithSevenEntries();
    const later = await startTestBank({ folder });
    const session = await ForgedSession.again(later, "alice");
    await session.deposit(3);
    await later.bank.stop();
    expect(openedLines(folder)).toEqual(linesOf(folder, PLAIN_FILE));
    const actions = linesOf(folder, PLAIN_FILE).map((line) => line.split("\t")[1]);
    const day = ["signup", "login", "deposit", "withdraw: insufficient_funds", "balance"];
    expect(actions).toEqual(["start", ...day, "stop", "start", "login", "deposit", "stop"]);
  });

  it("every cut, edit, swap and addition is found, in either file", async () => {
    const { folder } = await bankWithSevenEntries();
    expect(faultsIn(folder)).toEqual([null, null]);
    for (const [what, tamper, fault] of TAMPERINGS) {
      for (const file of FILES) {
        const whole = readFileSync(join(folder, file));
        writeLines(folder, file, tamper(linesOf(folder, file)));
        const faults = FILES.map((each) => (each === file ? fault : null));
        expect([`${file}: ${what}`, faultsIn(folder)]).toEqual([`${file}: ${what}`, faults]);
        writeFileSync(join(folder, file), whole);
      }
    }
  });

  it("any byte of the encrypted file is enough", async () => {
    const { folder } = await bankWithSevenEntries();
    const path = join(folder, SEALED_FILE);
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at += 7) {
      const altered = Buffer.from(whole);
      altered[at]! ^= 1;
      writeFileSync(path, altered);
      expect(faultsIn(folder)[1], `byte ${at}`).not.toBeNull();
    }
  });

  it("a bank that starts with an altered file sets it aside and writes a true one", async () => {
    const { folder } = await bankWithSevenEntries();
    const altered = FILES.map((file) => {
      writeLines(folder, file, withAltered(linesOf(folder, file), 6));
      return readFileSync(join(folder, file), "utf8");
    });
    const later = await startTestBank({ folder });
    const alarms = () => later.events.filter(({ type }) => type === "alarm").length;
    await expect.poll(alarms).toBe(FILES.length);
    await later.bank.stop();
    expect(faultsIn(folder)).toEqual([null, null]);
    const aside = FILES.map((file) =>
      readdirSync(folder).filter((name) => name.startsWith(`${file}.damaged-`)),
    );
    expect(aside.map((names) => names.length)).toEqual([1, 1]);
    expect(aside.flat().map((name) => readFileSync(join(folder, name), "utf8"))).toEqual(altered);
  });

  it("files that are moved away under a bank are whole again, and so are those moved", async () => {
    const bank = await startTestBank();
    const session = await ForgedSession.open(bank, "alice");
    await session.deposit(1);
    await expect.poll(() => linesOf(bank.folder, SEALED_FILE).length).toBe(4); // With the start.
    for (const file of FILES) renameSync(join(bank.folder, file), join(bank.folder, `${file}.1`));
    await session.deposit(2);
    await bank.bank.stop();
    expect(faultsIn(bank.folder)).toEqual([null, null]);
    const plain = linesOf(bank.folder, PLAIN_FILE);
    expect(plain).toHaveLength(6);
    expect(linesOf(bank.folder, `${PLAIN_FILE}.1`)).toEqual(plain.slice(0, 4));
    expect(bank.events.filter(({ type }) => type === "alarm")).toEqual([]);
  });

  it("a bank that starts with a shortened file writes what is missing", async () => {
    const { folder } = await bankWithSevenEntries();
    for (const file of FILES) {
      const bytes = readFileSync(join(folder, file));
      writeFileSync(join(folder, file), bytes.subarray(0, -10)); // The last line is torn.
    }
    await (await startTestBank({ folder })).bank.stop();
    expect(faultsIn(folder)).toEqual([null, null]);
  });
});

/** A bank that has stopped: its start, five events of alice's, and its stop. */
async function bankWithSevenEntries(): Promise<{ folder: string }> {
  const bank = await startTestBank();
  const session = await ForgedSession.open(bank, "alice");
  await session.deposit(100);
  await session.ask(session.seal('{"action": "withdraw", "amount": 101}'));
  await session.balance();
  await bank.bank.stop();
  return { folder: bank.folder };
}

const keyOf = (folder: string) => importFernetKey(nodeCiphers, readAuditKeys(folder)[0]);

/** What is wrong with the plain file and with the encrypted one. */
function faultsIn(folder: string): (string | null)[] {
  const reader = openSqliteReader(folder);
  try {
    const formats = [plainFormat, sealedFormat(nodeCiphers, keyOf(folder))];
    return formats.map((format) => verifyAuditFile(folder, format, reader).fault);
  } finally {
    reader.close();
  }
}

const linesOf = (folder: string, file: string): string[] =>
  readFileSync(join(folder, file), "utf8").split("\n").slice(0, -1);

const openedLines = (folder: string): (string | null)[] =>
  linesOf(folder, SEALED_FILE).map((line) => openAuditLine([keyOf(folder)], line));

function writeLines(folder: string, file: string, lines: readonly string[]): void {
  writeFileSync(join(folder, file), lines.map((line) => `${line}\n`).join(""));
}

/** Another character near the line's start: of the user's name, or of the token. */
function withAltered(lines: readonly string[], index: number): string[] {
  return lines.map((line, at) => (at === index ? `${line[0]}X${line.slice(2)}` : line));
}
