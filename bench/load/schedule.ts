/**
 * When the requests of an open loop are due: at a fixed rate, whatever the bank does. A latency
 * that is counted from here shows a stall to every request that should have been sent in it.
 */

export class Schedule {
  readonly #startAt: number;
  readonly #perSecond: number;
  /** Requests are numbered over all shares: these are this one's next, its step, and the end. */
  #next: number;
  readonly #step: number;
  readonly #end: number;

  /**
   * @param share Of several schedules with the same start, each takes every `of`-th request, so
   *   that together they keep the rate.
   */
  constructor(
    { startAt, endAt, perSecond }: { startAt: number; endAt: number; perSecond: number },
    { index, of }: { index: number; of: number } = { index: 0, of: 1 },
  ) {
    if (!(perSecond > 0)) throw new RangeError("a rate is above zero");
    this.#startAt = startAt;
    this.#perSecond = perSecond;
    this.#next = index;
    this.#step = of;
    this.#end = Math.ceil(((endAt - startAt) * perSecond) / 1_000);
  }

  /** Requests that were not taken yet. */
  get left(): number {
    return Math.max(0, Math.ceil((this.#end - this.#next) / this.#step));
  }

  /** Takes the next request if it is due, and says since when; null if none is. */
  take(now: number): number | null {
    const dueAt = this.#startAt + (this.#next * 1_000) / this.#perSecond;
    if (this.#next >= this.#end || dueAt > now) return null;
    this.#next += this.#step;
    return dueAt;
  }
}
