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
  type Next,
  type Result,
} from "./steps.ts";
import type { Trying } from "./wish.ts";

/** @param next What comes when nothing more is asked for. */
export function askForCode(admission: Admission, wish: Trying, next: Next): AdmissionStep {
  if (admission.hasFactor !== true) return next(admission);
  const code = codeOf(wish);
  if (code === undefined) return fail(admission, "code_required", { type: "code_required" });
  if (code === null) return fail(admission, "factor_required", { type: "code_required" });
  const { username } = wish;
  return go(admission, "beginning_code", [ask({ type: "begin_factor", username }, wish)]);
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
      return whenEnded(admission, result, next);
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
  return abandon(admission);
}

function whenChecked(admission: Admission, wish: Trying, result: Result): AdmissionStep {
  if (result.type !== "code_checked") return unexpected(admission, result);
  const { username } = wish;
  const outcome = result.proof ?? "wrong_code";
  return go(admission, "ending_code", [ask({ type: "end_factor", username, outcome }, wish)]);
}

function whenEnded(admission: Admission, result: Result, next: Next): AdmissionStep {
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  if (!answer.ok || answer.reply.type !== "factor_ended") return abandon(admission);
  if (!answer.reply.proven) return fail(admission, "wrong_code");
  return next({ ...admission, factorProven: true });
}

const codeOf = (wish: Trying): string | null | undefined =>
  "code" in wish ? wish.code : undefined;
