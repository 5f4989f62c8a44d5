/**
 * Recovery codes: what stands in for an authenticator that is lost, once each. They are shown when
 * they are made, and never again.
 *
 * The bank keeps plain SHA-256 hashes. A slow hash protects what people choose; these are 80 random
 * bits each, which no one can try out, whatever a try costs. So the hashes need no key either, and
 * a change of keys leaves them as they are.
 */

import { createHash, randomBytes } from "node:crypto";

export const RECOVERY_CODES = 10;
const CODE_BYTES = 10;
const CODE_CHARS = 16;
const GROUP_CHARS = 4;

/** RFC 4648's base32: no 0, 1 or 8, which are taken for letters. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** New codes, as people are to write them down: `ABCD-EFGH-IJKL-MNOP`. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: RECOVERY_CODES }, () => grouped(base32(randomBytes(CODE_BYTES))));

/** What is kept of a code, however it was typed; null for a text that cannot be one. */
export function recoveryHash(typed: string): string | null {
  const code = typed.replaceAll(/[\s-]/g, "").toUpperCase();
  if (code.length !== CODE_CHARS || !/^[A-Z2-7]+$/.test(code)) return null;
  return createHash("sha256").update(code).digest("hex");
}

function base32(bytes: Uint8Array): string {
  let bits = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  let text = "";
  for (let count = 0; count < CODE_CHARS; count += 1) {
    text = ALPHABET[Number(bits & 31n)]! + text;
    bits >>= 5n;
  }
  return text;
}

const grouped = (code: string): string =>
  code.match(new RegExp(`.{${GROUP_CHARS}}`, "g"))!.join("-");
