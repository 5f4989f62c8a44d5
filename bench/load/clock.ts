/** The clock of a run. All threads of a process read the same one, so that their times compare. */

/** Milliseconds that never run backwards, from a start that means nothing. */
export function nowMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}
