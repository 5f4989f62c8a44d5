/** Row 69: a restored backup equals its source, also of a bank that was busy. */

import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { formatAuditLine } from "../../src/bank/audit.ts";
import { dollars } from "../../src/bank/money.ts";
import { initAuthority, issueTerminal } from "../../src/server/tls/authority.ts";
import { rotateKey } from "../../src/server/keys/key-files.ts";
import { verifyBooks } from "../../src/workers/books-verification.ts";
import { openSnapshot } from "../../src/workers/sqlite-snapshot.ts";
import { readBooks } from "../attacks/books.ts";
import { PASSWORD, connectTo, customerOf } from "../attacks/modern/customer.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { liveThroughADay, tamper } from "../workers/books-stage.ts";
import { restoreTestBackup, takeTestBackup } from "./backup-stage.ts";

const CUSTOMERS = 6;

/** All rows of all tables. */
function contentOf(folder: string): Record<string, unknown[]> {
  const database = new DatabaseSync(join(folder, "bank.sqlite"), { readOnly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    return Object.fromEntries(
      tables.map(({ name }) => [name, database.prepare(`SELECT * FROM "${String(name)}"`).all()]),
    );
  } finally {
    database.close();
  }
}

/** Every file below a folder with its content, by path; of its keys and certificates alone. */
function secretsOf(folder: string): Record<string, string> {
  const places = ["keys", "tls"].filter((place) => existsSync(join(folder, place)));
  const files = places.flatMap((place) =>
    readdirSync(join(folder, place), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  files.push(join(folder, "identity.pub"));
  return Object.fromEntries(
    files.toSorted().map((file) => [file.slice(folder.length), readFileSync(file, "latin1")]),
  );
}

async function faultsIn(folder: string): Promise<string[]> {
  const snapshot = openSnapshot(folder);
  try {
    const { faults } = await verifyBooks(snapshot, async () => undefined);
    return faults.map(({ text }) => text);
  } finally {
    snapshot.close();
  }
}

/** Customers who deposit without a pause, and remember each balance that they were told. */
async function steadyLoad(bank: TestBank) {
  const told = new Map<string, number>();
  const over = new AbortController();
  let wakeLoaded: () => void = () => undefined;
  const deposit = async (name: string): Promise<void> => {
    const client = await bank.customer(name);
    for (let count = 1; !over.signal.aborted; count++) {
      const reply = await client.deposit(dollars(1));
      expect(reply).toEqual({ type: "deposited", amount: dollars(1), balance: dollars(count) });
      told.set(name, dollars(count));
      wakeLoaded();
    }
  };
  const names = Array.from({ length: CUSTOMERS }, (_, index) => `load${index}`);
  const works = Promise.all(names.map(deposit));
  await new Promise<void>((resolve) => {
    wakeLoaded = () => {
      if (told.size === CUSTOMERS) resolve();
    };
  });
  const end = async (): Promise<void> => {
    over.abort();
    await works;
  };
  return { told, end };
}

describe("row 69: a backup of a bank under load", () => {
  it("has all that was acknowledged before it, costs no request, and is sound", async () => {
    const bank = await startTestBank();
    const { client } = await customerOf(bank, "alice");
    const cash = await client.deposit(dollars(100), "cash");
    const load = await steadyLoad(bank);

    const before = new Map(load.told);
    const backup = await takeTestBackup(bank.folder);
    const after = new Map(load.told);
    await load.end(); // Each answer was looked at: none was a refusal.

    const data = await restoreTestBackup(backup);
    const { balances } = readBooks(data);
    for (const [name, balance] of before) expect(balances[name]).toBeGreaterThanOrEqual(balance);
    for (const [name, balance] of after) {
      // One deposit may have been committed and not yet answered.
      expect(balances[name]).toBeLessThanOrEqual(balance + dollars(1));
    }
    const sum = (told: Map<string, number>) => [...told.values()].reduce((a, b) => a + b, 0);
    expect(sum(after), "the load went on meanwhile").toBeGreaterThan(sum(before));
    expect(await faultsIn(data)).toEqual([]);

    // The books of the source went on; up to the backup's head the two are the same.
    const { lastTransaction, lastAudit } = backup.manifest.head;
    const [source, restored] = [contentOf(bank.folder), contentOf(data)];
    expect(restored["journal"]).toEqual(source["journal"]?.slice(0, lastTransaction));
    const isIn = (row: unknown) =>
      Number((row as Record<string, unknown>)["sequence"]) <= lastAudit;
    expect(restored["audit"]).toEqual(source["audit"]?.filter(isIn));

    const again = await startTestBank({ folder: data });
    const { client: later } = await connectTo(again);
    await later.logIn("alice", PASSWORD);
    expect(await later.deposit(dollars(100), "cash")).toEqual(cash);
    expect(await later.balance()).toMatchObject({ balance: dollars(100) });
  });
});

describe("row 69: a restored bank", () => {
  it("equals its source: rows, keys, identity, certificates", async () => {
    const bank = await startTestBank();
    const { client } = await customerOf(bank, "alice");
    await client.deposit(dollars(100), "cash");
    rotateKey(bank.folder, "pepper");
    await initAuthority(bank.folder, { nowMs: Date.now() });
    await issueTerminal(bank.folder, "lobby", Date.now());
    await bank.bank.stop();

    const backup = await takeTestBackup(bank.folder);
    const data = await restoreTestBackup(backup);
    expect(contentOf(data)).toEqual(contentOf(bank.folder));
    expect(secretsOf(data)).toEqual(secretsOf(bank.folder));
    expect(Object.keys(secretsOf(data))).toContain("/keys/pepper-2.key");
    expect(Object.keys(secretsOf(data))).toContain("/tls/terminals/lobby.key");

    const again = await startTestBank({ folder: data });
    expect(again.bank.publicKey).toBe(bank.bank.publicKey);
    const { client: later } = await connectTo(again);
    await later.logIn("alice", PASSWORD);
    expect(await later.balance()).toMatchObject({ balance: dollars(100) });
  });

  it("writes both audit files anew, from the first entry on", async () => {
    const bank = await startTestBank();
    await customerOf(bank, "alice");
    await bank.bank.stop();
    const data = await restoreTestBackup(await takeTestBackup(bank.folder));
    expect(existsSync(join(data, "audit_log_unencrypted.txt"))).toBe(false);
    const again = await startTestBank({ folder: data });
    await again.bank.stop();
    const lines = again.wholeAudit().map((entry) => `${formatAuditLine(entry)}\n`);
    expect(readFileSync(join(data, "audit_log_unencrypted.txt"), "utf8")).toBe(lines.join(""));
    const sealed = readFileSync(join(data, "audit_log.enc"), "utf8");
    expect(sealed.split("\n")).toHaveLength(lines.length + 1);
  });
});

describe("row 18: the folder of a backup", () => {
  it("has the database and the manifest in it, no key, and is its owner's alone", async () => {
    const bank = await startTestBank();
    await customerOf(bank, "alice");
    await bank.bank.stop();
    const { folder, keys } = await takeTestBackup(bank.folder);
    expect(readdirSync(folder).toSorted()).toEqual(["bank.sqlite", "manifest.json"]);
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(modeOf(folder)).toBe("700");
    for (const path of [keys, join(folder, "bank.sqlite"), join(folder, "manifest.json")]) {
      expect(modeOf(path)).toBe("600");
    }
    // Whole keys, and as raw bytes; and the file of the keys has them sealed only.
    const written = [...readdirSync(folder).map((name) => join(folder, name)), keys].map((path) =>
      readFileSync(path),
    );
    const canaries = Object.entries(secretsOf(bank.folder))
      .filter(([path]) => path.startsWith("/keys/"))
      .flatMap(([, text]) => text.match(/[\w-]{40,}/g) ?? []);
    expect(canaries.length).toBeGreaterThanOrEqual(4);
    for (const canary of canaries) {
      const raw = (["base64url", "hex"] as const).map((form) => Buffer.from(canary, form));
      for (const form of [Buffer.from(canary), ...raw.filter(({ length }) => length >= 24)]) {
        for (const bytes of written) expect(bytes.includes(form)).toBe(false);
      }
    }
  });
});

describe("a backup is refused", () => {
  it.for<readonly [what: string, sql: string, message: RegExp]>([
    [
      "of books that do not sum to zero",
      "UPDATE accounts SET balance = balance + 1 WHERE id = 1",
      /^the books are damaged: account 1/,
    ],
    [
      "of a journal that does not agree with the audit",
      "UPDATE journal SET sequence = 5 WHERE id = 1",
      /^the books are damaged: audit row/,
    ],
  ])("%s", async ([, sql, message]) => {
    const bank = await startTestBank();
    await bank.bank.stop();
    rmSync(join(bank.folder, "bank.sqlite"));
    liveThroughADay(bank.folder);
    tamper(bank.folder, sql);
    await expect(takeTestBackup(bank.folder)).rejects.toMatchObject({
      ...{ name: "BackupRefused", reason: "damaged", message: expect.stringMatching(message) },
    });
  });

  it("of a bank whose keys are gone", async () => {
    const bank = await startTestBank();
    await bank.bank.stop();
    rmSync(join(bank.folder, "keys", "pepper.key"));
    await expect(takeTestBackup(bank.folder)).rejects.toMatchObject({ name: "KeyUnusable" });
  });

  it("once it is told to stop", async () => {
    const bank = await startTestBank();
    const stop = new AbortController();
    stop.abort();
    await expect(takeTestBackup(bank.folder, stop.signal)).rejects.toMatchObject({
      name: "AbortError",
    });
  });
});

describe("a database that was left open to others", () => {
  it("is closed to them when a bank opens it", async () => {
    const folder = temporaryFolder();
    const first = await startTestBank({ folder });
    await first.bank.stop();
    const path = join(folder, "bank.sqlite");
    chmodSync(path, 0o644);
    chmodSync(join(folder, "bank.lock"), 0o644);
    await startTestBank({ folder });
    const modes = ["bank.sqlite", "bank.sqlite-wal", "bank.sqlite-shm", "bank.lock"].map(
      (name) => statSync(join(folder, name)).mode & 0o777,
    );
    expect(modes).toEqual([0o600, 0o600, 0o600, 0o600]);
  });
});
