/** One-time codes as an authenticator shows them, by otplib alone; and ones that it does not. */

import { generateSync } from "otplib";

/**
 * What an authenticator shows `steps` steps from now. A step may end before a code is looked at, so
 * a bank is sure to take those of this one and the next, and not that of the one before.
 */
export const shown = (secret: string, steps: number): string =>
  generateSync({ secret, epoch: Math.floor(Date.now() / 1_000) + steps * 30 });

/** No code of this secret for minutes around. */
export function wrongCode(secret: string): string {
  const near = new Set(Array.from({ length: 21 }, (_, index) => shown(secret, index - 10)));
  return ["000000", "111111", "222222"].find((code) => !near.has(code)) ?? "333333";
}
