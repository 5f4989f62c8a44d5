/** Time, handed in: nothing else in the kernel asks what time it is or sets a timer. */

/** Takes back what `after` arranged. Does nothing once that has run. */
export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since the epoch, for stamps. It jumps when somebody sets the machine's time. */
  now(): number;
  /** Milliseconds since some fixed moment, for deadlines and durations. It never goes back. */
  monotonic(): number;
  /** Runs `run` once, `delayMs` from now. An armed timer keeps the process alive. */
  after(delayMs: number, run: () => void): Cancel;
}

/** The longest delay that a timer of the platform takes; it would fire a longer one at once. */
const DELAY_MS_MAX = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    if (!(delayMs <= DELAY_MS_MAX)) throw new RangeError(`no timer takes ${delayMs} ms`);
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
