/**
 * How somebody gets in: sign-up, login, change and confirmation of a password, each with a turn
 * for its password.
 * One at a time in a session. A procedure of pure steps, which ends in an outcome.
 */

import type { Answer } from "../actor/answer.ts";
import type { Noted } from "../bank/audit-vocabulary.ts";
import type { AccountId, Command, LoginOutcome, LoginPurpose } from "../bank/ledger.ts";
import { barOf } from "../bank/standing.ts";
import type { LedgerReply } from "../workers/ledger.ts";
import type { AdmissionOutcome } from "./admission-outcome.ts";
import type { Wish } from "./admission-wish.ts";
import { isUnknown, rejectionOf } from "./answers.ts";
import type { Errand, ErrandResult } from "./errands.ts";

export type { AdmissionOutcome } from "./admission-outcome.ts";
export { ACTIONS, type Wish } from "./admission-wish.ts";

export type Admission = {
  readonly wish: Wish;
  readonly terminal: string;
  readonly step:
    | "waiting_turn"
    | "hashing" //      the new password
    | "storing" //      its hash
    | "beginning" //    the attempt is counted
    | "checking" //     the password that was given
    | "beginning_code" // a code is counted
    | "checking_code"
    | "ending_code" //  it is used up
    | "changing" //     the second factor
    | "failing" //      the attempt stays counted
    | "abandoning"; //  it does not
  /** What the password is checked against: the ledger is told, for it may change meanwhile. */
  readonly checkedHash?: string | null;
  /** Whether that hash is to be made anew once the login has succeeded. */
  readonly isOutdated?: true;
  /** A code is wanted beside the password, and a new password may be shorter. */
  readonly hasFactor?: true;
  readonly factorProven?: boolean;
  /** Shown once the ledger has their hashes. */
  readonly recoveryCodes?: readonly string[];
  /** What the ledger is told of a try that failed. */
  readonly failure?: LoginOutcome;
  /** Set once the steps that remain can no longer change it. */
  readonly outcome: AdmissionOutcome | null;
};

type Errands = readonly Errand<"admission">[];
export type AdmissionStep =
  | { admission: Admission; errands: Errands }
  | { outcome: AdmissionOutcome; errands: Errands };

export const beginAdmission = (
  wish: Wish,
  terminal: string,
): { admission: Admission; errands: Errands } => ({
  admission: { wish, terminal, step: "waiting_turn", outcome: null },
  errands: [{ type: "take_turn" }],
});

/** @throws Error for a result that this step did not send out for. */
export function continueAdmission(
  admission: Admission,
  result: ErrandResult<unknown>,
): AdmissionStep {
  switch (admission.step) {
    case "waiting_turn":
      return whenWaitingTurn(admission, result);
    case "hashing":
      return whenHashing(admission, result);
    case "storing":
      return whenStoring(admission, result);
    case "beginning":
      return whenBeginning(admission, result);
    case "checking":
      return whenChecking(admission, result);
    case "beginning_code":
      return whenBeginningCode(admission, result);
    case "checking_code":
      return whenCheckingCode(admission, result);
    case "ending_code":
      return whenEndingCode(admission, result);
    case "changing":
      return whenChanging(admission, result);
    case "failing":
    case "abandoning":
      return whenEnding(admission, result);
  }
}

function whenWaitingTurn(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  if (result.type !== "turn") return unexpected(admission, result);
  const { wish, terminal } = admission;
  if (!result.granted) return { outcome: { type: "busy" }, errands: [] };
  if (wish.type === "sign_up") return hash(admission, wish.password);
  if (wish.type === "enrol_factor") {
    const { secret, code, account } = wish;
    return go(admission, "checking_code", [{ type: "check_enrolment", secret, code, account }]);
  }
  const { username } = wish;
  const command: Command = { type: "begin_login", username, terminal, ...purposeOf(wish) };
  return go(admission, "beginning", [ask(command, wish)]);
}

function whenBeginning(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  if (answer.ok && answer.reply.type === "login_begun") {
    const { password } = securedBy(admission.wish);
    const { passwordHash, standing } = answer.reply;
    const isAsked = standing.factor !== null && barOf(standing) === null;
    const factor = isAsked ? { hasFactor: true as const } : {};
    return go({ ...admission, checkedHash: passwordHash, ...factor }, "checking", [
      { type: "check_password", password, hash: passwordHash },
    ]);
  }
  // It may still be counted, late, and would then take up a place for as long as a lockout.
  if (!answer.ok && answer.failure === "timed_out") {
    return end(BUSY, [settle(admission, "not_checked")]);
  }
  const rejection = rejectionOf(answer);
  if (rejection === "locked" || rejection === "throttled") return end({ type: "locked" });
  return end(answer.ok && answer.reply.type === "read_only" ? READ_ONLY : BUSY);
}

function whenChecking(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  const { wish } = admission;
  if (result.type === "password_failed") return abandon(admission);
  if (result.type !== "password_checked") return unexpected(admission, result);
  if (!result.valid) return fail(admission, "wrong_password");
  const checked =
    result.isOutdated === true ? { ...admission, isOutdated: true as const } : admission;
  if (admission.hasFactor !== true) return whenProven(checked);
  const code = "code" in wish ? wish.code : undefined;
  if (code === undefined) return fail(admission, "code_required", { type: "code_required" });
  if (code === null) return fail(admission, "factor_required", { type: "code_required" });
  const { username } = wish;
  return go(checked, "beginning_code", [ask({ type: "begin_factor", username }, wish)]);
}

/** All that was asked for was right. */
function whenProven(admission: Admission): AdmissionStep {
  const { wish } = admission;
  if (wish.type === "change_password") return hash(admission, wish.newPassword);
  return go(admission, "storing", [ask(endLogin(admission, "authenticated"), wish)]);
}

function whenBeginningCode(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  const { wish } = admission;
  if (answer.ok && answer.reply.type === "factor_begun" && "code" in wish) {
    const { account, factor } = answer.reply;
    const code = wish.code ?? "";
    return go(admission, "checking_code", [{ type: "check_code", code, account, factor }]);
  }
  if (rejectionOf(answer) === "locked") return fail(admission, "code_locked");
  return abandon(admission);
}

function whenCheckingCode(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  const { wish } = admission;
  const { username } = wish;
  if (result.type === "enrolment_checked") {
    const { enrolment } = result;
    if (enrolment === null) {
      const note = noteOf(wish, { action: "enrol_factor", outcome: "wrong_code" });
      return end({ type: "failed" }, [note]);
    }
    const { recoveryCodes, ...kept } = enrolment;
    const command: Command = { type: "enrol_factor", username, ...kept };
    return go({ ...admission, recoveryCodes }, "changing", [ask(command, wish)]);
  }
  if (result.type !== "code_checked") return unexpected(admission, result);
  const outcome = result.proof ?? "wrong_code";
  return go(admission, "ending_code", [ask({ type: "end_factor", username, outcome }, wish)]);
}

function whenEndingCode(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  if (!answer.ok || answer.reply.type !== "factor_ended") return abandon(admission);
  if (!answer.reply.proven) return fail(admission, "wrong_code");
  return whenProven({ ...admission, factorProven: true });
}

function whenChanging(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  if (result.type === "secret_made") {
    const { secret, uri } = result;
    return end({ type: "factor_begun", secret, uri });
  }
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  if (!answer.ok) return end(isUnknown(answer) ? { type: "unknown" } : BUSY);
  const rejection = rejectionOf(answer);
  if (rejection === "factor_set" || rejection === "no_factor") return end({ type: rejection });
  if (rejection !== null) return end({ type: "failed" });
  if (answer.reply.type !== "done") return end(READ_ONLY);
  const { wish, recoveryCodes = [] } = admission;
  if (wish.type === "remove_factor") return end({ type: "factor_removed" });
  return end({ type: "factor_enrolled", recoveryCodes });
}

function whenHashing(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  const { wish, terminal } = admission;
  if (result.type === "password_failed") {
    return wish.type === "sign_up" ? end(BUSY) : abandon(admission);
  }
  if (result.type === "password_refused") {
    const refused: AdmissionOutcome = { type: "bad_password", refusal: result.refusal };
    if (wish.type === "sign_up")
      return end(refused, [noteOf(wish, { action: "signup", outcome: "bad_password" })]);
    return abandon(admission, refused, "bad_password");
  }
  if (result.type !== "password_hashed") return unexpected(admission, result);
  const passwordHash = result.hash;
  const { checkedHash = null } = admission;
  const command: Command =
    wish.type === "change_password"
      ? {
          ...{ type: "change_password", account: wish.account, terminal, passwordHash },
          ...{ checkedHash, ...(admission.factorProven === true && { factorProven: true }) },
        }
      : { type: "sign_up", username: wish.username, passwordHash };
  return go(admission, "storing", [ask(command, wish)]);
}

function whenStoring(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  if (!answer.ok && isUnknown(answer)) return end({ type: "unknown" });
  if (!answer.ok) return end(BUSY, settlementOf(admission, answer, "not_checked"));
  const { reply } = answer;
  switch (reply.type) {
    case "signed_up":
      return end({ type: "signed_up" });
    case "logged_in":
      return whenLoggedIn(admission, reply);
    case "done":
      return end({ type: "password_changed" });
    case "login_failed": // The password was changed while it was checked.
      return end({ type: "failed" });
    case "rejected":
      return end({ type: reply.rejection === "username_taken" ? "username_taken" : "failed" });
    default:
      return end(READ_ONLY);
  }
}

function whenLoggedIn(
  admission: Admission,
  { account, vault, roles, hasFactor }: LedgerReply & { type: "logged_in" },
): AdmissionStep {
  const { wish } = admission;
  const { username } = wish;
  switch (wish.type) {
    case "confirm":
      return end({ type: "confirmed" });
    case "begin_factor":
      return go(admission, "changing", [{ type: "make_secret", username }]);
    case "remove_factor":
      return go(admission, "changing", [ask({ type: "remove_factor", username }, wish)]);
    default:
      return end(
        { type: "logged_in", account, vault, roles, hasFactor },
        upgradeOf(admission, account),
      );
  }
}

/**
 * The outcome is known before the ledger answers; but a failure is one only once it was counted,
 * and until then the peer is told to try again.
 */
function whenEnding(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  const { outcome, step } = admission;
  if (outcome === null) throw new Error("an admission ends without an outcome");
  if (result.type !== "answered") return unexpected(admission, result);
  if (result.answer.ok) return end(outcome);
  const judged = step === "failing" ? admission.failure : "not_checked";
  return end(BUSY, settlementOf(admission, result.answer, judged ?? "not_checked"));
}

const BUSY: AdmissionOutcome = { type: "busy" };
const READ_ONLY: AdmissionOutcome = { type: "read_only" };

const hash = (admission: Admission, password: string): AdmissionStep =>
  go(admission, "hashing", [
    {
      ...{ type: "hash_password", password, username: admission.wish.username },
      ...(admission.hasFactor === true && { hasFactor: true }),
    },
  ]);

/** Now that the password is at hand, it is hashed as it should be. */
function upgradeOf({ wish, checkedHash, isOutdated }: Admission, account: AccountId): Errands {
  if (wish.type === "enrol_factor") return [];
  if (isOutdated !== true || checkedHash === undefined || checkedHash === null) return [];
  const { username, password } = wish;
  return [{ type: "upgrade_hash", username, account, password, checkedHash }];
}

/** The peer is told that it failed, and no more unless the password was right. */
function fail(
  admission: Admission,
  failure: LoginOutcome,
  outcome: AdmissionOutcome = { type: "failed" },
): AdmissionStep {
  const errands = [ask(endLogin(admission, failure), admission.wish)];
  return go({ ...admission, failure, outcome }, "failing", errands);
}

function securedBy(wish: Wish): Exclude<Wish, { type: "enrol_factor" }> {
  if (wish.type === "enrol_factor") throw new Error("an enrolment has no password");
  return wish;
}

/** The attempt that was begun is taken back: the password was right, or the bank could not tell. */
function abandon(
  admission: Admission,
  outcome: AdmissionOutcome = BUSY,
  failure: LoginOutcome = "not_checked",
): AdmissionStep {
  const command = endLogin(admission, failure);
  return go({ ...admission, outcome }, "abandoning", [ask(command, admission.wish)]);
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
  };
}

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
): Errands => {
  const isRefused = !answer.ok && answer.failure === "busy";
  return isRefused && admission.wish.type !== "sign_up" ? [settle(admission, outcome)] : [];
};

const settle = (admission: Admission, outcome: EndLogin["outcome"]): Errand<"admission"> => ({
  type: "settle_login",
  command: endLogin(admission, outcome),
});

const go = (admission: Admission, step: Admission["step"], errands: Errands): AdmissionStep => ({
  admission: { ...admission, step },
  errands,
});

/** The turn was taken, so it is given back. */
const end = (outcome: AdmissionOutcome, errands: Errands = []): AdmissionStep => ({
  outcome,
  errands: [...errands, { type: "end_turn" }],
});

const ask = (command: Command, { username }: Wish): Errand<"admission"> => ({
  ...{ type: "ask_ledger", command, who: username, about: "admission" },
});

/** What the ledger does not hear of otherwise: nothing was counted. */
const noteOf = ({ username: who }: Wish, noted: Noted): Errand<"admission"> => ({
  ...{ type: "note", who },
  ...noted,
});

function unexpected({ step }: Admission, { type }: ErrandResult<unknown>): never {
  throw new Error(`an admission that is ${step} cannot take ${type}`);
}
