/** What owners' commands have left for the audit: each once, whatever is wrong with a file. */

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { followReports, reportToBank, type OwnerReport } from "../../src/server/owner-reports.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const REPORT: OwnerReport = { action: "backup", object: "to /mnt" };
const LOOKS_MS = 5_000;

beforeEach(() => vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => vi.useRealTimers());

it("serves without its folder, says so once, and takes up what comes later", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "reports"), "in the way");
  const damages: string[] = [];
  const recorded: OwnerReport[] = [];
  const stop = await followReports(folder, {
    record: (_key, report) => Promise.resolve(recorded.push(report) > 0),
    onDamage: (message) => damages.push(message),
  });
  await vi.advanceTimersByTimeAsync(LOOKS_MS);
  expect(damages).toHaveLength(1);
  rmSync(join(folder, "reports"));
  reportToBank(folder, REPORT);
  await vi.advanceTimersByTimeAsync(LOOKS_MS);
  expect(recorded).toEqual([REPORT]);
  stop();
});

it("tells of a report under one key until it can delete it, and of those beside it", async () => {
  const folder = temporaryFolder();
  const reports = join(folder, "reports");
  reportToBank(folder, REPORT);
  const [name = ""] = readdirSync(reports);
  const path = join(reports, name);
  const text = readFileSync(path, "utf8");
  const recorded = new Map<string, OwnerReport>();
  // What is in the way of the deletion is a folder in place of the file.
  const record = (key: string, report: OwnerReport): Promise<boolean> => {
    if (recorded.size === 0) {
      rmSync(path);
      mkdirSync(path);
    }
    recorded.set(key, report);
    return Promise.resolve(true);
  };
  const damages: string[] = [];
  const onDamage = (message: string): void => void damages.push(message);
  const stop = await followReports(folder, { record, onDamage });
  expect(damages).toEqual([expect.stringContaining(name)]);
  const other: OwnerReport = { action: "restore", object: "from /mnt" };
  reportToBank(folder, other);
  await vi.advanceTimersByTimeAsync(LOOKS_MS);
  expect([...recorded.values()]).toEqual([REPORT, other]);
  rmSync(path, { recursive: true });
  writeFileSync(path, text);
  await vi.advanceTimersByTimeAsync(LOOKS_MS);
  expect([...recorded.values()]).toEqual([REPORT, other]);
  expect(readdirSync(reports)).toEqual([]);
  stop();
});
