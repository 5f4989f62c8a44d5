/** Time for clients, handed in: tests turn it by hand. */

/** Runs `action` once after `ms`; the result cancels it. */
export type After = (ms: number, action: () => void) => () => void;

/** By the platform's timers, here and in browsers. */
export const afterTimeout: After = (ms, action) => {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
};
