/** What a form with a password was sent with: checked, as a message for the flow. */

import { checkPassword, checkUsername } from "../../src/bank/credentials.ts";
import type { PasswordMinimum } from "../../src/bank/password-policy.ts";
import { parseCode } from "./code.ts";
import type { PasswordJudge } from "./password-judge.ts";
import type { Message, Problem } from "./state.ts";

type Credentials = { username: string; password: string };
/** `typed` is a code of the second factor; null where none is known of. */
export type TypedPasswords = { oldPassword: string; newPassword: string; typed: string | null };

/** Old passwords are never asked whether they are good ones. */
export function logInMessage(typed: Credentials): Message {
  const fault = checkPassword(typed.password);
  return credentialsMessage(typed, fault === null ? [] : [{ type: "password", fault }]);
}

export function signUpMessage(
  typed: Credentials,
  judge: PasswordJudge,
  minimum: PasswordMinimum | null,
): Message {
  const asked = { ...typed, username: nameIn(typed.username), hasFactor: false };
  const bad = judge.judge(asked, minimum);
  const problem: Problem[] =
    bad === null ? [] : [{ type: "bad_password", field: "password", ...bad }];
  return credentialsMessage(typed, problem);
}

export function passwordsMessage(
  { oldPassword, newPassword, typed }: TypedPasswords,
  username: string,
  judge: PasswordJudge,
  minimum: PasswordMinimum | null,
): Message {
  const problems: Problem[] = [];
  if (oldPassword === "") problems.push({ type: "old_password", fault: "empty" });
  // Whether there is a second factor, the bank knows: what is too short without, it says.
  const bad = judge.judge({ password: newPassword, username, hasFactor: true }, minimum);
  if (bad !== null) problems.push({ type: "bad_password", field: "new-password", ...bad });
  const entered = typed === null ? { code: null } : parseCode(typed);
  if ("fault" in entered) problems.push({ type: "code", fault: entered.fault });
  return "fault" in entered || problems.length > 0
    ? { type: "passwords_faulty", problems }
    : { type: "passwords_entered", oldPassword, newPassword, code: entered.code };
}

function credentialsMessage(typed: Credentials, passwordProblems: Problem[]): Message {
  const username = nameIn(typed.username);
  const fault = checkUsername(username);
  const problems: Problem[] = fault === null ? [] : [{ type: "username", fault }];
  problems.push(...passwordProblems);
  return problems.length > 0
    ? { type: "credentials_faulty", username, problems }
    : { type: "credentials_entered", username, password: typed.password };
}

/** A phone's keyboard adds a space after a name, and may split letters from their accents. */
export const nameIn = (typed: string): string => typed.trim().normalize("NFC");
