/** Rows 17 and 26: keys are rotated under load, and old hashes are made anew at the login. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import bcrypt from "bcrypt";
import { expect, it, vi } from "vitest";
import { cents } from "../../src/bank/money.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { importFernetKey } from "../../src/protocol/fernet.ts";
import { KEY_NAMES, readVersions, retireKey, rotateKey } from "../../src/server/keys/key-files.ts";
import { SEALED_FILE, openAuditLine } from "../../src/workers/audit-log.ts";
import { openSqliteReader } from "../../src/workers/sqlite-store.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";

const PASSWORD = "a good password";
const EVENTUALLY = { timeout: 20_000, interval: 50 };

const auditKeys = (folder: string) =>
  readVersions(folder, "audit").map(({ version, key }) => ({
    version,
    fernet: importFernetKey(nodeCiphers, key),
  }));

/** For each line of the encrypted file, the version that it is under; null if that is gone. */
function versionsOfLines(folder: string): (number | null)[] {
  const keys = auditKeys(folder);
  const lines = readFileSync(join(folder, SEALED_FILE), "utf8").split("\n").slice(0, -1);
  return lines.map(
    (line) => keys.find(({ fernet }) => openAuditLine([fernet], line) !== null)?.version ?? null,
  );
}

function hashOf(folder: string, account: number): string {
  const reader = openSqliteReader(folder);
  try {
    return [...reader.passwordHashes()][account - 1] ?? "";
  } finally {
    reader.close();
  }
}

async function logIn({ client }: TestBank, username: string): Promise<string> {
  const opened = client();
  const { type } = await opened.logIn(username, PASSWORD);
  if (type === "authenticated") await opened.deposit(cents(100));
  opened.close();
  return type;
}

it("row 17: every key is rotated under a load of logins, and nothing fails", async () => {
  const test = await startTestBank();
  const { folder } = test;
  for (const name of ["alice", "bob", "carol"]) await test.client().signUp(name, PASSWORD);
  expect(hashOf(folder, 1)).toMatch(/^hmac-sha384:/);

  const over = new AbortController();
  const ended: Record<string, number> = {};
  const load = ["alice", "bob"].map(async (name) => {
    while (!over.signal.aborted) {
      const type = await logIn(test, name);
      ended[type] = (ended[type] ?? 0) + 1;
    }
  });
  const untilMore = (more: number): Promise<void> => {
    const enough = (ended["authenticated"] ?? 0) + more;
    return vi.waitFor(() => expect(ended["authenticated"]).toBeGreaterThan(enough), EVENTUALLY);
  };
  await vi.waitFor(() => expect(ended["authenticated"]).toBeGreaterThan(3), EVENTUALLY);
  for (const name of KEY_NAMES) rotateKey(folder, name);
  await untilMore(5);
  await vi.waitFor(() => expect(versionsOfLines(folder)).toContain(2), EVENTUALLY);
  over.abort();
  await Promise.all(load);
  expect(Object.keys(ended)).toEqual(["authenticated"]);

  // Old lines are read under the old key, new ones need the new one, and none lies between.
  await vi.waitFor(
    () => expect(versionsOfLines(folder)).toHaveLength(test.wholeAudit().length),
    EVENTUALLY,
  );
  const versions = versionsOfLines(folder);
  expect(versions[0]).toBe(1);
  expect(versions.at(-1)).toBe(2);
  expect(versions).toEqual(versions.toSorted((one, other) => Number(one) - Number(other)));
  expect(test.events.filter(({ type }) => type === "alarm")).toEqual([]);

  // Who has logged in since is hashed under the new pepper; carol's hash dies with the old one.
  await vi.waitFor(() => expect(hashOf(folder, 1)).toMatch(/^hmac-sha384-v2:/), EVENTUALLY);
  expect(hashOf(folder, 3)).toMatch(/^hmac-sha384:/);
  retireKey(folder, "pepper", 1);
  retireKey(folder, "audit", 1);
  expect(await logIn(test, "carol")).toBe("authentication_failed");
  expect(await logIn(test, "alice")).toBe("authenticated");
  expect(versionsOfLines(folder)[0]).toBeNull();
});

it("row 26: a hash of another cost, or a plain one, is made anew at the login", async () => {
  const folder = temporaryFolder();
  const first = await startTestBank({ folder });
  for (const name of ["alice", "bob", "carol"]) await first.client().signUp(name, PASSWORD);
  await first.bank.stop();
  const database = new DatabaseSync(join(folder, "bank.sqlite"));
  const plain = (await bcrypt.hash(PASSWORD, 5)).replace("$2b$", "$2y$");
  database.prepare("UPDATE credentials SET password_hash = ? WHERE account = 2").run(plain);
  database.close();

  const test = await startTestBank({ folder, bcryptCost: 6 });
  for (const account of [1, 2]) {
    const name = account === 1 ? "alice" : "bob";
    const before = hashOf(folder, account);
    expect((await test.client().logIn(name, "a wrong password")).type).not.toBe("authenticated");
    expect(hashOf(folder, account)).toBe(before);
    expect(await logIn(test, name)).toBe("authenticated");
    await vi.waitFor(
      () => expect(hashOf(folder, account)).toMatch(/^hmac-sha384:\$2b\$06\$/),
      EVENTUALLY,
    );
    expect(await logIn(test, name)).toBe("authenticated");
  }
  expect(hashOf(folder, 3)).toMatch(/^hmac-sha384:\$2b\$04\$/);
});
