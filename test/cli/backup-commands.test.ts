/** `secure-atm backup`, `restore` and `verify`: what they print, and how they end. */

import { mkdirSync, readFileSync, readdirSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { dollars } from "../../src/bank/money.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { ClassicClient } from "../../src/client/classic-client.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import { startBankProgram, startProgram } from "../system/program.ts";
import { startTestBank } from "../test-bank.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { tamper } from "../workers/books-stage.ts";
import { run } from "./run.ts";

type Signals = "SIGINT" | "SIGKILL";
type Place = { place: string; data: string; to: string; keys: string; passphrase: string };

function newPlace(): Place {
  const place = temporaryFolder();
  const passphrase = join(place, "passphrase");
  writeFileSync(passphrase, "correct horse battery staple\n");
  const at = (name: string): string => join(place, name);
  return { place, data: at("bank"), to: at("backup"), keys: at("keys"), passphrase };
}

const backup = ({ data, to, keys, passphrase }: Place) =>
  run("backup", "--data", data, "--to", to, "--keys-to", keys, "--passphrase-file", passphrase);

const restore = ({ to, keys, passphrase }: Place, data: string) =>
  run("restore", "--from", to, "--keys", keys, "--data", data, "--passphrase-file", passphrase);

/** The folder of a bank that has stopped: one customer, two transactions. */
async function stoppedBank(place: Place): Promise<Place> {
  mkdirSync(place.data);
  const { bank, customer } = await startTestBank({ folder: place.data });
  const alice = await customer("alice");
  await alice.deposit(dollars(100));
  await alice.withdraw(dollars(30));
  await bank.stop();
  return place;
}

function clientOf(port: number): ClassicClient {
  const client = new ClassicClient(new TcpTransport("127.0.0.1", port), nodeCiphers);
  onTestFinished(() => client.close());
  return client;
}

describe("backup and restore", () => {
  it("carry a running bank to another folder, which then runs", async () => {
    const place = newPlace();
    const bank = await startBankProgram(place.data);
    const alice = clientOf(bank.port);
    await alice.signUp("alice", "a good password");
    await alice.logIn("alice", "a good password");
    await alice.deposit(dollars(100));

    const taken = await backup(place);
    expect(taken.stderr).toBe("");
    expect(taken).toMatchObject({ code: 0, stdout: expect.stringContaining(place.to) });
    expect(taken.stdout).toContain("2 accounts, transaction 1, audit row 4");
    await alice.deposit(dollars(5)); // Behind the backup.

    const data = join(place.place, "restored");
    const restored = await restore(place, data);
    expect(restored.stderr).toBe("");
    expect(restored).toMatchObject({ code: 0, stdout: expect.stringContaining(data) });
    const again = await startBankProgram(data);
    const later = clientOf(again.port);
    await later.logIn("alice", "a good password");
    expect(await later.balance()).toEqual({ type: "balance", balance: dollars(100) });
  });

  it("leave what is there alone, and end with 3", async () => {
    const place = await stoppedBank(newPlace());
    expect((await backup(place)).code).toBe(0);
    const names = readdirSync(place.place);
    const again = await backup(place);
    expect(again).toMatchObject({ code: 3, stderr: expect.stringContaining("is there already") });
    const keysThere = await backup({ ...place, to: join(place.place, "other") });
    expect(keysThere).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("is there already"),
    });
    const over = await restore(place, place.data);
    expect(over).toMatchObject({ code: 3, stderr: expect.stringContaining("is there already") });
    expect(readdirSync(place.place)).toEqual(names);
  });

  it.for<readonly [what: string, over: (place: Place) => Partial<Place>]>([
    ["keys within the backup", ({ to }) => ({ keys: join(to, "keys") })],
    ["keys within the bank", ({ data }) => ({ keys: join(data, "backup.keys") })],
    ["a backup within the bank", ({ data }) => ({ to: join(data, "backup") })],
    ["a backup in a folder that is not there", ({ place }) => ({ to: join(place, "no", "such") })],
  ])("refuse %s", async ([, over]) => {
    const place = await stoppedBank(newPlace());
    const names = readdirSync(place.place, { recursive: true });
    expect(await backup({ ...place, ...over(place) })).toMatchObject({ code: 3, stdout: "" });
    expect(readdirSync(place.place, { recursive: true })).toEqual(names);
  });

  it("end with 2 without a passphrase, or with a short one", async () => {
    const place = await stoppedBank(newPlace());
    const args = ["--data", place.data, "--to", place.to, "--keys-to", place.keys];
    expect(await run("backup", ...args)).toMatchObject({ code: 2, stdout: "" });
    writeFileSync(place.passphrase, "too short");
    expect(await backup(place)).toMatchObject({
      ...{ code: 2, stderr: "A passphrase has 15 characters or more.\n" },
    });
    expect(readdirSync(place.place).toSorted()).toEqual(["bank", "passphrase"]);
  });

  it("end with 4 over damage, with 1 over another passphrase, and leave nothing", async () => {
    const place = await stoppedBank(newPlace());
    await backup(place);
    const data = join(place.place, "restored");
    writeFileSync(place.passphrase, "incorrect horse battery staple");
    expect(await restore(place, data)).toMatchObject({
      ...{ code: 1, stderr: "the keys are sealed under another passphrase\n" },
    });
    const manifest = join(place.to, "manifest.json");
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace('"lastAudit"', '"lastAudlt"'));
    expect(await restore(place, data)).toMatchObject({
      ...{ code: 4, stdout: "", stderr: "manifest.json is damaged\n" },
    });
    expect(readdirSync(place.place)).not.toContain("restored");
  });

  it("end with 4 over a bank whose books are damaged", async () => {
    const place = await stoppedBank(newPlace());
    tamper(place.data, "UPDATE accounts SET balance = balance + 1 WHERE id = 1");
    const { code, stderr } = await backup(place);
    expect(stderr).toMatch(/^the books are damaged: account 1 \("alice"\)/);
    expect(code).toBe(4);
    expect(readdirSync(place.place).toSorted()).toEqual(["bank", "passphrase"]);
  });

  it("leave nothing that looks like a backup when Ctrl+C comes in the middle", async () => {
    const place = await stoppedBank(newPlace());
    const program = await interruptedBackup(place, "SIGINT");
    expect(await program.ended).toBe(130);
    expect(program.output()).toContain("Stopped: there is no backup.");
    expect(readdirSync(place.place).toSorted()).toEqual(["bank", "passphrase"]);
  });

  it("leave a draft, and no more, when killed in the middle; the next one is whole", async () => {
    const place = await stoppedBank(newPlace());
    const program = await interruptedBackup(place, "SIGKILL");
    expect(await program.ended).toBe("SIGKILL");
    const left = readdirSync(place.place).filter((name) => !name.endsWith(".draft"));
    expect(left.toSorted()).toEqual(["bank", "passphrase"]);

    expect(await backup(place)).toMatchObject({ code: 0, stderr: "" });
    const restored = join(place.place, "restored");
    expect(await restore(place, restored)).toMatchObject({ code: 0, stderr: "" });
    expect(await run("verify", "--data", restored)).toMatchObject({ code: 0 });
  });
});

/** A backup that gets a signal once its folder is begun. */
async function interruptedBackup({ place, data, to, keys, passphrase }: Place, signal: Signals) {
  const drafted = Promise.withResolvers<void>();
  const watcher = watch(place, (_type, name) => {
    if (name?.endsWith(".draft") === true) drafted.resolve();
  });
  onTestFinished(() => watcher.close());
  const program = startProgram(
    ...["backup", "--data", data, "--to", to, "--keys-to", keys, "--passphrase-file", passphrase],
  );
  await drafted.promise;
  program.child.kill(signal);
  return program;
}

describe("verify", () => {
  it("proves a bank, running or not, and changes nothing", async () => {
    const place = newPlace();
    const bank = await startBankProgram(place.data);
    const alice = clientOf(bank.port);
    await alice.signUp("alice", "a good password");
    await alice.logIn("alice", "a good password");
    await alice.deposit(dollars(100));
    const running = await run("verify", "--data", place.data);
    expect(running.stdout).toBe(
      [
        "OK       the database is whole",
        "OK       the balances sum to zero: 2 accounts",
        "OK       no customer is or was below zero",
        "OK       every balance equals its history: 1 transactions",
        "OK       nothing is missing or out of order: 4 audit rows",
        "OK       journal and audit agree, row by row",
        "OK       each outcome apart from the journal names its transaction: 0 outcomes",
        "OK       every customer has a password, stored in a known form",
        "OK       roles, locks and second factors are those that the audit tells of",
        "OK       so are the proposals, and what became of them\n",
      ].join("\n"),
    );
    expect(running).toMatchObject({ code: 0, stderr: "" });
    bank.child.kill("SIGTERM");
    expect(await bank.ended).toBe(0);
    const stopped = await run("verify", "--json", "--data", place.data);
    expect(JSON.parse(stopped.stdout)).toMatchObject({
      ...{ ok: true, accounts: 2, lastTransaction: 1, sum: 0, faults: [] },
    });
    expect(stopped.code).toBe(0);
  });

  it("names what is wrong, and ends with 4", async () => {
    const { data } = await stoppedBank(newPlace());
    tamper(data, "UPDATE journal SET amount = amount + 100 WHERE id = 2");
    const text = await run("verify", "--data", data);
    expect(text.stdout).toContain("DAMAGED  every balance equals its history");
    expect(text.stdout).toContain('transaction 2 says that account 1 ("alice") has $70, not $69\n');
    expect(text.stdout).toContain("OK       the balances sum to zero");
    expect(text).toMatchObject({ code: 4, stderr: `The books in ${data} are damaged.\n` });
    const json = await run("verify", "--json", "--data", data);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, counts: { history: 2, sum: 0 } });
    expect(json.code).toBe(4);
  });

  it("proves a backup, whose audit can be listed, and leaves it as it is", async () => {
    const place = await stoppedBank(newPlace());
    await backup(place);
    expect(await run("verify", "--data", place.to)).toMatchObject({ code: 0, stderr: "" });
    const listed = await run("audit", "list", "--data", place.to);
    expect(listed).toMatchObject({ code: 0, stderr: "" });
    expect(listed.stdout).toMatch(/"the bank" {2}start {2}ok/);
    expect(readdirSync(place.to).toSorted()).toEqual(["bank.sqlite", "manifest.json"]);
  });

  it("proves what a bank has written by now, though its folder was a backup's", async () => {
    const place = newPlace();
    mkdirSync(place.data);
    writeFileSync(join(place.data, "manifest.json"), "{}\n");
    const bank = await startBankProgram(place.data);
    const alice = clientOf(bank.port);
    await alice.signUp("alice", "a good password");
    await alice.logIn("alice", "a good password");
    await alice.deposit(dollars(100));
    const { code, stdout } = await run("verify", "--data", place.data);
    expect(stdout).toContain("every balance equals its history: 1 transactions");
    expect(code).toBe(0);
  });

  it("ends with 4 where there is no bank", async () => {
    const folder = temporaryFolder();
    expect(await run("verify", "--data", folder)).toMatchObject({
      ...{ code: 4, stdout: "", stderr: `there is no bank in ${folder}\n` },
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});
