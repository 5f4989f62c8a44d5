/** Row 69: a backup and its keys are there together or not at all, wherever it ends. */

import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { makeFolder } from "../../src/backup/draft-folder.ts";
import { takeBackup } from "../../src/backup/take-backup.ts";
import { startTestBank } from "../test-bank.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { PASSPHRASE, restoreTestBackup } from "./backup-stage.ts";

const SWEEPING = fileURLToPath(new URL("sweeping.ts", import.meta.url));
const DYING = fileURLToPath(new URL("dying-backup.ts", import.meta.url));

/** Where a backup dies, in its order: before the names in that folder are durable. */
const STEPS = ["the draft", "the keys' place", "the content", "the backup's place"] as const;
const COMPLETE = STEPS.length;

let data: string;
let place: string;
let folder: string;
let keys: string;

beforeEach(async () => {
  const bank = await startTestBank();
  await bank.bank.stop();
  data = bank.folder;
  place = temporaryFolder();
  folder = join(place, "backup");
  keys = join(temporaryFolder(), "keys");
});

type Sync = (folder: string) => void;

const take = (keysTo = keys, sync?: Sync) =>
  takeBackup({
    ...{ data, to: folder, keysTo, passphrase: PASSPHRASE, now: Date.now },
    signal: new AbortController().signal,
    ...(sync === undefined ? {} : { sync }),
  });

/** @returns the signal that it died of */
const takeUntil = (step: number): Promise<unknown> =>
  new Promise((resolve) => {
    const args = [DYING, data, folder, keys, String(step)];
    execFile(process.execPath, args, (error) => resolve(error?.signal ?? error));
  });

describe("row 69: a backup that is killed", () => {
  it.for(STEPS.slice(0, -1).map((step, index) => [step, index + 1] as const))(
    "before %s is durable leaves no backup, and is swept away by the next",
    async ([, step]) => {
      expect(await takeUntil(step)).toBe("SIGKILL");
      expect(readdirSync(place)).toEqual([
        expect.stringMatching(/^\.backup\.[0-9a-f]{16}\.draft$/),
      ]);
      expect(existsSync(keys)).toBe(step > 1);
      await take();
      expect(readdirSync(place)).toEqual(["backup"]);
      expect(readdirSync(dirname(keys))).toEqual(["keys"]);
      expect(existsSync(await restoreTestBackup({ place, folder, keys }))).toBe(true);
    },
  );

  it("after it has its name is a whole one, which the next leaves alone", async () => {
    expect(await takeUntil(COMPLETE)).toBe("SIGKILL");
    const sealed = readFileSync(keys);
    await expect(take()).rejects.toMatchObject({ reason: "exists" });
    expect(readdirSync(place)).toEqual(["backup"]);
    expect(readFileSync(keys)).toEqual(sealed);
    expect(existsSync(await restoreTestBackup({ place, folder, keys }))).toBe(true);
  });

  it("leaves keys that are another's by now to them", async () => {
    expect(await takeUntil(3)).toBe("SIGKILL");
    writeFileSync(keys, "mine");
    await expect(take()).rejects.toMatchObject({ reason: "exists" });
    expect(readFileSync(keys, "utf8")).toBe("mine");
    await take(join(place, "other keys"));
    expect(readFileSync(keys, "utf8")).toBe("mine");
  });

  it("is not swept away while it lives", async () => {
    let names: readonly string[] = [];
    const other = Promise.withResolvers<unknown>();
    let isFirst = true;
    await take(keys, () => {
      if (!isFirst) return;
      isFirst = false;
      names = readdirSync(place);
      // Up to its first wait it looks for drafts, and finds this one locked.
      other.resolve(take(join(place, "other keys")).catch((error: unknown) => error));
      expect(readdirSync(place)).toEqual(expect.arrayContaining([...names]));
    });
    expect(await other.promise).toMatchObject({ reason: "exists" });
    expect(readdirSync(place)).toEqual(["backup"]);
    expect(existsSync(await restoreTestBackup({ place, folder, keys }))).toBe(true);
  });
});

describe("a draft that ends while another process waits for its lock", () => {
  it.for(["whole", "refused"] as const)("%s is no fault to that one", async (end) => {
    const exit = Promise.withResolvers<unknown>();
    const fill = async () => {
      const sweeping = execFile(process.execPath, [SWEEPING, folder]);
      sweeping.once("exit", exit.resolve);
      await once(sweeping.stdout!, "data");
      if (end === "refused") throw new Error(end);
    };
    const made = makeFolder(folder, { allowsEmpty: false, fill }).then(() => "whole");
    expect(await made.catch((error: Error) => error.message)).toBe(end);
    expect(await exit.promise).toBe(0);
    expect(readdirSync(place)).toEqual(end === "refused" ? [] : ["backup"]);
  });
});

describe("row 69: a backup whose disk fails", () => {
  it("says so where it is full", async () => {
    const full = (): void => {
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    };
    await expect(take(keys, full)).rejects.toMatchObject({
      ...{ name: "BackupRefused", reason: "place" },
      message: `there is no room for ${folder}, or its disk fails`,
    });
  });

  it.for(STEPS.map((step, index) => [step, index + 1] as const))(
    "at %s leaves neither itself nor keys, and the next try works",
    async ([, step]) => {
      let left = step;
      const failing = (): void => {
        left -= 1;
        if (left === 0) throw new Error("EIO: i/o error, fsync");
      };
      await expect(take(keys, failing)).rejects.toThrow("EIO: i/o error, fsync");
      expect(readdirSync(place)).toEqual([]);
      expect(readdirSync(dirname(keys))).toEqual([]);
      await take();
      expect(existsSync(await restoreTestBackup({ place, folder, keys }))).toBe(true);
    },
  );
});
