/** A thread that makes way for the others, by the niceness that Linux gives each thread. */

import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";

/** Enough to come after the bank's own work, and still to get on while the machine is busy. */
const NICENESS = 10;

/** From now on this thread runs when others leave room; not on Linux, nothing changes. */
export function yieldToOthers(): void {
  try {
    const [threadId] = readlinkSync("/proc/thread-self").split("/").slice(-1);
    setPriority(Number(threadId), NICENESS);
  } catch {
    // Not Linux, or a sandbox without /proc: the thread keeps its priority, and only speed is lost.
  }
}
