/**
 * The try of a password: counted before it is checked, and told to the ledger however it ends. All
 * ways that ask for a password which somebody has already begin with it.
 */

import type { Answer } from "../../actor/answer.ts";
import type { Command, LoginOutcome, LoginPurpose } from "../../bank/ledger.ts";
import { isOperator } from "../../bank/roles.ts";
import { barOf, type Standing } from "../../bank/standing.ts";
import type { LedgerReply } from "../../workers/ledger.ts";
import { isUnknown, rejectionOf } from "../answers.ts";
import type { Errand } from "../errands.ts";
import type { AdmissionOutcome } from "./outcome.ts";
import {
  BUSY,
  READ_ONLY,
  ask,
  end,
  go,
  unexpected,
  whenTurnCame,
  type Admission,
  type AdmissionStep,
  type Errands,
  type Next,
  type Result,
} from "./steps.ts";
import type { Trying, Wish } from "./wish.ts";

/** @param whenRight What comes after a password that was right. */
export function continueAttempt(
  admission: Admission,
  wish: Trying,
  result: Result,
  whenRight: Next,
): AdmissionStep {
  switch (admission.step) {
    case "waiting_turn":
      return whenTurnCame(admission, result, () => begin(admission, wish));
    case "beginning":
      return whenBegun(admission, wish, result);
    case "checking":
      return whenChecked(admission, result, whenRight);
    case "feigning":
      return whenFeigned(admission, result);
    case "failing":
    case "abandoning":
      return whenEnded(admission, result);
    default:
      return unexpected(admission, result);
  }
}

function begin(admission: Admission, wish: Trying): AdmissionStep {
  const { username } = wish;
  const { terminal } = admission;
  const command: Command = { type: "begin_login", username, terminal, ...purposeOf(wish) };
  return go(admission, "beginning", [ask(command, wish)]);
}

function whenBegun(admission: Admission, wish: Trying, result: Result): AdmissionStep {
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  if (answer.ok && answer.reply.type === "login_begun") {
    const { passwordHash, standing } = answer.reply;
    // Of whom is refused in any case, nothing is asked that would tell of a right password.
    const bar = barOf(standing);
    const isBarred = bar !== null;
    const known = {
      ...(isBarred && { bar }),
      ...(!isBarred && standing.factor !== null && { hasFactor: true as const }),
      ...(!isBarred && isOperator(standing.roles) && { isOperator: true as const }),
    };
    const { password } = wish;
    const judgement = isBarred ? {} : judgementOf(wish, standing);
    return go({ ...admission, checkedHash: passwordHash, ...known }, "checking", [
      { type: "check_password", password, hash: passwordHash, ...judgement },
    ]);
  }
  // It may still be counted, late, and would then take up a place for as long as a lockout.
  if (!answer.ok && answer.failure === "timed_out") {
    return end(BUSY, [settle(admission, "not_checked")]);
  }
  const rejection = rejectionOf(answer);
  if (rejection === "locked" || rejection === "throttled") {
    return go({ ...admission, outcome: { type: "locked" } }, "feigning", [
      { type: "feign_check", password: wish.password },
    ]);
  }
  return end(answer.ok && answer.reply.type === "read_only" ? READ_ONLY : BUSY);
}

function whenChecked(admission: Admission, result: Result, whenRight: Next): AdmissionStep {
  if (result.type === "password_failed") return abandon(admission);
  if (result.type !== "password_checked") return unexpected(admission, result);
  if (!result.valid) return fail(admission, "wrong_password");
  // In all that follows as a wrong one is: where the ledger gives no answer, too.
  if (admission.bar !== undefined) return fail(admission, admission.bar);
  const { isOutdated, isFit } = result;
  return whenRight({
    ...admission,
    ...(isOutdated === true && { isOutdated }),
    ...(isFit === true && { isFit }),
  });
}

/** A refusal takes as long as a wrong password; where that is too much work, none is given. */
function whenFeigned(admission: Admission, result: Result): AdmissionStep {
  const { outcome } = admission;
  if (result.type === "password_failed") return end(BUSY);
  if (result.type !== "password_checked") return unexpected(admission, result);
  if (outcome === null) throw new Error("a refusal has no outcome");
  return end(outcome);
}

/** Whoever is an operator has a password that is fit for one, or does not act as one. */
const judgementOf = ({ username }: Trying, { roles, factor }: Standing) =>
  isOperator(roles) ? { judgedFor: { username, hasFactor: factor !== null } } : {};

/** The peer is told that it failed, and no more unless the password was right. */
export function fail(
  admission: Admission,
  failure: LoginOutcome,
  outcome: AdmissionOutcome = { type: "failed" },
): AdmissionStep {
  const errands = [ask(endLogin(admission, failure), admission.wish)];
  return go({ ...admission, failure, outcome }, "failing", errands);
}

/** The attempt that was begun is taken back: the password was right, or the bank could not tell. */
export function abandon(
  admission: Admission,
  outcome: AdmissionOutcome = BUSY,
  failure: LoginOutcome = "not_checked",
): AdmissionStep {
  const command = endLogin(admission, failure);
  return go({ ...admission, outcome }, "abandoning", [ask(command, admission.wish)]);
}

/** All that was asked for was right: the ledger has the last word, and clears the counter. */
export const succeed = (admission: Admission): AdmissionStep =>
  go(admission, "storing", [ask(endLogin(admission, "authenticated"), admission.wish)]);

/** @param whenDone What is made of a reply that is no refusal; null: nothing can be. */
export function whenStored(
  admission: Admission,
  result: Result,
  whenDone: (reply: LedgerReply) => AdmissionStep | null,
): AdmissionStep {
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  if (!answer.ok && isUnknown(answer)) return end({ type: "unknown" });
  if (!answer.ok) return end(BUSY, settlementOf(admission, answer, "not_checked"));
  const { reply } = answer;
  // `login_failed`: the password was changed while it was checked.
  if (reply.type === "rejected" || reply.type === "login_failed") return end({ type: "failed" });
  return whenDone(reply) ?? end(READ_ONLY);
}

/**
 * The outcome is known before the ledger answers; but a failure is one only once it was counted,
 * and until then the peer is told to try again.
 */
function whenEnded(admission: Admission, result: Result): AdmissionStep {
  const { outcome, step } = admission;
  if (outcome === null) throw new Error("an admission ends without an outcome");
  if (result.type !== "answered") return unexpected(admission, result);
  if (result.answer.ok) return end(outcome);
  const judged = step === "failing" ? admission.failure : "not_checked";
  return end(BUSY, settlementOf(admission, result.answer, judged ?? "not_checked"));
}

type EndLogin = Command & { type: "end_login" };

function endLogin(
  { wish, terminal, checkedHash = null, factorProven = false }: Admission,
  outcome: EndLogin["outcome"],
): EndLogin {
  const { username } = wish;
  return {
    ...{ type: "end_login", username, terminal, outcome, ...purposeOf(wish) },
    ...(outcome === "authenticated" && { checkedHash, ...(factorProven && { factorProven }) }),
    ...(isForCustomers(wish) && { isForCustomers: true as const }),
  };
}

/** Operators use no protocol without a place for codes. */
export const isForCustomers = (wish: Wish): boolean => wish.type === "log_in" && wish.code === null;

/** A wrong password of somebody who is logged in is no failed login to the audit. */
const purposeOf = ({ type }: Wish): { purpose?: LoginPurpose } => {
  if (type === "sign_up" || type === "log_in" || type === "enrol_factor") return {};
  return { purpose: type };
};

/** The end of a try that the ledger has refused to hear: it is told once more, later. */
const settlementOf = (
  admission: Admission,
  answer: Answer<LedgerReply>,
  outcome: EndLogin["outcome"],
): Errands => (!answer.ok && answer.failure === "busy" ? [settle(admission, outcome)] : []);

const settle = (admission: Admission, outcome: EndLogin["outcome"]): Errand<"admission"> => ({
  type: "settle_login",
  command: endLogin(admission, outcome),
});
