/** New passwords at the terminal ATM: judged before a code of the second factor is spent on one. */

import { checkPassword } from "../bank/credentials.ts";
import { Refused } from "../client/modern-errors.ts";
import type { ModernSession } from "../client/modern-session.ts";
import { charsMinFor } from "../client/password-texts.ts";
import { judgePassword } from "../workers/new-password.ts";

/**
 * The bank looks at a new password only after it has used up a code. So this asks first whether it
 * would take it, by the same rules; it still has the last word. @throws Refused
 */
export async function judgeFirst(session: ModernSession, password: string): Promise<void> {
  const { limits } = await session.connect();
  const { username, hasFactor } = await session.sessionInfo();
  const { passwordCharsMin: minimum } = limits;
  if (minimum === null || username === null) return;
  const reason =
    checkPassword(password) ?? (await judgePassword({ minimum, password, username, hasFactor }));
  if (reason === null) return;
  throw new Refused("bad_password", reason, charsMinFor(minimum, hasFactor));
}
