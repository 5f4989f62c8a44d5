/** What a customer types as a code of the second factor: six digits, or a recovery code. */

export type CodeFault = "empty" | "no_code";
/** What was typed: the code as the bank takes it, or what is wrong with it. */
export type TypedCode = { code: string } | { fault: CodeFault };

const SIX_DIGITS = /^\d{6}$/;
const RECOVERY_CODE = /^[A-Z2-7]{16}$/i;

/** A wrong code counts as a guess, so that what can be none is not sent. */
export function parseCode(typed: string): TypedCode {
  const code = typed.replaceAll(/[\s-]/g, "");
  if (code === "") return { fault: "empty" };
  return SIX_DIGITS.test(code) || RECOVERY_CODE.test(code) ? { code } : { fault: "no_code" };
}
