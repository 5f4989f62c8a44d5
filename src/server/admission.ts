/**
 * How somebody gets in: sign-up, login and change of password, each with a turn for its password.
 * One at a time in a session. A procedure of pure steps, which ends in an outcome.
 */

import type { AccountId, Command } from "../bank/ledger.ts";
import { isUnknown, rejectionOf } from "./answers.ts";
import type { Errand, ErrandResult } from "./errands.ts";

export type Wish =
  | { type: "sign_up"; username: string; password: string }
  | { type: "log_in"; username: string; password: string }
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
  /** Set once the steps that remain can no longer change it. */
  readonly outcome: AdmissionOutcome | null;
};

export type AdmissionOutcome =
  | { type: "signed_up" }
  | { type: "logged_in"; account: AccountId; vault: AccountId }
  | { type: "password_changed" }
  | { type: "username_taken" }
  | { type: "failed" }
  | { type: "locked" }
  | { type: "read_only" }
  | { type: "busy" }
  | { type: "unknown" };

/** What each wish is called in the log. */
export const ACTIONS: Record<Wish["type"], string> = {
  sign_up: "signup",
  log_in: "login",
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
  const command: Command = { type: "begin_login", username: wish.username, terminal };
  return go(admission, "beginning", [ask(command, wish)]);
}

function whenBeginning(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  if (answer.ok && answer.reply.type === "login_begun") {
    const { password } = admission.wish;
    const { passwordHash } = answer.reply;
    return go(admission, "checking", [{ type: "check_password", password, hash: passwordHash }]);
  }
  if (rejectionOf(answer) === "locked") return end({ type: "locked" });
  return end(answer.ok && answer.reply.type === "read_only" ? READ_ONLY : BUSY);
}

function whenChecking(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  const { wish, terminal } = admission;
  const { username } = wish;
  const endLogin = (outcome: "wrong_password" | "authenticated") =>
    ask({ type: "end_login", username, terminal, outcome }, wish);
  if (result.type === "password_failed") return abandon(admission);
  if (result.type !== "password_checked") return unexpected(admission, result);
  if (!result.valid) {
    return go({ ...admission, outcome: { type: "failed" } }, "failing", [
      endLogin("wrong_password"),
    ]);
  }
  if (wish.type === "change_password") return hash(admission, wish.newPassword);
  return go(admission, "storing", [endLogin("authenticated")]);
}

function whenHashing(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  const { wish, terminal } = admission;
  if (result.type === "password_failed") {
    return wish.type === "sign_up" ? end(BUSY) : abandon(admission);
  }
  if (result.type !== "password_hashed") return unexpected(admission, result);
  const passwordHash = result.hash;
  const command: Command =
    wish.type === "change_password"
      ? { type: "change_password", account: wish.account, terminal, passwordHash }
      : { type: "sign_up", username: wish.username, passwordHash };
  return go(admission, "storing", [ask(command, wish)]);
}

function whenStoring(admission: Admission, result: ErrandResult<unknown>): AdmissionStep {
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  if (!answer.ok) return end(isUnknown(answer) ? { type: "unknown" } : BUSY);
  const { reply } = answer;
  switch (reply.type) {
    case "signed_up":
      return end({ type: "signed_up" });
    case "logged_in":
      return end({ type: "logged_in", account: reply.account, vault: reply.vault });
    case "done":
      return end({ type: "password_changed" });
    case "rejected":
      return end({ type: reply.rejection === "username_taken" ? "username_taken" : "failed" });
    default:
      return end(READ_ONLY);
  }
}

/** The outcome is known before the ledger answers; but a failure is one once it was counted. */
function whenEnding({ outcome }: Admission, result: ErrandResult<unknown>): AdmissionStep {
  if (outcome === null) throw new Error("an admission ends without an outcome");
  return end(result.type === "answered" && result.answer.ok ? outcome : BUSY);
}

const BUSY: AdmissionOutcome = { type: "busy" };
const READ_ONLY: AdmissionOutcome = { type: "read_only" };

const hash = (admission: Admission, password: string): AdmissionStep =>
  go(admission, "hashing", [{ type: "hash_password", password }]);

/** The attempt that was begun is taken back: the bank could not do its part. */
function abandon(admission: Admission): AdmissionStep {
  const { wish, terminal } = admission;
  const { username } = wish;
  const command: Command = { type: "end_login", username, terminal, outcome: "not_checked" };
  return go({ ...admission, outcome: BUSY }, "abandoning", [ask(command, wish)]);
}

const go = (admission: Admission, step: Admission["step"], errands: Errands): AdmissionStep => ({
  admission: { ...admission, step },
  errands,
});

/** The turn was taken, so it is given back. */
const end = (outcome: AdmissionOutcome): AdmissionStep => ({
  outcome,
  errands: [{ type: "end_turn" }],
});

const ask = (command: Command, { username }: Wish): Errand<"admission"> => ({
  ...{ type: "ask_ledger", command, who: username, about: "admission" },
});

function unexpected({ step }: Admission, { type }: ErrandResult<unknown>): never {
  throw new Error(`an admission that is ${step} cannot take ${type}`);
}
