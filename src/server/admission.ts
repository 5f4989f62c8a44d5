/**
 * How somebody gets in: sign-up, login, change and confirmation of a password, each with a turn
 * for its password.
 * One at a time in a session. A procedure of pure steps, which ends in an outcome.
 */

import type { Answer } from "../actor/answer.ts";
import type { AccountId, Command, LoginPurpose } from "../bank/ledger.ts";
import type { PasswordRefusal } from "../bank/password-policy.ts";
import type { Role } from "../bank/standing.ts";
import type { LedgerReply } from "../workers/ledger.ts";
import { isUnknown, rejectionOf } from "./answers.ts";
import type { Errand, ErrandResult } from "./errands.ts";

export type Wish =
  | { type: "sign_up"; username: string; password: string }
  | { type: "log_in"; username: string; password: string }
  /** Of somebody who is logged in: it is they who ask for a large sum. Counted like a login. */
  | { type: "confirm"; username: string; password: string }
  | {
      type: "change_password";
      username: string;
      account: AccountId;
      password: string; // The old one.
      newPassword: string;
    };

export type Admission = {
  readonly wish: Wish;
  readonly terminal: string;
  readonly step:
    | "waiting_turn"
    | "hashing" //      the new password
    | "storing" //      its hash
    | "beginning" //    the attempt is counted
    | "checking" //     the password that was given
    | "failing" //      the attempt stays counted
    | "abandoning"; //  it does not
  /** What the password is checked against: the ledger is told, for it may change meanwhile. */
  readonly checkedHash?: string | null;
  /** Whether that hash is to be made anew once the login has succeeded. */
  readonly isOutdated?: true;
  /** Beside a second factor a new password may be shorter. */
  readonly hasFactor?: true;
  /** Set once the steps that remain can no longer change it. */
  readonly outcome: AdmissionOutcome | null;
};

export type AdmissionOutcome =
  | { type: "signed_up" }
  | { type: "logged_in"; account: AccountId; vault: AccountId; roles: readonly Role[] }
  | { type: "password_changed" }
  | { type: "confirmed" }
  | { type: "username_taken" }
  | { type: "bad_password"; refusal: PasswordRefusal }
  | { type: "failed" }
  | { type: "locked" }
  | { type: "read_only" }
  | { type: "busy" }
  | { type: "unknown" };

/** What each wish is called in the log. */
export const ACTIONS: Record<Wish["type"], string> = {
  sign_up: "signup",
  log_in: "login",
  confirm: "confirm",
  change_password: "change_password",
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
  const { username } = wish;
  const command: Command = { type: "begin_login", username, terminal, ...purposeOf(wish) };
  return go(admission, "beginning", [ask(command, wish)]);
}

function whenBeginning(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  if (answer.ok && answer.reply.type === "login_begun") {
    const { password } = admission.wish;
    const { passwordHash, standing } = answer.reply;
    const factor = standing.factor === null ? {} : { hasFactor: true as const };
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
  if (!result.valid) {
    return go({ ...admission, outcome: { type: "failed" } }, "failing", [
      ask(endLogin(admission, "wrong_password"), wish),
    ]);
  }
  if (wish.type === "change_password") return hash(admission, wish.newPassword);
  const checked =
    result.isOutdated === true ? { ...admission, isOutdated: true as const } : admission;
  return go(checked, "storing", [ask(endLogin(admission, "authenticated"), wish)]);
}

function whenHashing(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  const { wish, terminal } = admission;
  if (result.type === "password_failed") {
    return wish.type === "sign_up" ? end(BUSY) : abandon(admission);
  }
  if (result.type === "password_refused") {
    const refused: AdmissionOutcome = { type: "bad_password", refusal: result.refusal };
    return wish.type === "sign_up" ? end(refused) : abandon(admission, refused);
  }
  if (result.type !== "password_hashed") return unexpected(admission, result);
  const passwordHash = result.hash;
  const { checkedHash = null } = admission;
  const command: Command =
    wish.type === "change_password"
      ? { type: "change_password", account: wish.account, terminal, passwordHash, checkedHash }
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
      if (admission.wish.type === "confirm") return end({ type: "confirmed" });
      return end(
        { type: "logged_in", account: reply.account, vault: reply.vault, roles: reply.roles },
        upgradeOf(admission, reply.account),
      );
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

/**
 * The outcome is known before the ledger answers; but a failure is one only once it was counted,
 * and until then the peer is told to try again.
 */
function whenEnding(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  const { outcome, step } = admission;
  if (outcome === null) throw new Error("an admission ends without an outcome");
  if (result.type !== "answered") return unexpected(admission, result);
  if (result.answer.ok) return end(outcome);
  const judged = step === "failing" ? "wrong_password" : "not_checked";
  return end(BUSY, settlementOf(admission, result.answer, judged));
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
  if (isOutdated !== true || checkedHash === undefined || checkedHash === null) return [];
  const { username, password } = wish;
  return [{ type: "upgrade_hash", username, account, password, checkedHash }];
}

/** The attempt that was begun is taken back: the bank could not do its part. */
function abandon(admission: Admission, outcome: AdmissionOutcome = BUSY): AdmissionStep {
  const command = endLogin(admission, "not_checked");
  return go({ ...admission, outcome }, "abandoning", [ask(command, admission.wish)]);
}

type EndLogin = Command & { type: "end_login" };

function endLogin(
  { wish, terminal, checkedHash = null }: Admission,
  outcome: EndLogin["outcome"],
): EndLogin {
  const { username } = wish;
  return {
    ...{ type: "end_login", username, terminal, outcome, ...purposeOf(wish) },
    ...(outcome === "authenticated" && { checkedHash }),
  };
}

/** A wrong password of somebody who is logged in is no failed login to the audit. */
const purposeOf = ({ type }: Wish): { purpose?: LoginPurpose } =>
  type === "change_password" || type === "confirm" ? { purpose: type } : {};

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

function unexpected({ step }: Admission, { type }: ErrandResult<unknown>): never {
  throw new Error(`an admission that is ${step} cannot take ${type}`);
}
