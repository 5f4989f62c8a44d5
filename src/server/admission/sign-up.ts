/**
 * The way of a sign-up: counted for its source, then the password is hashed, and only then is the
 * name looked up, so that a taken one is not told sooner.
 */

import { isUnknown, rejectionOf } from "../answers.ts";
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
import type { SignUp } from "./wish.ts";

export function continueSignUp(admission: Admission, wish: SignUp, result: Result): AdmissionStep {
  switch (admission.step) {
    case "waiting_turn":
      return whenTurnCame(admission, result, () => count(admission, wish));
    case "counting":
      return whenCounted(admission, wish, result);
    case "hashing":
      return whenHashed(admission, wish, result);
    case "storing":
      return whenStored(admission, result);
    default:
      return unexpected(admission, result);
  }
}

function count(admission: Admission, wish: SignUp): AdmissionStep {
  const { terminal: source, signUpsMax } = admission;
  return go(admission, "counting", [ask({ type: "begin_sign_up", source, signUpsMax }, wish)]);
}

function whenCounted(admission: Admission, wish: SignUp, result: Result): AdmissionStep {
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  if (!answer.ok) return end(BUSY);
  if (rejectionOf(answer) === "throttled") return end({ type: "throttled" });
  return answer.reply.type === "done" ? hash(admission, wish) : end(READ_ONLY);
}

const hash = (admission: Admission, { username, password }: SignUp): AdmissionStep =>
  go(admission, "hashing", [{ type: "hash_password", password, username }]);

function whenHashed(admission: Admission, wish: SignUp, result: Result): AdmissionStep {
  if (result.type === "password_failed") return end(BUSY);
  if (result.type === "password_refused") {
    const note = noteOf(wish, { action: "signup", outcome: "bad_password" });
    return end({ ...result, type: "bad_password" }, [note]);
  }
  if (result.type !== "password_hashed") return unexpected(admission, result);
  const { username } = wish;
  const passwordHash = result.hash;
  return go(admission, "storing", [ask({ type: "sign_up", username, passwordHash }, wish)]);
}

function whenStored(admission: Admission, result: Result): AdmissionStep {
  if (result.type !== "answered") return unexpected(admission, result);
  const { answer } = result;
  if (!answer.ok) return end(isUnknown(answer) ? { type: "unknown" } : BUSY);
  const { reply } = answer;
  if (reply.type === "signed_up") return end({ type: "signed_up" });
  if (reply.type !== "rejected") return end(READ_ONLY);
  return end({ type: reply.rejection === "username_taken" ? "username_taken" : "failed" });
}
