/** How long to wait between tries, and trying with such waits. */
import type { After } from "./timers.ts";

const FIRST_MS = 250;
const MAX_MS = 5_000;

/**
 * The wait after so many tries in vain: it doubles up to a bound, and is spread over the upper
 * half, so that the clients of a bank that was away do not come back all at once.
 * @param chance From 0 up to 1.
 */
export function backOffMs(tries: number, chance: number): number {
  const most = Math.min(FIRST_MS * 2 ** (tries - 1), MAX_MS);
  return (most * (1 + chance)) / 2;
}

/** What waiting needs of those who wait. */
export interface BackOff {
  readonly after: After;
  readonly chance: () => number;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** Waits as `backOffMs` says, or until it is aborted. */
export function pause(tries: number, { after, chance, signal }: BackOff): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const cancel = after(backOffMs(tries, chance()), end);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end);
  });
}

/**
 * Does `work` until it succeeds, or fails in a way that no further try may mend.
 * @param mayPass Whether the error of so many tries is one to wait out.
 * @throws whatever the last try threw.
 */
export async function persistently<T>(
  work: () => Promise<T>,
  mayPass: (error: unknown, tries: number) => boolean,
  backOff: BackOff,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error, tries)) throw error;
      await pause(tries, backOff);
      if (backOff.signal.aborted) throw error;
    }
  }
}
