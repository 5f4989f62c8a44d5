/** New passwords in the crypto pool: judged by a policy, then hashed. */

import { readBlocklist } from "../bank/password-blocklist.ts";
import {
  leastChars,
  passwordRefusal,
  type NewPassword,
  type PasswordMinimum,
  type PasswordRefusal,
} from "../bank/password-policy.ts";
import { hashPassword, type PasswordHashing } from "./passwords.ts";

export type JudgePassword = NewPassword & { minimum: PasswordMinimum };
export type HashNewPassword = PasswordHashing & JudgePassword;
export type NewHash = { hash: string } | { refusal: PasswordRefusal; charsMin: number };

/** Read once a thread, when the first new password is judged. */
let common: Promise<ReadonlySet<string>> | null = null;

export async function hashNewPassword(request: HashNewPassword): Promise<NewHash> {
  const refusal = await judgePassword(request);
  if (refusal === null) return { hash: hashPassword(request) };
  return { refusal, charsMin: leastChars(request.minimum, request.hasFactor) };
}

/** Why it is refused, or null. */
export async function judgePassword(judged: JudgePassword): Promise<PasswordRefusal | null> {
  common ??= readBlocklist();
  const list = await common;
  return passwordRefusal(judged.minimum, judged, (text) => list.has(text));
}
