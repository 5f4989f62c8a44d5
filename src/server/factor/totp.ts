/**
 * One-time codes of the second factor (RFC 6238): what an authenticator app shows, SHA-1, six
 * digits, thirty seconds. The time is the bank's; whether a step was used is the ledger's to know.
 */

import { timingSafeEqual } from "node:crypto";
import { generateSecret, generateSync, generateURI } from "otplib";

const STEP_SECONDS = 30;
/** How far the clock of an authenticator may be off, in steps, to either side. */
const STEPS_OFF_MAX = 1;
/** RFC 4226 recommends 160 bits. */
const SECRET_BYTES = 20;
const ISSUER = "Secure ATM";

/** How codes are made: apps know the first profile, RFC 6238 tests the others too. */
export type Profile = {
  readonly algorithm: "sha1" | "sha256" | "sha512";
  readonly digits: 6 | 8;
};

export const AUTHENTICATOR: Profile = { algorithm: "sha1", digits: 6 };

const CODE = /^\d{6}$/;

/** A new secret, in base32. */
export const newSecret = (): string => generateSecret({ length: SECRET_BYTES });

/** What the QR code for an authenticator says. */
export const enrolmentUri = (username: string, secret: string): string =>
  generateURI({ issuer: ISSUER, label: username, secret });

/** The step that a time (ms since the epoch) lies in. */
export const stepAt = (nowMs: number): number => Math.floor(nowMs / 1_000 / STEP_SECONDS);

/** The code of one step: RFC 4226's, with the step for its counter. `secret` is base32 or raw. */
export const codeOf = (
  secret: string | Uint8Array,
  step: number,
  { algorithm, digits }: Profile = AUTHENTICATOR,
): string =>
  generateSync({
    ...{ strategy: "totp", secret, algorithm, digits },
    ...{ period: STEP_SECONDS, epoch: step * STEP_SECONDS },
  });

/**
 * The step whose code this is, at most one away from now; null if it is of none. All steps are
 * compared, each in constant time, so that the time taken says nothing of the codes.
 */
export function matchingStep(secret: string, code: string, nowMs: number): number | null {
  if (!CODE.test(code)) return null;
  const given = Buffer.from(code);
  const now = stepAt(nowMs);
  let found: number | null = null;
  for (let step = now - STEPS_OFF_MAX; step <= now + STEPS_OFF_MAX; step += 1) {
    if (step >= 0 && timingSafeEqual(Buffer.from(codeOf(secret, step)), given)) found = step;
  }
  return found;
}
