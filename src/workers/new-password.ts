/** New passwords in the crypto pool: judged by the bank's policy, then hashed. */

import { readBlocklist } from "../bank/password-blocklist.ts";
import {
  passwordRefusal,
  type NewPassword,
  type PasswordMinimum,
  type PasswordRefusal,
} from "../bank/password-policy.ts";
import { hashPassword, type PasswordHashing } from "./passwords.ts";

export type HashNewPassword = PasswordHashing & NewPassword & { minimum: PasswordMinimum };
export type NewHash = { hash: string } | { refusal: PasswordRefusal };

/** Read once a thread, when the first new password is judged. */
let common: Promise<ReadonlySet<string>> | null = null;

export async function hashNewPassword(request: HashNewPassword): Promise<NewHash> {
  common ??= readBlocklist();
  const list = await common;
  const refusal = passwordRefusal(request.minimum, request, (text) => list.has(text));
  return refusal === null ? { hash: hashPassword(request) } : { refusal };
}
