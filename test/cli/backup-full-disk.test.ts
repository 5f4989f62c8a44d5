/**
 * Row 69: `secure-atm backup` and `restore` where there is no room. It is a limit on the size of
 * a file that says so: the system refuses what is behind it, as a full disk does, and anybody may
 * set one.
 */

import { execFile } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dollars } from "../../src/bank/money.ts";
import { connectTo, customerOf, PASSWORD } from "../attacks/modern/customer.ts";
import { PROGRAM } from "../built-program.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { run, type Run } from "./run.ts";

/** Of 512 bytes each: room for SQLite's shared memory, and not for all of a database. */
const BLOCKS = 80;

/** Runs it where no file may have more blocks. */
const runWithoutRoom = (...args: string[]): Promise<Run> =>
  new Promise((resolve) => {
    const limited = `ulimit -f ${BLOCKS} && exec "$@"`;
    const shell = ["-c", limited, "sh", process.execPath, PROGRAM, ...args];
    execFile("sh", shell, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? null), stdout, stderr });
    });
  });

/** A bank that runs, and where its backup and what is restored from that are to lie. */
async function stage() {
  const bank = await startTestBank();
  const { client } = await customerOf(bank, "alice");
  await client.deposit(dollars(100), "first");
  const place = temporaryFolder();
  const at = (name: string): string => join(place, name);
  writeFileSync(at("passphrase"), "correct horse battery staple\n");
  const passphrase = ["--passphrase-file", at("passphrase")];
  return {
    ...{ bank, place, to: at("backup"), data: at("restored") },
    backup: [
      ...["backup", "--data", bank.folder, "--to", at("backup"), "--keys-to", at("keys")],
      ...passphrase,
    ],
    restore: [
      ...["restore", "--from", at("backup"), "--keys", at("keys"), "--data", at("restored")],
      ...passphrase,
    ],
  };
}

async function depositAt(bank: TestBank): Promise<unknown> {
  const { client } = await connectTo(bank);
  await client.logIn("alice", PASSWORD);
  return client.deposit(dollars(5), "second");
}

const noRoomFor = (path: string): Run => ({
  ...{ code: 3, stdout: "", stderr: `there is no room for ${path}, or its disk fails\n` },
});

describe("row 69: where there is no room", () => {
  it("a backup leaves nothing, the bank goes on, and the next try works", async () => {
    const { bank, place, to, backup, restore } = await stage();
    expect(await runWithoutRoom(...backup)).toEqual(noRoomFor(to));
    expect(readdirSync(place)).toEqual(["passphrase"]);
    expect(await depositAt(bank)).toMatchObject({ balance: dollars(105) });
    expect(await run("verify", "--data", bank.folder)).toMatchObject({ code: 0 });

    expect(await run(...backup)).toMatchObject({ code: 0, stderr: "" });
    expect(await run(...restore)).toMatchObject({ code: 0, stderr: "" });
  });

  it("a restore leaves nothing, and the next try works", async () => {
    const { place, data, backup, restore } = await stage();
    expect(await run(...backup)).toMatchObject({ code: 0, stderr: "" });
    expect(await runWithoutRoom(...restore)).toEqual(noRoomFor(data));
    expect(readdirSync(place).toSorted()).toEqual(["backup", "keys", "passphrase"]);
    expect(await run(...restore)).toMatchObject({ code: 0, stderr: "" });
    expect(await run("verify", "--data", data)).toMatchObject({ code: 0 });
  });
});
