/**
 * Keeps what the process holds in its memory, passwords and keys, from leaving it by two ways that
 * a system opens of itself: a core file, and Node's debugger.
 */

import { existsSync, writeFileSync } from "node:fs";

/** Which parts of the memory a core file takes. Linux alone has it; elsewhere: `ulimit -c 0`. */
const CORE_FILTER = "/proc/self/coredump_filter";

export function guardProcess(): void {
  if (existsSync(CORE_FILTER)) emptyCoreFile();
  // By itself Node answers this signal with a debugger, to which any program here can connect.
  if (process.platform !== "win32") process.on("SIGUSR1", () => undefined);
}

function emptyCoreFile(): void {
  try {
    writeFileSync(CORE_FILTER, "0");
  } catch {
    // Of a process with rights of its own (`setcap`) it is root's, and there is no core file then.
  }
}
