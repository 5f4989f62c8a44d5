/** What a file holds, read again only when the file has been replaced: a look costs one `stat`. */

import { statSync } from "node:fs";

/**
 * @param read What makes the value from the file; if it throws, the next look tries again.
 * @returns a function that gives the value as the file has it now.
 */
export function fresh<T>(path: string, read: () => T): () => T {
  let held: { stamp: string; value: T } | null = null;
  return () => {
    // Taken before reading: a file that changes in between is read once more, never once too few.
    const stamp = stampOf(path);
    if (held?.stamp !== stamp) held = { stamp, value: read() };
    return held.value;
  };
}

/**
 * The same for a bank that must go on: while the file cannot be read, for whatever reason, it keeps
 * the last value and looks again each time.
 * @param onDamage Told why, once for each reason.
 */
export function freshOrKept<T>(
  path: string,
  { first, read, onDamage }: { first: T; read: () => T; onDamage: (error: Error) => void },
): () => T {
  const look = fresh(path, read);
  let kept = first;
  let damage: string | null = null;
  return () => {
    try {
      kept = look();
      damage = null;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (error.message !== damage) onDamage(error);
      damage = error.message;
    }
    return kept;
  };
}

/** Different for every version of a file that is replaced as a whole. */
function stampOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? "none" : `${stats.ino} ${stats.mtimeNs} ${stats.size}`;
}
