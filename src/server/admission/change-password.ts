/** The way of a change of password: the old one, the new one, and only then the code is used up. */

import { abandon, continueAttempt, whenStored } from "./attempt.ts";
import { askForCode, continueCode, withoutCode } from "./code.ts";
import {
  ask,
  end,
  go,
  unexpected,
  type Admission,
  type AdmissionStep,
  type Next,
  type Result,
} from "./steps.ts";
import type { ChangePassword } from "./wish.ts";

export function continueChange(
  admission: Admission,
  wish: ChangePassword,
  result: Result,
): AdmissionStep {
  const storeNew = (proven: Admission): AdmissionStep => store(proven, wish);
  switch (admission.step) {
    case "beginning_code":
    case "checking_code":
    case "ending_code":
      return continueCode(admission, wish, result, storeNew);
    case "hashing":
      return whenHashed(admission, result, (hashed) => askForCode(hashed, wish, storeNew));
    case "storing":
      return whenStored(admission, result, ({ type }) =>
        type === "done" ? end({ type: "password_changed" }) : null,
      );
    default:
      return continueAttempt(
        admission,
        wish,
        result,
        (checked) => withoutCode(checked, wish) ?? hash(checked, wish),
      );
  }
}

function hash(admission: Admission, { username, newPassword }: ChangePassword): AdmissionStep {
  const { hasFactor, isOperator } = admission;
  return go(admission, "hashing", [
    {
      ...{ type: "hash_password", password: newPassword, username },
      ...(hasFactor === true && { hasFactor }),
      ...(isOperator === true && { isOperator }),
    },
  ]);
}

function whenHashed(admission: Admission, result: Result, next: Next): AdmissionStep {
  if (result.type === "password_failed") return abandon(admission);
  if (result.type === "password_refused") {
    return abandon(admission, { ...result, type: "bad_password" }, "bad_password");
  }
  if (result.type !== "password_hashed") return unexpected(admission, result);
  return next({ ...admission, newHash: result.hash });
}

function store(admission: Admission, wish: ChangePassword): AdmissionStep {
  const { terminal, checkedHash = null, factorProven = false, newHash } = admission;
  if (newHash === undefined) throw new Error("a password is stored that was not hashed");
  const { account } = wish;
  const passwordHash = newHash;
  return go(admission, "storing", [
    ask(
      {
        ...{ type: "change_password", account, terminal, passwordHash, checkedHash },
        ...(factorProven && { factorProven }),
      },
      wish,
    ),
  ]);
}
