/**
 * Gathering: a commit costs much the same for one letter as for eight, so where several clients ask
 * at once, a small batch waits a moment for more. The time that it saves on this thread and on the
 * main one is what logins and everybody else's requests then have.
 *
 * Nobody waits who asks alone, nor does a batch that is large enough, nor one that comes late.
 */

/** At most so long after the last batch. */
export const GATHER_MS = 1;
/** Letters that need not wait for more. */
export const GATHERED = 8;

/** What there is to decide by: the letters that are here, and the last batch. */
export type Gathered = { here: number; inLastBatch: number; sinceLastMs: number };

/** How long to wait for more, in ms; 0 for not at all. */
export function gatherMs({ here, inLastBatch, sinceLastMs }: Gathered): number {
  if (here >= GATHERED || (here === 1 && inLastBatch <= 1)) return 0;
  return Math.max(0, GATHER_MS - sinceLastMs);
}

export class Gathering {
  readonly #now: () => number;
  readonly #sleep: (ms: number) => void;
  #inLastBatch = 0;
  #lastAt = Number.NEGATIVE_INFINITY;

  /**
   * @param now Milliseconds that never run backwards.
   * @param sleep Stops this thread for so many.
   */
  constructor(now: () => number, sleep = sleepWithThread) {
    this.#now = now;
    this.#sleep = sleep;
  }

  /** Returns when the batch of which so many letters are here need wait no longer. */
  wait(here: number): void {
    const sinceLastMs = this.#now() - this.#lastAt;
    const waitMs = gatherMs({ here, inLastBatch: this.#inLastBatch, sinceLastMs });
    if (waitMs > 0) this.#sleep(waitMs);
  }

  /** A batch is committed. */
  committed(letters: number): void {
    this.#inLastBatch = letters;
    this.#lastAt = this.#now();
  }
}

const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

// Not a timer, which takes at least a millisecond and a turn of the event loop.
function sleepWithThread(ms: number): void {
  Atomics.wait(never, 0, 0, ms);
}
