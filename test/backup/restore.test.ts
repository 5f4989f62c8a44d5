/** Row 69: a damaged backup is refused, and nothing is left of the attempt. */

import { createHash } from "node:crypto";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../src/actor/random.ts";
import type { BackupRefused } from "../../src/backup/refused.ts";
import { restoreBackup } from "../../src/backup/restore-backup.ts";
import { startTestBank } from "../test-bank.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { liveThroughADay, tamper } from "../workers/books-stage.ts";
import { PASSPHRASE, restoreTestBackup, takeTestBackup, type Backup } from "./backup-stage.ts";

const SEED = 69;
const PLACES = 3;

/** One backup for all, since its keys take long to seal: each test has a copy of its own. */
const original = mkdtempSync(join(tmpdir(), "secure-atm-test-"));
afterAll(() => rmSync(original, { recursive: true, force: true }));

type Copy = Pick<Backup, "place" | "folder" | "keys">;

/** A backup of a bank with keys of its own, and the books of a short day. */
async function stage(): Promise<Copy> {
  const staged = placesIn(original);
  if (!existsSync(staged.keys)) {
    const { bank, folder } = await startTestBank();
    await bank.stop();
    rmSync(join(folder, "bank.sqlite"));
    liveThroughADay(folder);
    copyTo(original, await takeTestBackup(folder));
  }
  return copied(staged);
}

const placesIn = (place: string): Copy => ({
  ...{ place, folder: join(place, "backup"), keys: join(place, "keys") },
});

/** A copy of it that can be damaged. */
const copied = (backup: Copy): Copy => copyTo(temporaryFolder(), backup);

function copyTo(place: string, { folder, keys }: Copy): Copy {
  const copy = placesIn(place);
  cpSync(folder, copy.folder, { recursive: true });
  copyFileSync(keys, copy.keys);
  return copy;
}

/** What becomes of restoring a copy that was damaged, and what is left of the attempt. */
async function refusalOf(
  backup: Copy,
  damage: (copy: Copy) => void,
  passphrase = PASSPHRASE,
): Promise<{ reason: string; message: string; left: string[] }> {
  const copy = copied(backup);
  damage(copy);
  const there = readdirSync(copy.place);
  const { reason, message } = await restoreTestBackup(copy, { passphrase }).then(
    () => ({ reason: "none", message: "it was restored" }),
    (refusal: BackupRefused) => refusal,
  );
  return { reason, message, left: readdirSync(copy.place).filter((name) => !there.includes(name)) };
}

const DAMAGED = { reason: "damaged", left: [] };

type Part = "bank.sqlite" | "manifest.json" | "keys";
const pathOf = (part: Part, { folder, keys }: Copy): string =>
  part === "keys" ? keys : join(folder, part);

function rewrite(path: string, change: (bytes: Buffer<ArrayBuffer>) => Uint8Array): void {
  writeFileSync(path, change(readFileSync(path)));
}

const PARTS: readonly Part[] = ["bank.sqlite", "manifest.json", "keys"];

describe("row 69: a restore refuses", () => {
  it.for(PARTS)("%s with one bit flipped, wherever", async (part) => {
    const backup = await stage();
    const random = seededRandom(SEED);
    const size = readFileSync(pathOf(part, backup)).length;
    const places = Array.from({ length: PLACES }, () => Math.floor(random() * size));
    for (const place of [0, ...places, size - 1]) {
      const bit = 1 << Math.floor(random() * 8);
      const refusal = await refusalOf(backup, (copy) =>
        rewrite(pathOf(part, copy), (bytes) => {
          bytes[place]! ^= bit;
          return bytes;
        }),
      );
      expect(refusal).toMatchObject(DAMAGED);
    }
  });

  it.for(PARTS)("%s that is cut, longer, empty or gone", async (part) => {
    const backup = await stage();
    const changes: readonly ((bytes: Buffer<ArrayBuffer>) => Uint8Array)[] = [
      (bytes) => bytes.subarray(0, -1),
      (bytes) => bytes.subarray(0, bytes.length >> 1),
      (bytes) => Buffer.concat([bytes, Buffer.from("\n")]),
      () => new Uint8Array(),
    ];
    for (const change of changes) {
      const refusal = await refusalOf(backup, (copy) => rewrite(pathOf(part, copy), change));
      expect(refusal).toMatchObject(DAMAGED);
    }
    const refusal = await refusalOf(backup, (copy) => rmSync(pathOf(part, copy)));
    expect(refusal).toMatchObject(DAMAGED);
  });

  it("books that somebody changed, with a manifest to match", async () => {
    const backup = await stage();
    const refusal = await refusalOf(backup, (copy) => {
      tamper(
        copy.folder,
        "PRAGMA journal_mode = DELETE; UPDATE holders SET name = 'x' WHERE account = 1",
      );
      const database = readFileSync(join(copy.folder, "bank.sqlite"));
      const sha256 = createHash("sha256").update(database).digest("hex");
      rewrite(join(copy.folder, "manifest.json"), (bytes) =>
        Buffer.from(bytes.toString("utf8").replace(/"[0-9a-f]{64}"/, `"${sha256}"`)),
      );
    });
    expect(refusal).toEqual({
      ...DAMAGED,
      message: "the backup is not the one that these keys belong to",
    });
  });

  it("the keys of another backup, even of the same bank", async () => {
    const { bank, folder } = await startTestBank();
    await bank.stop();
    const [one, other] = [await takeTestBackup(folder), await takeTestBackup(folder)];
    const refusal = await refusalOf(one, (copy) => copyFileSync(other.keys, copy.keys));
    expect(refusal).toEqual({
      ...DAMAGED,
      message: "the backup is not the one that these keys belong to",
    });
  });

  it.for(["bank.sqlite", "manifest.json"] as const)(
    "the %s of another backup, even of the same bank",
    async (part) => {
      const { bank, folder, customer } = await startTestBank();
      const one = await takeTestBackup(folder);
      await customer("alice");
      await bank.stop();
      const other = await takeTestBackup(folder);
      const refusal = await refusalOf(one, (copy) =>
        copyFileSync(pathOf(part, other), pathOf(part, copy)),
      );
      expect(refusal).toMatchObject(DAMAGED);
    },
  );

  it("another passphrase, and says so", async () => {
    const backup = await stage();
    const refusal = await refusalOf(backup, () => undefined, `${PASSPHRASE}!`);
    expect(refusal).toMatchObject({ reason: "passphrase", left: [] });
  });

  it("a folder with anything in it, and leaves that alone", async () => {
    const backup = await stage();
    const first = await restoreTestBackup(backup);
    const bytes = readFileSync(join(first, "bank.sqlite"));
    await expect(restoreTestBackup(backup)).rejects.toMatchObject({ reason: "exists" });
    expect(readFileSync(join(first, "bank.sqlite"))).toEqual(bytes);
    const other = join(backup.place, "other");
    mkdirSync(other);
    writeFileSync(join(other, "notes"), "mine");
    await expect(restoreTestBackup(backup, { name: "other" })).rejects.toMatchObject({
      reason: "exists",
    });
    expect(readdirSync(other)).toEqual(["notes"]);
  });

  it("to go on once it is told to stop, and leaves nothing", async () => {
    const backup = await stage();
    const stop = new AbortController();
    stop.abort();
    const data = join(backup.place, "restored");
    const { folder: from, keys } = backup;
    const options = { from, keys, data, passphrase: PASSPHRASE, signal: stop.signal };
    await expect(restoreBackup(options)).rejects.toMatchObject({ name: "AbortError" });
    expect(readdirSync(backup.place).toSorted()).toEqual(["backup", "keys"]);
  });
});

describe("a restore", () => {
  it("takes an empty folder, and the backup as often as wanted", async () => {
    const backup = await stage();
    mkdirSync(join(backup.place, "empty"));
    const one = await restoreTestBackup(backup, { name: "empty" });
    const other = await restoreTestBackup(backup, { name: "other" });
    for (const folder of [one, other]) {
      expect(existsSync(join(folder, "keys", "pepper.key"))).toBe(true);
      expect(readFileSync(join(folder, "bank.sqlite"))).toEqual(
        readFileSync(join(backup.folder, "bank.sqlite")),
      );
    }
  });
});
