/**
 * A lock between processes: one sets the project up, the others wait until it has.
 *
 * The lock is a folder that holds one file, named after its owner. It appears whole, by renaming a
 * prepared folder onto its name, which fails while a folder with content stands there. A waiter
 * breaks a dead owner's lock by deleting that owner's file by name, so it can never break the lock
 * of a successor who came in between.
 */
import { randomBytes } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

const POLL_MS = 200;
const HEARTBEAT_MS = 2_000;
// A living owner touches its file every two seconds. An owner that has not for this long has lost
// its machine (and its process id may belong to another by now), or was suspended.
const SILENCE_MS_MAX = 60_000;

/**
 * Runs `work` while no other process holds the lock at `path`.
 * @template T
 * @param {string} path
 * @param {() => T | Promise<T>} work
 * @param {() => void} [onWait] called once if another process holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(path, work, onWait = () => {}) {
  const owner = `${process.pid}-${randomBytes(6).toString("hex")}`;
  let waiting = false;
  while (!take(path, owner)) {
    if (breakIfStale(path)) continue;
    if (!waiting) onWait();
    waiting = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const file = join(path, owner);
  const heartbeat = setInterval(() => ignoringErrors(() => touch(file)), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    release(path, owner);
  }
}

/**
 * @param {string} path
 * @param {string} owner
 * @returns {boolean} whether the lock is now ours
 */
export function take(path, owner) {
  const prepared = `${path}-${owner}`;
  mkdirSync(prepared);
  writeFileSync(join(prepared, owner), "");
  try {
    renameSync(prepared, path);
    return true;
  } catch {
    rmSync(prepared, { recursive: true, force: true });
    return false;
  }
}

/**
 * @param {string} path
 * @param {string} owner
 */
export function release(path, owner) {
  ignoringErrors(() => unlinkSync(join(path, owner)));
  // Refused if a successor's file is inside already.
  ignoringErrors(() => rmdirSync(path));
}

/**
 * Frees the lock if its owner is gone.
 * @param {string} path
 * @returns {boolean} whether it did
 */
export function breakIfStale(path, now = Date.now()) {
  let broken = false;
  ignoringErrors(() => {
    for (const owner of readdirSync(path)) {
      const silenceMs = now - statSync(join(path, owner)).mtimeMs;
      if (isAlive(Number.parseInt(owner, 10)) && silenceMs <= SILENCE_MS_MAX) return;
      unlinkSync(join(path, owner));
    }
    rmdirSync(path);
    broken = true;
  });
  return broken;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // "Not permitted" still means that there is such a process.
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/** @param {string} file */
function touch(file) {
  const now = new Date();
  utimesSync(file, now, now);
}

/**
 * What other processes do to the lock's folder at the same moment is no error here: the next poll
 * sees what came of it.
 * @param {() => void} action
 */
function ignoringErrors(action) {
  try {
    action();
  } catch {
    // See above.
  }
}
