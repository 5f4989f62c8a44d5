/** New passwords in the crypto pool: judged by the bank's policy, then hashed. */

import {
  passwordRefusal,
  type NewPassword,
  type PasswordMinimum,
  type PasswordRefusal,
} from "../bank/password-policy.ts";
import { hashPassword, type PasswordHashing } from "./passwords.ts";

export type HashNewPassword = PasswordHashing & NewPassword & { minimum: PasswordMinimum };
export type NewHash = { hash: string } | { refusal: PasswordRefusal };

/** Some 49,000 passwords that are tried first; read once a thread, when the first one is judged. */
let common: Promise<ReadonlySet<string>> | null = null;

export async function hashNewPassword(request: HashNewPassword): Promise<NewHash> {
  common ??= readCommon();
  const list = await common;
  const refusal = passwordRefusal(request.minimum, request, (text) => list.has(text));
  return refusal === null ? { hash: hashPassword(request) } : { refusal };
}

async function readCommon(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import("@zxcvbn-ts/language-common");
  return new Set(dictionary["passwords-common"].map(String));
}
