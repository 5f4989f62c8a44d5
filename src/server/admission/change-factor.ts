/**
 * The ways of a second factor, of somebody who is logged in. To begin one and to remove one needs
 * the password again; to enrol what was begun needs its first code.
 */

import { isUnknown, rejectionOf } from "../answers.ts";
import { abandon, continueAttempt, succeed, whenStored } from "./attempt.ts";
import { askForCode, continueCode } from "./code.ts";
import type { AdmissionOutcome } from "./outcome.ts";
import {
  BUSY,
  READ_ONLY,
  ask,
  end,
  go,
  noteOf,
  unexpected,
  whenTurnCame,
  type Admission,
  type AdmissionStep,
  type Result,
} from "./steps.ts";
import type { BeginFactor, EnrolFactor, RemoveFactor } from "./wish.ts";

export function continueBeginning(
  admission: Admission,
  wish: BeginFactor,
  result: Result,
): AdmissionStep {
  const { username } = wish;
  switch (admission.step) {
    case "storing":
      return whenStored(admission, result, ({ type }) =>
        type === "logged_in"
          ? go(admission, "changing", [{ type: "make_secret", username }])
          : null,
      );
    case "changing": {
      if (result.type !== "secret_made") return unexpected(admission, result);
      const { secret, uri } = result;
      const { checkedHash = null } = admission;
      return end({ type: "factor_begun", secret, uri, checkedHash });
    }
    default:
      return continueAttempt(admission, wish, result, (checked) =>
        askForCode(checked, wish, succeed),
      );
  }
}

export function continueRemoval(
  admission: Admission,
  wish: RemoveFactor,
  result: Result,
): AdmissionStep {
  const { username } = wish;
  switch (admission.step) {
    case "beginning_code":
    case "checking_code":
    case "ending_code":
      return continueCode(admission, wish, result, succeed);
    case "storing":
      return whenStored(admission, result, ({ type }) =>
        type === "logged_in"
          ? go(admission, "changing", [ask({ type: "remove_factor", username }, wish)])
          : null,
      );
    case "changing":
      return whenChanged(admission, result, { type: "factor_removed" });
    case "measuring":
      return whenMeasured(admission, wish, result);
    default:
      return continueAttempt(admission, wish, result, (checked) => measure(checked, wish));
  }
}

/** A password too short to be alone keeps its factor; no code is used up to find that out. */
function measure(admission: Admission, { password }: RemoveFactor): AdmissionStep {
  const operator = admission.isOperator === true ? { isOperator: true as const } : {};
  return go(admission, "measuring", [{ type: "measure_password", password, ...operator }]);
}

function whenMeasured(admission: Admission, wish: RemoveFactor, result: Result): AdmissionStep {
  if (result.type === "password_refused") {
    return abandon(admission, { ...result, type: "bad_password" }, "bad_password");
  }
  if (result.type !== "password_measured") return unexpected(admission, result);
  return askForCode(admission, wish, succeed);
}

export function continueEnrolment(
  admission: Admission,
  wish: EnrolFactor,
  result: Result,
): AdmissionStep {
  const { secret, code, account } = wish;
  switch (admission.step) {
    case "waiting_turn":
      return whenTurnCame(admission, result, () =>
        go(admission, "checking_code", [{ type: "check_enrolment", secret, code, account }]),
      );
    case "checking_code":
      return whenEnrolmentChecked(admission, wish, result);
    case "changing": {
      const { recoveryCodes = [] } = admission;
      return whenChanged(admission, result, { type: "factor_enrolled", recoveryCodes });
    }
    default:
      return unexpected(admission, result);
  }
}

function whenEnrolmentChecked(
  admission: Admission,
  wish: EnrolFactor,
  result: Result,
): AdmissionStep {
  if (result.type !== "enrolment_checked") return unexpected(admission, result);
  const { enrolment } = result;
  if (enrolment === null) {
    const note = noteOf(wish, { action: "enrol_factor", outcome: "wrong_code" });
    return end({ type: "failed" }, [note]);
  }
  const { recoveryCodes, ...kept } = enrolment;
  const { username, checkedHash } = wish;
  return go({ ...admission, recoveryCodes }, "changing", [
    ask({ type: "enrol_factor", username, checkedHash, ...kept }, wish),
  ]);
}

function whenChanged(
  admission: Admission,
  result: Result,
  outcome: AdmissionOutcome,
): AdmissionStep {
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  if (!answer.ok) return end(isUnknown(answer) ? { type: "unknown" } : BUSY);
  const rejection = rejectionOf(answer);
  if (rejection === "factor_set" || rejection === "no_factor") return end({ type: rejection });
  if (rejection !== null) return end({ type: "failed" });
  return end(answer.reply.type === "done" ? outcome : READ_ONLY);
}
