/** The way of a login, and of a confirmation: the password, the code, and the ledger's word. */

import type { AccountId } from "../../bank/ledger.ts";
import { continueAttempt, fail, isForCustomers, succeed, whenStored } from "./attempt.ts";
import { askForCode, continueCode } from "./code.ts";
import { end, type Admission, type AdmissionStep, type Errands, type Result } from "./steps.ts";
import type { Confirm, LogIn } from "./wish.ts";

export function continueLogIn(
  admission: Admission,
  wish: LogIn | Confirm,
  result: Result,
): AdmissionStep {
  switch (admission.step) {
    case "beginning_code":
    case "checking_code":
    case "ending_code":
      return continueCode(admission, wish, result, succeed);
    case "storing":
      return whenStored(admission, result, (reply) => {
        if (reply.type !== "logged_in") return null;
        if (wish.type === "confirm") return end({ type: "confirmed" });
        const isFit = admission.isFit === true;
        return end({ ...reply, isFit }, upgradeOf(admission, wish, reply.account));
      });
    default:
      return continueAttempt(admission, wish, result, (checked) =>
        checked.isOperator === true && isForCustomers(wish)
          ? fail(checked, "not_permitted")
          : askForCode(checked, wish, succeed),
      );
  }
}

/** Now that the password is at hand, it is hashed as it should be. */
function upgradeOf(
  { checkedHash, isOutdated }: Admission,
  { username, password }: LogIn,
  account: AccountId,
): Errands {
  if (isOutdated !== true || checkedHash === undefined || checkedHash === null) return [];
  return [{ type: "upgrade_hash", username, account, password, checkedHash }];
}
