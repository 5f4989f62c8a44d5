/** Row 69: what somebody made who knows the passphrase is proven all the same. */

import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { digestOf } from "../../src/backup/digest.ts";
import { encodeManifest, parseManifest } from "../../src/backup/manifest.ts";
import { openKeys, sealKeys, type BankKeys } from "../../src/backup/sealed-keys.ts";
import { startTestBank } from "../test-bank.ts";
import { PASSPHRASE, restoreTestBackup, takeTestBackup, type Backup } from "./backup-stage.ts";

const DAMAGED = { name: "BackupRefused", reason: "damaged" };

async function stage(): Promise<Backup> {
  const { folder } = await startTestBank();
  return takeTestBackup(folder);
}

/** Puts other keys in place of a backup's, under the right passphrase. */
async function reseal({ keys }: Backup, change: (keys: BankKeys) => BankKeys): Promise<void> {
  const opened = await openKeys(readFileSync(keys, "utf8"), PASSPHRASE);
  writeFileSync(keys, await sealKeys(change(opened), PASSPHRASE));
}

describe("row 69: a restore refuses", () => {
  it.for(["../escaped", "keys/../../escaped", "/tmp/escaped", "keys\\escaped", "bank.sqlite"])(
    "a key whose place is %s, and writes nothing there",
    async (path) => {
      const backup = await stage();
      const file = { path, content: Buffer.from("forged") };
      await reseal(backup, (keys) => ({ ...keys, files: [...keys.files, file] }));
      const before = readdirSync(backup.place);
      await expect(restoreTestBackup(backup)).rejects.toMatchObject(DAMAGED);
      expect(readdirSync(backup.place)).toEqual(before);
      expect(existsSync(join(backup.place, "..", "escaped"))).toBe(false);
    },
  );

  it("books that are not as the manifest has them, though its digest is sealed", async () => {
    const backup = await stage();
    const path = join(backup.folder, "manifest.json");
    const { head, ...manifest } = parseManifest(readFileSync(path, "utf8"));
    const forged = encodeManifest({ ...manifest, head: { ...head, lastAudit: 0 } });
    writeFileSync(path, forged);
    await reseal(backup, (keys) => ({ ...keys, manifest: digestOf(forged) }));
    await expect(restoreTestBackup(backup)).rejects.toMatchObject({
      ...DAMAGED,
      message: "the books are not those of the manifest",
    });
    expect(readdirSync(backup.place).toSorted()).toEqual(["backup", "keys"]);
  });
});
