/** What a customer types as a code of the second factor: six digits, or a recovery code. */

import { readCode } from "../../src/bank/factor-code.ts";

export type CodeFault = "empty" | "no_code" | "no_digits";
/** What was typed: the code as the bank takes it, or what is wrong with it. */
export type TypedCode = { code: string } | { fault: CodeFault };

export function parseCode(typed: string): TypedCode {
  if (/^[\s-]*$/.test(typed)) return { fault: "empty" };
  const code = readCode(typed);
  return code === null ? { fault: "no_code" } : { code };
}

/** As above, where there are no recovery codes yet. */
export function parseDigits(typed: string): TypedCode {
  const entered = parseCode(typed);
  const isEmpty = "fault" in entered && entered.fault === "empty";
  const isDigits = "code" in entered && /^\d{6}$/.test(entered.code);
  return isEmpty || isDigits ? entered : { fault: "no_digits" };
}
