/**
 * Gathering: a commit costs much the same for one letter as for twenty, so where many arrive, a
 * small batch waits for as long as a larger one takes to arrive. The time that it saves on this
 * thread and on the main one is what logins and everybody else's requests then have.
 *
 * Where few arrive there is time enough, and nobody waits. Nor is there a wait for letters that
 * cannot come: how many calls are under way at once shows in the largest batch of late.
 */

/** At most so long after the last batch. */
export const GATHER_MS = 2.5;
/** Letters that need not wait for more, and fewer where the largest batch of late was small. */
export const GATHERED = 24;
/** The part of the largest batch of late that is enough, or batches would only become smaller. */
const ENOUGH_OF_LARGEST = 0.75;
/** How long that is remembered, about. */
export const LARGEST_WINDOW_MS = 100;
/** So many a millisecond are many … */
export const MANY_PER_MS = 4;
/** … over about this time: it outlasts a hiccup. */
export const WINDOW_MS = 10;

/** What has come of late. */
export type Arrivals = {
  /** Letters a millisecond. */
  readonly perMs: number;
  /** Letters of the largest batch; what is long ago counts as smaller. */
  readonly largest: number;
  /** Since the last batch. */
  readonly sinceLastMs: number;
};

/** How long a batch waits for more, in ms, of which so many letters are here; 0 for not at all. */
export function gatherMs(here: number, { perMs, largest, sinceLastMs }: Arrivals): number {
  const missing = Math.min(GATHERED, largest * ENOUGH_OF_LARGEST) - here;
  if (missing <= 0 || perMs < MANY_PER_MS) return 0;
  return Math.max(0, Math.min(GATHER_MS - sinceLastMs, missing / perMs));
}

export class Gathering {
  readonly #now: () => number;
  readonly #sleep: (ms: number) => void;
  #perMs = 0;
  #largest = 0;
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
    const waitMs = gatherMs(here, { perMs: this.#perMs, largest: this.#largest, sinceLastMs });
    if (waitMs > 0) this.#sleep(waitMs);
  }

  /** A batch is committed. What came before it counts the less, the longer ago it was. */
  committed(letters: number): void {
    const now = this.#now();
    const agoMs = now - this.#lastAt;
    this.#perMs = this.#perMs * Math.exp(-agoMs / WINDOW_MS) + letters / WINDOW_MS;
    this.#largest = Math.max(this.#largest * Math.exp(-agoMs / LARGEST_WINDOW_MS), letters);
    this.#lastAt = now;
  }
}

const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

// Not a timer, which takes at least a millisecond and a turn of the event loop.
function sleepWithThread(ms: number): void {
  Atomics.wait(never, 0, 0, ms);
}
