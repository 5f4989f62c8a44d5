/** Row 69: where a backup, its keys or a bank are to be made lies a link. It is left as it is. */

import { lstatSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startTestBank } from "../test-bank.ts";
import { takeBackup } from "../../src/backup/take-backup.ts";
import { PASSPHRASE, restoreTestBackup, takeTestBackup } from "./backup-stage.ts";

const EXISTS = { name: "BackupRefused", reason: "exists" };
/** Anybody may make one, but on Windows. */
const LINKS = process.platform !== "win32";

describe("row 69: in place of a link", () => {
  it.for(["that leads nowhere", "to an empty folder"])("%s nothing is made", async (where) => {
    if (!LINKS) return;
    const { folder: data } = await startTestBank();
    const backup = await takeTestBackup(data);
    const at = (name: string): string => join(backup.place, name);
    if (where === "to an empty folder") mkdirSync(at("behind"));
    symlinkSync(at("behind"), at("link"));
    const before = readdirSync(backup.place);
    const wish = { data, passphrase: PASSPHRASE, now: Date.now };
    const { signal } = new AbortController();
    for (const places of [
      { to: at("link"), keysTo: at("new keys") },
      { to: at("new backup"), keysTo: at("link") },
    ]) {
      await expect(takeBackup({ ...wish, ...places, signal })).rejects.toMatchObject(EXISTS);
    }
    await expect(restoreTestBackup(backup, { name: "link" })).rejects.toMatchObject(EXISTS);
    expect(readdirSync(backup.place)).toEqual(before);
    expect(lstatSync(at("link")).isSymbolicLink()).toBe(true);
  });
});
