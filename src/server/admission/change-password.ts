/** The way of a change of password: the old one, the code, then the new one. */

import { abandon, continueAttempt, whenStored } from "./attempt.ts";
import { askForCode, continueCode } from "./code.ts";
import {
  ask,
  end,
  go,
  unexpected,
  type Admission,
  type AdmissionStep,
  type Result,
} from "./steps.ts";
import type { ChangePassword } from "./wish.ts";

export function continueChange(
  admission: Admission,
  wish: ChangePassword,
  result: Result,
): AdmissionStep {
  const hashNew = (proven: Admission): AdmissionStep => hash(proven, wish);
  switch (admission.step) {
    case "beginning_code":
    case "checking_code":
    case "ending_code":
      return continueCode(admission, wish, result, hashNew);
    case "hashing":
      return whenHashed(admission, wish, result);
    case "storing":
      return whenStored(admission, result, ({ type }) =>
        type === "done" ? end({ type: "password_changed" }) : null,
      );
    default:
      return continueAttempt(admission, wish, result, (checked) =>
        askForCode(checked, wish, hashNew),
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

function whenHashed(admission: Admission, wish: ChangePassword, result: Result): AdmissionStep {
  if (result.type === "password_failed") return abandon(admission);
  if (result.type === "password_refused") {
    return abandon(admission, { ...result, type: "bad_password" }, "bad_password");
  }
  if (result.type !== "password_hashed") return unexpected(admission, result);
  const { terminal, checkedHash = null, factorProven = false } = admission;
  const { account } = wish;
  const passwordHash = result.hash;
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
