/** Ctrl+C and its kin: the first asks the program to finish, a later one makes it. */

import { EXIT } from "./exit.ts";

/** A terminal and npm may both pass on one Ctrl+C; within this time they are the same. */
const SAME_SIGNAL_MS = 500;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Resolves at the first signal; a second one ends the process at once. */
export function untilSignalled(say: (line: string) => void): Promise<void> {
  const signalled = Promise.withResolvers<void>();
  let firstAt = 0;
  const onSignal = (): void => {
    const now = performance.now();
    if (firstAt === 0) {
      firstAt = now;
      say("Stopping: what is in hand is finished first. Once more to stop at once.");
      signalled.resolve();
    } else if (now - firstAt >= SAME_SIGNAL_MS) {
      say("Stopped at once; the next start recovers.");
      process.exit(EXIT.interrupted);
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return signalled.promise;
}
