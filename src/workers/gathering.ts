/**
 * Gathering: a commit costs much the same for one letter as for eight, so where many arrive, a
 * small batch waits a moment for more. The time that it saves on this thread and on the main one is
 * what logins and everybody else's requests then have.
 *
 * Where few arrive there is time enough, and nobody waits; nor does a batch that is large enough,
 * or that comes late.
 */

/** At most so long after the last batch. */
export const GATHER_MS = 1;
/** Letters that need not wait for more. */
export const GATHERED = 8;
/** So many a millisecond are many … */
export const MANY_PER_MS = 4;
/** … over about this time: it outlasts a hiccup. */
export const WINDOW_MS = 10;

/** How long a batch waits for more, in ms, of which so many letters are here; 0 for not at all. */
export function gatherMs(here: number, perMs: number, sinceLastMs: number): number {
  if (here >= GATHERED || perMs < MANY_PER_MS) return 0;
  return Math.max(0, GATHER_MS - sinceLastMs);
}

export class Gathering {
  readonly #now: () => number;
  readonly #sleep: (ms: number) => void;
  #perMs = 0;
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
    const waitMs = gatherMs(here, this.#perMs, this.#now() - this.#lastAt);
    if (waitMs > 0) this.#sleep(waitMs);
  }

  /** A batch is committed. What came before it counts the less, the longer ago it was. */
  committed(letters: number): void {
    const now = this.#now();
    const kept = Math.exp((this.#lastAt - now) / WINDOW_MS);
    this.#perMs = this.#perMs * kept + letters / WINDOW_MS;
    this.#lastAt = now;
  }
}

const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

// Not a timer, which takes at least a millisecond and a turn of the event loop.
function sleepWithThread(ms: number): void {
  Atomics.wait(never, 0, 0, ms);
}
