/** What a customer types as a code of the second factor: six digits, or a recovery code. */

import { readCode } from "../../src/bank/factor-code.ts";

export type CodeFault = "empty" | "no_code";
/** What was typed: the code as the bank takes it, or what is wrong with it. */
export type TypedCode = { code: string } | { fault: CodeFault };

export function parseCode(typed: string): TypedCode {
  if (/^[\s-]*$/.test(typed)) return { fault: "empty" };
  const code = readCode(typed);
  return code === null ? { fault: "no_code" } : { code };
}
