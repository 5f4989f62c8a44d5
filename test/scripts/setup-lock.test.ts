/** The set-up's lock: one owner at a time, and no owner's death holds it for ever. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { breakIfStale, release, take, withLock } from "../../scripts/setup-lock.mjs";

let folder: string;
let lock: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secure atm lock "));
  lock = join(folder, ".lock");
});

afterEach(() => rmSync(folder, { recursive: true }));

const ME = `${process.pid}-me`;

describe("the lock", () => {
  it("has one owner, and the next one after its release", () => {
    expect(take(lock, ME)).toBe(true);
    expect(take(lock, `${process.pid}-other`)).toBe(false);
    release(lock, ME);
    expect(take(lock, `${process.pid}-other`)).toBe(true);
  });

  it("leaves nothing behind", async () => {
    await withLock(lock, () => {
      expect(existsSync(lock)).toBe(true);
    });
    expect(existsSync(lock)).toBe(false);
  });

  it("is free again after work that failed", async () => {
    const failing = withLock(lock, () => Promise.reject(new Error("no network")));
    await expect(failing).rejects.toThrow("no network");
    expect(take(lock, ME)).toBe(true);
  });

  it("lets one piece of work run after the other", async () => {
    const steps: string[] = [];
    const work = (name: string) => async () => {
      steps.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      steps.push(`${name} ends`);
    };
    let waited = 0;
    const onWait = () => (waited += 1);
    await Promise.all([withLock(lock, work("a"), onWait), withLock(lock, work("b"), onWait)]);
    expect(steps).toEqual(["a begins", "a ends", "b begins", "b ends"]);
    expect(waited).toBe(1);
  });
});

describe("a lock whose owner is gone", () => {
  const { pid: deadPid } = spawnSync(process.execPath, ["--version"]);

  it("is broken at once if its process has ended", () => {
    take(lock, `${deadPid}-gone`);
    expect(breakIfStale(lock)).toBe(true);
    expect(take(lock, ME)).toBe(true);
  });

  it("is broken after a minute of silence, whoever has its process id by now", () => {
    take(lock, ME);
    expect(breakIfStale(lock, Date.now() + 59_000)).toBe(false);
    expect(breakIfStale(lock, Date.now() + 61_000)).toBe(true);
  });

  it("is broken where it was left without an owner", () => {
    mkdirSync(lock);
    expect(breakIfStale(lock)).toBe(true);
  });

  it("is not broken for its successor", () => {
    take(lock, ME);
    // The late release of a dead owner's lock, by a waiter who saw it before the successor came.
    release(lock, `${deadPid}-gone`);
    expect(take(lock, `${process.pid}-other`)).toBe(false);
  });

  it("gives a clear error where no lock can be made at all", async () => {
    writeFileSync(join(folder, "file"), "");
    await expect(withLock(join(folder, "file", "lock"), () => {})).rejects.toThrow("ENOTDIR");
  });
});
