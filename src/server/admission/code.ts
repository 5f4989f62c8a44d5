/**
 * The code of a second factor, behind a password that was right: counted before it is checked, and
 * used up by the ledger before anything comes of it.
 */

import { rejectionOf } from "../answers.ts";
import { abandon, fail } from "./attempt.ts";
import {
  ask,
  go,
  unexpected,
  type Admission,
  type AdmissionStep,
  type Errands,
  type Next,
  type Result,
} from "./steps.ts";
import type { Trying } from "./wish.ts";

/** @param next What comes when nothing more is asked for. */
export function askForCode(admission: Admission, wish: Trying, next: Next): AdmissionStep {
  if (admission.hasFactor !== true) return next(admission);
  const { username } = wish;
  return (
    withoutCode(admission, wish) ??
    go(admission, "beginning_code", [ask({ type: "begin_factor", username }, wish)])
  );
}

/** The end of a try that should have a code and has none; null where nothing is missing. */
export function withoutCode(admission: Admission, wish: Trying): AdmissionStep | null {
  const code = codeOf(wish);
  if (admission.hasFactor !== true || typeof code === "string") return null;
  const failure = code === null ? "factor_required" : "code_required";
  return fail(admission, failure, { type: "code_required" });
}

/** Of the steps that have to do with a code. */
export function continueCode(
  admission: Admission,
  wish: Trying,
  result: Result,
  next: Next,
): AdmissionStep {
  switch (admission.step) {
    case "beginning_code":
      return whenBegun(admission, wish, result);
    case "checking_code":
      return whenChecked(admission, wish, result);
    case "ending_code":
      return whenEnded(admission, wish, result, next);
    default:
      return unexpected(admission, result);
  }
}

function whenBegun(admission: Admission, wish: Trying, result: Result): AdmissionStep {
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  if (answer.ok && answer.reply.type === "factor_begun") {
    const { account, factor } = answer.reply;
    const code = codeOf(wish) ?? "";
    return go(admission, "checking_code", [{ type: "check_code", code, account, factor }]);
  }
  if (rejectionOf(answer) === "locked") return fail(admission, "code_locked");
  // It may still be counted, late.
  const isLate = !answer.ok && answer.failure === "timed_out";
  return abandoned(admission, isLate ? [settle(wish, "not_checked")] : []);
}

function whenChecked(admission: Admission, wish: Trying, result: Result): AdmissionStep {
  if (result.type !== "code_checked") return unexpected(admission, result);
  const { username } = wish;
  const outcome = result.proof ?? "wrong_code";
  const checked = { ...admission, isCodeRight: result.proof !== null };
  return go(checked, "ending_code", [ask({ type: "end_factor", username, outcome }, wish)]);
}

function whenEnded(admission: Admission, wish: Trying, result: Result, next: Next): AdmissionStep {
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  if (!answer.ok && answer.failure === "busy") {
    // A right code is not used up by it: its owner was told to give it again.
    const { isCodeRight = false } = admission;
    return abandoned(admission, [settle(wish, isCodeRight ? "not_checked" : "wrong_code")]);
  }
  if (!answer.ok || answer.reply.type !== "factor_ended") return abandon(admission);
  if (!answer.reply.proven) return fail(admission, "wrong_code");
  return next({ ...admission, factorProven: true });
}

/** The bank could not do its part; what the ledger may hold as pending ends as a login does. */
function abandoned(admission: Admission, settlement: Errands): AdmissionStep {
  const step = abandon(admission);
  return { ...step, errands: [...step.errands, ...settlement] };
}

const settle = ({ username }: Trying, outcome: "wrong_code" | "not_checked"): Errands[number] => ({
  type: "settle_login",
  command: { type: "end_factor", username, outcome },
});

const codeOf = (wish: Trying): string | null | undefined =>
  "code" in wish ? wish.code : undefined;
