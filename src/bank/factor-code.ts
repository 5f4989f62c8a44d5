/** What people type as a code of a second factor: six digits, or a recovery code. */

const SIX_DIGITS = /^\d{6}$/;
const RECOVERY_CODE = /^[A-Z2-7]{16}$/i;

/**
 * The code as the bank takes it, without the spaces and hyphens that make it legible; null for what
 * can be none. A wrong code counts as a guess, so that such a text had better not be sent.
 */
export function readCode(typed: string): string | null {
  const code = typed.replaceAll(/[\s-]/g, "");
  return SIX_DIGITS.test(code) || RECOVERY_CODE.test(code) ? code : null;
}
