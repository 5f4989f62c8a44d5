/** Chance, handed in: a source of numbers, and one that a seed decides. */

/** Gives a number from 0 up to, not including, 1. Fit to spread load; never for a secret. */
export type Random = () => number;

/** Chance from the platform. */
export const systemRandom: Random = () => {
  const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1));
  return drawn / 2 ** 32;
};

/** The same seed gives the same numbers: a Weyl sequence of 32 bits, mixed (Mulberry32). */
export function seededRandom(seed: number): Random {
  let weyl = seed | 0;
  return () => {
    weyl = (weyl + 0x6d2b79f5) | 0;
    let mixed = Math.imul(weyl ^ (weyl >>> 15), weyl | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
